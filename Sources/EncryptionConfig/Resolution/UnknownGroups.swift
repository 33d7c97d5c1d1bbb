internal import GoText
public import KubernetesResources

/// Finds the patterns that objects of a core resource may be of (see ``ResourcePattern/mayMean(_:)``) without asking
/// each pattern.
public struct UnknownGroups: Sendable {
    private let patterns: [ResourcePattern]
    /// The numbers of the patterns, those of wildcards and of names of resources.
    private var wildcards: [Int] = []
    private var names: [ByteName: [Int]] = [:]

    public init(_ patterns: [ResourcePattern]) {
        self.patterns = patterns
        for (number, pattern) in patterns.enumerated() where !pattern.name.group.isEmpty {
            if pattern.isWildcard {
                wildcards.append(number)
            } else {
                names[pattern.name.resource, default: []].append(number)
            }
        }
    }

    /// The patterns that may mean a resource, in order.
    public func patterns(for resource: GroupResource) -> [ResourcePattern] {
        guard resource.group.isEmpty else { return [] }
        return (wildcards + (names[resource.resource] ?? [])).sorted().map { patterns[$0] }
            .filter { $0.mayMean(resource) }
    }

    /// Whether a pattern may mean a resource.
    public func haveOne(for resource: GroupResource) -> Bool {
        guard resource.group.isEmpty, KnownResource.named(resource) == nil else { return false }
        return !wildcards.allSatisfy { !patterns[$0].mayMean(resource) }
            || (names[resource.resource] ?? []).contains { patterns[$0].mayMean(resource) }
    }
}
