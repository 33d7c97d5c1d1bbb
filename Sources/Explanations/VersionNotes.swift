public import EncryptionConfig
internal import GoText
internal import KubernetesVersions
public import ShownText

/// What a file uses that not every version of Kubernetes has, or treats alike.
public struct VersionNote: Sendable {
    /// From which minor version on the rule holds, such as `1.27`.
    public let since: String
    public let text: Phrase

    private init(_ since: Int, _ text: Phrase) {
        self.since = KubernetesVersion(minor: since).description
        self.text = text
    }

    /// The notes on a file, in the order of the versions.
    public static func all(of configuration: EncryptionConfiguration) -> [VersionNote] {
        let wildcards = configuration.entries.flatMap(\.resources).filter { $0.isWildcard || $0.isLiteral }
        let plugins = configuration.plugins
        var notes: [VersionNote] = []
        if !wildcards.isEmpty {
            notes.append(
                VersionNote(
                    27, "\(wildcards.map(\.description).listed) is a wildcard from 1.27 on; 1.26 encrypts nothing by it"
                ))
        }
        if plugins.contains(where: { $0.version == .v2 }) {
            notes += [
                VersionNote(
                    27, "KMS v2 is on by default from 1.27 on; 1.26 needs KMSv2=true, and a plugin of v2alpha1"),
                VersionNote(
                    29, "KMS v2 values have a key derived from a seed from 1.29 on; 1.27 and older cannot read them"),
            ]
        }
        if plugins.contains(where: { $0.version == .v1 }) {
            notes.append(VersionNote(29, "KMS v1 needs the feature gate KMSv1=true from 1.29 on"))
        }
        return notes
    }
}
