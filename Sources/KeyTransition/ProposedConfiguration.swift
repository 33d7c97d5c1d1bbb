public import EncryptionConfig
internal import GoText
internal import KubernetesResources
public import SecretMemory

/// A configuration that is not written yet.
public struct ProposedConfiguration: Sendable {
    /// Some resources and the providers that they share. Positions in the source files do not matter.
    public struct Entry: Sendable {
        public let resources: [ResourcePattern]
        /// The first one writes, all read.
        public let providers: [Provider]
    }

    /// Exact resources before the wildcards that cover them.
    public let entries: [Entry]
    let form: ConfigurationDocument.Form

    /// The file in YAML, in the layout of this program. It keeps no comment, since it comes from two files.
    public func text() -> SecretBytes {
        ConfigurationText.write(
            entries.map { ($0.resources, $0.providers.map(\.kind)) }, hasHeader: form != .headerless)
    }

    /// The same as a model, which can be asked like one that was read.
    public var configuration: EncryptionConfiguration {
        EncryptionConfiguration(
            form: form, entries: entries.map { .init(resources: $0.resources, providers: $0.providers) })
    }
}

extension ProposedConfiguration {
    /// Lays out the keys of each rule; nil if kube-apiserver accepts no layout.
    init?(_ lists: [KeyList], form: ConfigurationDocument.Form) {
        let lists = lists.sorted { Self.breadth($0) < Self.breadth($1) }
        // A KMS provider may appear only once, so that wildcards share the entry of exact resources if they can.
        let layouts = [true, false].map { Self.entries(of: lists, acrossBreadths: $0) }
        guard let entries = layouts.first(where: Self.isAcceptable) else { return nil }
        self.entries = entries
        self.form = form
    }

    /// How much a rule covers: narrower ones come first.
    private static func breadth(_ list: KeyList) -> Int {
        guard let pattern = list.pattern, pattern.isWildcard else { return 0 }
        return pattern == .everything ? 2 : 1
    }

    /// One entry for all resources that have the same list.
    private static func entries(of lists: [KeyList], acrossBreadths: Bool) -> [Entry] {
        /// What lists share that share an entry.
        struct Group: Hashable {
            let keys: [StorageKeyForm]
            let breadth: Int
        }
        var groups: [(resources: [ResourcePattern], providers: [Provider])] = []
        var places: [Group: Int] = [:]
        for list in lists {
            let group = Group(
                keys: list.keys.map { StorageKeyForm($0) }, breadth: acrossBreadths ? 0 : breadth(list))
            let place = places[group] ?? groups.count
            if place == groups.count {
                places[group] = place
                groups.append(([], list.providers))
            }
            groups[place].resources += [list.pattern].compactMap { $0 }
        }
        return groups.map { Entry(resources: $0.resources, providers: $0.providers) }
    }

    /// Whether no wildcard masks a later or neighboring name, and no KMS v2 provider appears twice.
    private static func isAcceptable(_ entries: [Entry]) -> Bool {
        var wildcards: Set<ResourcePattern> = []
        var plugins: Set<ByteName> = []
        for entry in entries {
            // Within one entry the order does not matter.
            wildcards.formUnion(entry.resources.filter(\.isWildcard))
            for resource in entry.resources {
                let masks = [.everything, .all(of: resource.name.group)].filter { $0 != resource }
                guard masks.allSatisfy({ !wildcards.contains($0) }) else { return false }
            }
            for case .kms(let plugin) in entry.providers.map(\.kind) where plugin.version == .v2 {
                guard plugins.insert(plugin.name).inserted else { return false }
            }
        }
        return true
    }
}
