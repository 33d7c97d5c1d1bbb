public import EncryptionConfig
internal import GoText
internal import KubernetesVersions
public import ShownText

/// A part of a file that not every version of Kubernetes has, or treats in the same way.
public struct VersionNote: Sendable {
    /// From which minor version on the rule holds, such as `1.27`.
    public let since: String
    public let text: Phrase

    /// - Parameters:
    ///   - text: The note, made of the first version and the last one before it.
    private init?(
        since rule: (KubernetesVersion) -> Bool,
        _ text: (_ first: KubernetesVersion, _ before: KubernetesVersion) -> Phrase
    ) {
        guard let first = KubernetesVersion.first(where: rule) else { return nil }
        since = first.description
        self.text = text(first, KubernetesVersion(minor: first.minor - 1))
    }

    /// The notes on a file, in the order of the versions.
    public static func all(of configuration: EncryptionConfiguration) -> [VersionNote] {
        let wildcards = configuration.entries.flatMap(\.resources).filter { $0.isWildcard || $0.isLiteral }
        let plugins = configuration.plugins
        var notes: [VersionNote?] = []
        if !wildcards.isEmpty {
            let names = wildcards.map(\.description).listed
            notes.append(
                VersionNote(since: \.hasWildcards) { first, before in
                    "wildcards (\(names)) work from \(first) on; in \(before) they encrypt nothing"
                })
        }
        if plugins.contains(where: { $0.version == .v2 }) {
            notes += [
                VersionNote(since: { FeatureGates().isOn(.kmsv2, in: $0) }) { first, before in
                    "KMS v2 is on by default from \(first) on; \(before) needs KMSv2=true, and a plugin of \(before.kmsv2Package)"
                },
                VersionNote(since: { KMSv2Rules($0).writesSeeds }) { first, _ in
                    "KMS v2 values derive their key from a seed from \(first) on; \(unableToReadSeeds) and older "
                        + "cannot read them"
                },
            ]
        }
        if plugins.contains(where: { $0.version == .v1 }) {
            notes.append(
                VersionNote(since: { !FeatureGates().isOn(.kmsv1, in: $0) }) { first, _ in
                    "KMS v1 needs the feature gate KMSv1=true from \(first) on"
                })
        }
        return notes.compactMap { $0 }
    }

    /// The last version that does not know seeds.
    private static var unableToReadSeeds: KubernetesVersion {
        KubernetesVersion.recorded.last { !KMSv2Rules($0).readsSeeds } ?? .oldest
    }
}
