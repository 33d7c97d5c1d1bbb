public import KubernetesResources

/// Which providers serve a resource. The one place for the rule (k8s.io/apiserver 1.36,
/// pkg/server/options/encryptionconfig/config.go, `transformerFromOverrides`):
/// an exact entry, else its group's wildcard, else `*.*`; never two of them together.
public struct ResourceResolution: Sendable {
    /// What serves a resource.
    public struct Rule: Sendable {
        /// The entry of the configuration that covers it.
        public let pattern: ResourcePattern
        /// In order: the first one writes, all read.
        public let providers: [Provider]

        public init(pattern: ResourcePattern, providers: [Provider]) {
            self.pattern = pattern
            self.providers = providers
        }
    }

    /// In the order in which the file names them first.
    public let rules: [Rule]
    private let indices: [ResourcePattern: Int]

    public init(_ configuration: EncryptionConfiguration) {
        var rules: [(pattern: ResourcePattern, providers: [Provider])] = []
        var indices: [ResourcePattern: Int] = [:]
        for entry in configuration.entries {
            for pattern in entry.resources {
                // Entries for the same resource are joined in file order; the first provider of the first one writes.
                if let index = indices[pattern] {
                    rules[index].providers += entry.providers
                } else {
                    indices[pattern] = rules.count
                    rules.append((pattern, entry.providers))
                }
            }
        }
        self.rules = rules.map { Rule(pattern: $0.pattern, providers: $0.providers) }
        self.indices = indices
    }

    /// The rule for a resource; nil if none covers it, which stores it in plaintext.
    public func rule(for resource: GroupResource) -> Rule? {
        for pattern: ResourcePattern in [.exact(resource), .all(of: resource.group), .everything] {
            if let index = indices[pattern] { return rules[index] }
        }
        return nil
    }
}
