import ClusterSupport
import ConfigurationLint
import EncryptionConfig
import EnvelopeCrypto
import FleetComparison
import GoText
import KubernetesResources
import SecretMemory

/// Files and audits in short form, compared.
struct FleetScene {
    private var files: [FleetFile] = []
    private var archives: [FleetFile] = []
    private var audits: [FleetAudit] = []

    static func name(_ text: String) -> FleetName { FleetArgument("\(text)=x").name }

    mutating func add(_ name: String, _ short: String) throws {
        files.append(FleetFile(name: Self.name(name), file: try ShortConfiguration(short).file(name)))
    }

    mutating func archive(_ name: String, _ short: String) throws {
        archives.append(FleetFile(name: Self.name(name), file: try ShortConfiguration(short).file(name)))
    }

    /// An audit.
    ///
    /// - Parameters:
    ///   - needs: `secrets aescbc k=1`: so many words as values have; without `=` no fingerprint is known.
    ///   - decrypted: Whether the configuration of the audit decrypted all values.
    ///   - by: The configurations of the audit, in short form.
    mutating func audit(
        _ name: String, _ needs: [String], decrypted: Bool = true, by hashes: [String] = [], uid: String? = nil,
        gaps: [String] = []
    ) throws {
        audits.append(
            FleetAudit(
                name: Self.name(name), path: name, source: "s.db", clusterUID: uid, revision: 1,
                hashes: try hashes.map { try ShortConfiguration($0).file().hash },
                needs: try needs.map { try Self.need($0, decrypted: decrypted) }, gaps: gaps))
    }

    static func need(_ short: String, decrypted: Bool = true) throws -> FleetAudit.Need {
        let words = short.split(separator: " ")
        let key = words.count > 2 ? words[2].split(separator: "=") : []
        let provider = ProviderName(rawValue: String(words[1]))
        return FleetAudit.Need(
            resource: GroupResource(parsing: words[0]), provider: provider, key: key.first.map { ByteName($0) },
            fingerprint: key.count > 1 ? try fingerprint(String(key[1])) : nil, objects: 3,
            decrypted: decrypted ? 3 : 0, areOthersArchived: !decrypted)
    }

    /// The fingerprint of the key that a word stands for.
    static func fingerprint(_ word: String) throws -> String {
        try Digest.keyFingerprint(ShortConfiguration.key(word).span.rawBytes)
    }

    func comparison() throws -> FleetComparison {
        var fingerprints = KeyFingerprints()
        for (_, key) in (files + archives).flatMap(\.file.configuration.keys) {
            fingerprints.add(key, key.isWeak ? nil : try Digest.keyFingerprint(key.secret.span))
        }
        return FleetComparison(files: files, archives: archives, audits: audits, fingerprints: fingerprints)
    }
}
