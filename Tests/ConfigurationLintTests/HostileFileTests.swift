import ConfigurationLint
import Diagnostics
import EncryptionConfig
import Explanations
import KeyTransition
import SecretMemory
import TestSupport
import Testing

/// Files that are made to cost much: what is done with them grows with their size, not with its square, and what is said
/// of them is bounded.
@Suite(.serialized) struct HostileFileTests {
    private static let count = 10_000
    private static let key = "nXmxo38xgBzRGmcG+0DWvVdSaEaQO7E+3lYkOenBuCM="

    private static func file(_ entries: String...) -> [UInt8] {
        Array(
            #"{"apiVersion": "apiserver.config.k8s.io/v1", "kind": "EncryptionConfiguration", "resources": ["#.utf8)
            + Array(entries.joined(separator: ",\n").utf8) + Array("]}".utf8)
    }

    private static func entry(_ resources: [String], _ providers: [String]) -> String {
        let names = resources.map { "\"\($0)\"" }.joined(separator: ",")
        return #"{"resources": [\#(names)], "providers": [\#(providers.joined(separator: ",\n"))]}"#
    }

    private static func aescbc(_ keys: [(name: String, secret: String)]) -> String {
        let items = keys.map { #"{"name": "\#($0.name)", "secret": "\#($0.secret)"}"# }
        return #"{"aescbc": {"keys": [\#(items.joined(separator: ",\n"))]}}"#
    }

    private static func names(_ prefix: String, _ count: Int = count) -> [String] {
        (0..<count).map { "\(prefix)\($0)" }
    }

    /// Keys of 16 bytes, each other than the others.
    private static func keys(_ count: Int = count, name: (Int) -> String = { "k\($0)" }) -> [(String, String)] {
        (0..<count).map { (name($0), "\($0 + 100_000_000)AAAAAAAAAAAAA==") }
    }

    /// What is wrong with a file, or what the linter has to say of it.
    private func diagnostics(of file: [UInt8]) -> (text: String?, diagnostics: [Diagnostic]) {
        let time = ProcessorTime()
        defer { #expect(time.seconds < 60) }
        do {
            let document = try ConfigurationDocument.read(SecretBytes(copying: file.span.rawBytes))
            let configuration = try EncryptionConfiguration(checking: document, options: .lenient)
            return (nil, Linter().findings(in: document, checked: configuration))
        } catch {
            return (error.apiserverText, error.diagnostics)
        }
    }

    /// A change costs no more than its files.
    @Test(arguments: [
        ("nothing", "k", 0), ("names", "l", 0), ("bytes", "k", count), ("all", "l", count), ("overlaps", "k1:", 0),
    ])
    func changesCostLittle(_ name: String, prefix: String, shift: Int) throws {
        let keys = Self.keys(2 * Self.count)
        func configuration(_ keys: [(String, String)]) throws -> EncryptionConfiguration {
            let file = Self.file(Self.entry(["secrets"], [Self.aescbc(keys.map { (name: $0.0, secret: $0.1) })]))
            return try EncryptionConfiguration(
                checking: ConfigurationDocument.read(SecretBytes(copying: file.span.rawBytes)), options: .lenient)
        }
        let old = try configuration(Array(keys.prefix(Self.count)))
        let new = try configuration((0..<Self.count).map { ("\(prefix)\($0)", keys[$0 + shift].1) })
        let time = ProcessorTime()
        let proof = TransitionProof(from: old, to: new)
        #expect((proof.safe == .yes) == (name == "nothing"))
        #expect(proof.changes.isEmpty == (name == "nothing"))
        _ = proof.next
        #expect(time.seconds < 60)
    }

    @Test(arguments: [
        HostileFile("resources", file(entry(names("r"), [aescbc([("k", key)])]))),
        HostileFile(
            "resources and wildcards",
            file(entry(names("r"), [aescbc([("k", key)])]), entry(["*.*"], [aescbc(keys())]))
        ),
        HostileFile("keys", file(entry(["secrets"], [aescbc(keys())]))),
        HostileFile("one key", file(entry(["secrets"], [aescbc(keys { _ in "k" }.map { ($0.0, key) })]))),
        HostileFile("one name", file(entry(["secrets"], [aescbc(keys { _ in "k" })]))),
        HostileFile("one secret", file(entry(["secrets"], [aescbc(keys().map { ($0.0, key) })]))),
        HostileFile("overlapping names", file(entry(["secrets"], [aescbc(keys { "k:\($0)" })]))),
        HostileFile(
            "names of colons",
            file(entry(["secrets"], [aescbc(keys(2000) { String(repeating: ":", count: $0 + 1) })]))
        ),
        HostileFile(
            "providers",
            file(entry(["secrets"], [aescbc([("k", key)])] + names("").map { _ in #"{"identity": {}}"# }))
        ),
    ])
    func costsLittle(_ file: HostileFile) {
        let (text, found) = diagnostics(of: file.bytes)
        #expect(text == nil)
        #expect(found.count <= 1001)
    }

    /// Entries for one resource are joined. Each has the key again, which is one key.
    @Test func joinedEntries() {
        let entries = (0..<5000).map { _ in Self.entry(["secrets"], [Self.aescbc([("k", Self.key)])]) }
        let found = diagnostics(of: Self.file(entries.joined(separator: ",\n"))).diagnostics
        #expect(found.count == 1001)
        #expect(!found.contains { $0.code == "ENC0210" })
    }

    /// Exact entries that all lack the many keys of the wildcard: the message does not list them all.
    @Test func manyLacks() throws {
        let exact = (0..<2000).map { Self.entry(["pods.g\($0)"], [Self.aescbc([("k", Self.key)])]) }
        let wildcard = Self.entry(["*.*"], [Self.aescbc(Self.keys())])
        let found = diagnostics(of: Self.file(exact.joined(separator: ",\n"), wildcard)).diagnostics
        let lack = try #require(found.first { $0.code == "ENC0207" })
        #expect(lack.message.contains("aescbc k0, aescbc k1, "))
        #expect(lack.message.hasSuffix("aescbc k9 and 9990 more"))
    }

    /// The text of kube-apiserver is whole; our own list ends, and says so.
    @Test func manyFindings() throws {
        let (text, found) = diagnostics(of: Self.file(Self.entry(Self.names("R"), [#"{"identity": {}}"#])))
        #expect(
            text?.hasSuffix(
                #"resources[9999]: Invalid value: "R9999": resource name should not contain "#
                    + "capital letters]") == true)
        #expect(found.count == 1001)
        #expect(found[999].path == "resources[0].resources[999]")
        let last = try #require(found.last)
        #expect(last.code == "ENC0199" && last.severity == .error)
        #expect(last.message == "9000 more findings are not listed")
        #expect(last.position?.line == 1)
        #expect(Explanation.ofConfiguration(last.code) != nil)
    }

    @Test func manyUnknownFields() {
        let fields = (0..<Self.count).map { "\"x\($0)\": 1, \"x\($0)\": 2" }.joined(separator: ",\n")
        #expect(diagnostics(of: Array("{\(fields)}".utf8)).diagnostics.count <= 1001)
        let file = #"{"apiVersion": "apiserver.config.k8s.io/v1", "kind": "EncryptionConfiguration", \#(fields)}"#
        #expect(diagnostics(of: Array(file.utf8)).diagnostics.count == 1001)
    }

    @Test(arguments: [false, true]) func repeatedResources(isWildcard: Bool) {
        let names = ["x"] + Self.names("r") + [isWildcard ? "*." : "x"]
        let (text, found) = diagnostics(of: Self.file(Self.entry(names, [#"{"identity": {}}"#])))
        #expect(text?.hasPrefix(#"resources[0].resources: Invalid value: ["x","r0","#) == true)
        #expect(found.map(\.message) == [isWildcard ? "*. in the same list covers x" : "x is listed more than once"])
    }

    /// A text of 64 KiB under a thousand names is 64 MiB to whoever follows the aliases.
    @Test(arguments: [1, 1100]) func aliases(count: Int) {
        let text = """
            apiVersion: apiserver.config.k8s.io/v1
            kind: EncryptionConfiguration
            resources:
            - resources: [&a \(String(repeating: "a", count: 1 << 16)), \((0..<count).map { _ in "*a" }.joined(separator: ", "))]
              providers: [identity: {}]
            """
        let (said, found) = diagnostics(of: Array(text.utf8))
        #expect(found.map(\.code) == [count == 1 ? "ENC0111" : "ENC0199"])
        #expect((said == nil) == (count > 1))
    }

    /// Each resource has each provider of its entry, so that a table of them has as many lines as there are pairs.
    @Test func resourcesTimesKeys() {
        let (text, found) = diagnostics(
            of: Self.file(Self.entry(Self.names("r", 1000), [Self.aescbc(Self.keys(1000))])))
        #expect(text == nil)
        #expect(found.map(\.code) == ["ENC0199"])
        #expect(found.first?.message == "the resources have 1001000 providers and keys, more than 1000000")
    }

    // MARK: Secrets

    /// Looked at is what a key can be; the rest of a secret that is none costs nothing.
    @Test func longSecret() {
        let secret = String(repeating: "0123456789abcdef", count: 250_000)
        let (text, _) = diagnostics(of: Self.file(Self.entry(["X456789ab"], [Self.aescbc([("k", secret)])])))
        #expect(text?.contains(#"resources[0].resources[0]: Invalid value: "REDACTED""#) == true)
    }

    @Test func manySecretsAndTexts() {
        let names = Self.names("R") + ["X" + Self.keys()[7000].1.prefix(9)]
        let (text, found) = diagnostics(of: Self.file(Self.entry(names, [Self.aescbc(Self.keys())])))
        #expect(found.count == 1001)
        #expect(text?.contains(#"resources[0].resources[9999]: Invalid value: "R9999""#) == true)
        #expect(text?.contains(#"resources[0].resources[10000]: Invalid value: "REDACTED""#) == true)
    }

    /// More secrets than are looked at: then no text is shown.
    @Test func tooManySecrets() {
        let secret = String(repeating: "0123456789abcdef", count: 256)
        let keys = (0..<2100).map { ("k\($0)", secret) }
        let (text, _) = diagnostics(of: Self.file(Self.entry(["Harmless"], [Self.aescbc(keys)])))
        #expect(text?.contains(#"resources[0].resources[0]: Invalid value: "REDACTED""#) == true)
    }
}

/// A file with a name, so that the log of the tests does not print its bytes.
struct HostileFile: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let bytes: [UInt8]

    init(_ name: String, _ bytes: [UInt8]) { (testDescription, self.bytes) = (name, bytes) }
}
