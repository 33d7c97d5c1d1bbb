import ConfigurationLint
import Diagnostics
import TestSupport
import Testing

/// Names of keys are compared and looked through byte by byte.
struct KeyNameTests {
    private func codes(_ first: String, _ second: String) throws -> [String] {
        let text = """
            apiVersion: apiserver.config.k8s.io/v1
            kind: EncryptionConfiguration
            resources:
            - resources: [secrets]
              providers:
              - aescbc:
                  keys:
                  - {name: "\(first)", secret: nXmxo38xgBzRGmcG+0DWvVdSaEaQO7E+3lYkOenBuCM=}
                  - {name: "\(second)", secret: mK1vQ2h8Zr0c5yU7d9wXeR3tB6nGpL4sJfHaVoIq+Wk=}
              - identity: {}
            """
        return try lint(Array(text.utf8)).map(\.code).filter { $0.hasPrefix("ENC021") }
    }

    @Test func equivalentNamesAreTwo() throws {
        #expect(try codes("cl\u{e9}", "cle\u{301}") == [])
        #expect(try codes("cl\u{e9}", "cl\u{e9}") == ["ENC0210"])
    }

    /// A mark behind the colon does not hide it.
    @Test func colonsAreBytes() throws {
        #expect(try codes("a:\u{301}b", "c") == ["ENC0213"])
        #expect(try codes("a", "a:\u{301}b").sorted() == ["ENC0213", "ENC0214"])
    }
}
