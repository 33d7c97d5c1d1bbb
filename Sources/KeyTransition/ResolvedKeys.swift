internal import EncryptionConfig
internal import GoText
internal import KubernetesResources

/// The keys of each rule of a configuration.
struct ResolvedKeys {
    /// In the order in which the file names the rules.
    let lists: [KeyList]
    /// Every resource and wildcard that the file names.
    let patterns: [ResourcePattern]
    private let resolution: ResourceResolution
    private let byPattern: [ResourcePattern: KeyList]
    private let forms: Set<StorageKeyForm>

    init(_ configuration: EncryptionConfiguration) {
        resolution = ResourceResolution(configuration)
        // No resource has an empty name, or the one that a version without wildcards takes a wildcard for: nothing is
        // stored by such a rule.
        let rules = resolution.rules.filter { !$0.pattern.isLiteral && !$0.pattern.name.resource.isEmpty }
        lists = rules.map { KeyList(pattern: $0.pattern, providers: $0.providers) }
        patterns = rules.map(\.pattern)
        byPattern = Dictionary(uniqueKeysWithValues: zip(patterns, lists))
        forms = Set(lists.flatMap(\.writers).map { StorageKeyForm($0) })
    }

    /// Whether any rule has a key that writes the same.
    func contains(_ key: StorageKey) -> Bool { forms.contains(StorageKeyForm(key)) }

    /// The keys of a resource, or of what a wildcard covers beyond the names of the file: its name finds itself.
    subscript(resource: ResourcePattern) -> KeyList {
        let rule = resolution.rule(for: resource.name)
        return rule.flatMap { byPattern[$0.pattern] } ?? KeyList(pattern: nil, providers: nil)
    }
}
