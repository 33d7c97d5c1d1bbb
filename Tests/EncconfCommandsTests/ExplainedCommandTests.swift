import Foundation
import PatientTesting
import TestSupport
import Testing

/// The commands that explanations of codes name: a name alone, or a command line that runs as it stands.
@Suite(.patient) struct ExplainedCommandTests {
    @Test func everyExplainedCommandRuns() throws {
        let program = try Program()
        defer { program.remove() }
        let codes = try program.shell("encconf explain").text.matches(of: /\b(ENC\d{4})\b/).map { String($0.1) }
        #expect(codes.count > 60)
        var commands: Set<String> = []
        for code in codes {
            let text = try program.shell("encconf explain \(code)").text.replacing(/\s+/, with: " ")
            commands.formUnion(text.matches(of: /`(encconf [^`]*)`/).map { String($0.1) })
        }
        #expect(commands.count > 5)
        for command in commands.sorted() where command.wholeMatch(of: /encconf [a-z-]+( [a-z]+)?/) == nil {
            #expect(command.firstMatch(of: /\b[A-Z]{3,}\b(?!\d)|\.\.\.|…/) == nil, "a placeholder in \(command)")
            let result = try program.shell(command)
            #expect(result.status == 0, "\(command): \(result.errors)")
        }
    }
}
