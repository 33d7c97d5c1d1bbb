internal import EncryptionConfig
internal import KubernetesResources
internal import Synchronization

/// The keys of a file by resource and label, sorted once for each rule that is asked about.
final class RuleKeys: Sendable {
    let resolution: ResourceResolution
    private let known = Mutex<[ResourcePattern: [StoredKeyLabel: Set<StorageKeyForm>]]>([:])

    init(_ configuration: EncryptionConfiguration) { resolution = ResourceResolution(configuration) }

    /// Whether a resource reads a key of this label.
    func reads(_ label: StoredKeyLabel, of resource: GroupResource) -> Bool { !forms(label, of: resource).isEmpty }

    /// The keys of a label that a resource reads, of which there can be several.
    func forms(_ label: StoredKeyLabel, of resource: GroupResource) -> Set<StorageKeyForm> {
        guard let rule = resolution.rule(for: resource) else { return [] }
        return known.withLock { known in
            if let forms = known[rule.pattern] { return forms[label] ?? [] }
            var forms: [StoredKeyLabel: Set<StorageKeyForm>] = [:]
            for key in StorageKey.list(of: rule.providers) { forms[key.label, default: []].insert(StorageKeyForm(key)) }
            known[rule.pattern] = forms
            return forms[label] ?? []
        }
    }
}
