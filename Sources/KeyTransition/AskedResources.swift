internal import EncryptionConfig
internal import KubernetesResources

/// The resources that a change can touch.
enum AskedResources {
    /// Every resource that either side names, the known resources that a wildcard of either side covers, and each
    /// wildcard for the rest that it covers: in the order of the files, then by group.
    static func all(_ old: ResolvedKeys, _ new: ResolvedKeys) -> [ResourcePattern] {
        let patterns = old.patterns + new.patterns
        let known = KnownResource.all.filter { $0.era == .current }.map { ResourcePattern.exact($0.groupResource) }
        let wildcards = Set(patterns.filter(\.isWildcard))
        let covered = known.filter { known in
            wildcards.contains(.everything) || wildcards.contains(.all(of: known.name.group))
        }
        return distinct(patterns.filter { !$0.isWildcard } + covered + patterns.filter(\.isWildcard))
    }

    static func distinct(_ patterns: [ResourcePattern]) -> [ResourcePattern] {
        var seen: Set<ResourcePattern> = []
        return patterns.filter { seen.insert($0).inserted }
    }
}
