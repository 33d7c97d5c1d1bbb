internal import ArgumentParser
internal import Explanations
internal import Glibc
internal import SecretMemory
internal import StorageAudit
internal import Terminal

/// A command that does its work, says how it went, and leaves failures to be told in one place.
protocol EncconfCommand: ParsableCommand {
    var global: GlobalOptions { get }

    /// Does the work.
    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus
}

extension EncconfCommand {
    func run() throws {
        let console = global.console
        let status: ExitStatus
        do {
            status = try execute(console)
        } catch {
            console.failure(error)
            status = error.status
        }
        throw ExitCode(status.rawValue)
    }
}

extension Console {
    /// Tells why the work could not be done.
    func failure(_ failure: CommandFailure) {
        for problem in failure.problems { error(problem.message, hint: problem.hint) }
    }

    /// Writes a result.
    func result(_ bytes: RawSpan) throws(CommandFailure) {
        do {
            try write(bytes)
        } catch {
            switch error {
            case .closed: throw CommandFailure("standard output is closed", hint: "give the result somewhere to go")
            case .system(let error): throw CommandFailure("cannot write to standard output: \(error)")
            }
        }
    }

    /// Writes a result that is no secret.
    func result(_ text: String) throws(CommandFailure) {
        let bytes = Array(text.utf8)
        try result(bytes.span.rawBytes)
    }
}

/// Shows the progress of an audit at the terminal.
struct AuditProgressLine: AuditProgress {
    private let progress: Progress

    init(_ name: String) { progress = Progress(name.printable) }

    func start(total: Int) { progress.start(total: total) }
    func advance(by count: Int) { progress.advance(by: count) }
    func finish() { progress.finish() }
}
