import ConfigurationLint
import Diagnostics
import EncryptionConfig
import Foundation
import KubernetesVersions
import SecretMemory
import TestSupport

/// A file of testdata/lint with what its comments say. See testdata/lint/README.md.
struct LintCase: CustomStringConvertible {
    let name: String
    let bytes: [UInt8]
    /// `CODE SEVERITY LINE:COLUMN` for each finding.
    var expected: [String] = []
    var linter = Linter()
    var server = ServerOptions()
    var kubernetes = KubernetesVersion.newest

    var description: String { name }

    static func all() throws -> [LintCase] {
        let names = try FileManager.default.contentsOfDirectory(atPath: TestData.path("lint"))
        return try names.filter { $0.hasSuffix(".yaml") }.sorted().map(LintCase.init)
    }

    init(name: String) throws {
        self.name = name
        bytes = try TestData.bytes("lint/\(name)")
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") where line.hasPrefix("# ") {
            if let expectation = line.value(of: "# expect: ") { expected.append(expectation) }
            for option in line.value(of: "# options: ")?.split(separator: " ") ?? [] { try set(option) }
        }
    }

    private mutating func set(_ option: Substring) throws {
        let parts = option.split(separator: "=", maxSplits: 1).map { String($0) }
        switch (parts[0], parts.count > 1 ? parts[1] : "") {
        case ("now", let value): linter.now = Int64(value)
        case ("max-key-age-days", let value): linter.maxKeyAge = Int64(value).map { $0 * 86400 }
        case ("kubernetes", let value): kubernetes = try version(value)
        case ("plaintext", let value): linter.storedPlaintext = value == "yes"
        case ("sockets", let value): linter.socketExists = { $0 == value }
        case ("fips", _): linter.fips = true
        case ("gate", let value): server.gates = try gates(value)
        default: throw UnknownOption(name: parts[0])
        }
    }

    private func version(_ text: String) throws -> KubernetesVersion {
        guard let version = KubernetesVersion(text) else { throw UnknownOption(name: text) }
        return version
    }

    private func gates(_ name: String) throws -> FeatureGates {
        guard let gates = FeatureGates(parsing: "\(name)=true") else { throw UnknownOption(name: name) }
        return gates
    }

    // A typo must not weaken a test.
    struct UnknownOption: Error { let name: String }

    func findings() throws -> [Diagnostic] { try lint(bytes, with: linter, server: server, kubernetes: kubernetes) }
}

/// The findings in a file.
func lint(
    _ bytes: [UInt8], with linter: Linter = Linter(), server: ServerOptions = ServerOptions(),
    kubernetes: KubernetesVersion = .newest
) throws -> [Diagnostic] {
    let document = try ConfigurationDocument.read(SecretBytes(copying: bytes.span.bytes), kubernetes: kubernetes)
    let configuration = try EncryptionConfiguration(checking: document, options: server)
    return linter.findings(in: document, checked: configuration)
}

extension Substring {
    fileprivate func value(of field: String) -> String? { hasPrefix(field) ? String(dropFirst(field.count)) : nil }
}
