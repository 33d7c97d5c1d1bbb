public import EncryptionConfig
import EnvelopeCrypto
import Foundation
import SecretMemory
import TestSupport

/// A configuration in short form, one entry on each line:
///
///     secrets, configmaps: aescbc new=2 old=1; kms v2 vault@run/vault.sock; identity
///
/// Equal words after `=` are equal key bytes.
public struct ShortConfiguration {
    /// The file, in YAML.
    public let text: String

    public init(_ short: String) {
        var yaml = "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n"
        for line in short.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            let resources = parts[0].split(separator: ",").map { "'\($0.filter { $0 != " " })'" }
            yaml += "- resources: [\(resources.joined(separator: ", "))]\n  providers:\n"
            for provider in parts[1].split(separator: ";") { yaml += Self.provider(provider.split(separator: " ")) }
        }
        text = yaml
    }

    private static func provider(_ words: [Substring]) -> String {
        switch words[0] {
        case "identity": return "  - identity: {}\n"
        case "kms":
            let place = words[2].split(separator: "@")
            return "  - kms: {apiVersion: \(words[1]), name: '\(place[0])', endpoint: 'unix:///\(place[1])'}\n"
        default:
            let keys = words.dropFirst().map { word -> String in
                let end = word.lastIndex(of: "=") ?? word.endIndex
                return "      - name: '\(word[..<end])'\n        secret: \(secret(String(word[end...].dropFirst())))\n"
            }
            return "  - \(words[0]):\n      keys:\n" + keys.joined()
        }
    }

    /// The 32 bytes that a word stands for.
    public static func key(_ word: String) -> [UInt8] {
        var random = SeededGenerator(seed: word.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
        return random.bytes(32)
    }

    /// The same in base64.
    public static func secret(_ word: String) -> String { Data(key(word)).base64EncodedString() }

    public func configuration() throws -> EncryptionConfiguration {
        let document = try ConfigurationDocument.read(SecretBytes(Array(text.utf8)))
        return try EncryptionConfiguration(checking: document, options: .lenient)
    }

    /// The file at `path`.
    public func file(_ path: String = "enc.yaml") throws -> ConfigurationFile {
        let digest = try Digest.sha256(Array(text.utf8).span.rawBytes)
        return ConfigurationFile(
            path: path, hash: "sha256:\(Digest.hexadecimal(digest))", configuration: try configuration())
    }
}
