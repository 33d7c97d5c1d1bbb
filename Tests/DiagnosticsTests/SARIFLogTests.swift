import Diagnostics
import Foundation
import Testing

struct SARIFLogTests {
    /// What the schema of SARIF 2.1.0 requires: version and runs; tool, driver and its name; for a result its message.
    @Test func encodesAsTheSchemaDemands() throws {
        let rule = SARIFLog.Rule(code: "ENC0201", title: "t", description: "d", help: "h")
        let log = SARIFLog(
            tool: "encconf", version: "1.0", rules: [rule],
            files: [
                (
                    "a b/enc:1.yaml",
                    [
                        Diagnostic(
                            code: "ENC0201", severity: .warning, path: "resources[0]",
                            position: SourcePosition(line: 4, column: 3, offset: 20), message: "m", hint: "h"),
                        Diagnostic(code: "ENC0260", severity: .note, message: "n"),
                    ]
                )
            ])
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = String(decoding: try encoder.encode(log), as: UTF8.self)
        #expect(
            json == #"{"$schema":"\#(log.schema)","runs":[{"columnKind":"unicodeCodePoints","results":["#
                + #"{"level":"warning","locations":[{"logicalLocations":[{"fullyQualifiedName":"resources[0]"}],"#
                + #""physicalLocation":{"artifactLocation":{"uri":"a%20b/enc%3A1.yaml"},"#
                + #""region":{"startColumn":3,"startLine":4}}}],"message":{"text":"m; hint: h"},"ruleId":"ENC0201","#
                + #""ruleIndex":0},"#
                + #"{"level":"note","locations":[{"physicalLocation":{"artifactLocation":{"uri":"a%20b/enc%3A1.yaml"}}}],"#
                + #""message":{"text":"n"},"ruleId":"ENC0260"}],"#
                + #""tool":{"driver":{"name":"encconf","rules":[{"fullDescription":{"text":"d"},"help":{"text":"h"},"#
                + #""id":"ENC0201","shortDescription":{"text":"t"}}],"version":"1.0"}}}],"version":"2.1.0"}"#)
    }
}
