internal import GoText
public import EncryptionConfig
public import KubernetesAPI
public import KubernetesResources

/// The resources to re-encrypt for a file.
public struct RewriteScope: Sendable {
    /// Why a resource that the file covers is left out.
    public enum LeftOut: Sendable, Equatable {
        /// Its objects are rewritten all the time: a Lease is renewed every few seconds. An event ends after an hour,
        /// which a rewrite would extend (recorded in testdata/apiserver).
        case shortLived
        /// No server serves it. Its values stay unchanged.
        case notServed
    }

    private let only: Set<GroupResource>?
    private let includesShortLived: Bool
    private let resolution: ResourceResolution

    /// In the order of their names.
    public let targets: [APIResource]
    public let leftOut: [(resource: GroupResource, reason: LeftOut)]
    /// What was asked for and no entry covers, or no server can rewrite.
    public let impossible: [GroupResource]

    private static let shortLived: Set<GroupResource> = [
        GroupResource(resource: "events"), GroupResource(resource: "leases", group: "coordination.k8s.io"),
    ]

    /// - Parameters:
    ///   - served: What the servers serve.
    ///   - only: The resources that are asked for; nil for all that the file covers.
    ///   - includesShortLived: Whether events and Leases are re-encrypted too.
    public init(
        of file: EncryptionConfiguration, served: [APIResource], only: Set<GroupResource>?, includesShortLived: Bool
    ) {
        self.only = only
        self.includesShortLived = includesShortLived
        let resolution = ResourceResolution(file)
        self.resolution = resolution
        let covered = served.filter { resolution.rule(for: $0.resource) != nil && $0.canBeRewritten }
        let wanted = covered.filter { resource in
            if let only { return only.contains(resource.resource) }
            return includesShortLived || !Self.shortLived.contains(resource.resource)
        }
        targets = wanted
        let names = Set(served.map(\.resource))
        let missing = resolution.rules.map(\.pattern).filter { !$0.isWildcard && !names.contains($0.name) }.map(\.name)
        leftOut =
            (only == nil && !includesShortLived
                ? covered.map(\.resource).filter { Self.shortLived.contains($0) }.map { ($0, .shortLived) } : [])
            + missing.filter { only?.contains($0) ?? true }.map { ($0, .notServed) }
        impossible = (only ?? []).filter { name in
            !wanted.contains { $0.resource == name } && !missing.contains(name)
        }.sorted()
    }

    /// Whether values of a resource must be re-encrypted, whether a server serves it or not.
    public func isWanted(_ resource: GroupResource) -> Bool {
        guard resolution.rule(for: resource) != nil else { return false }
        if let only { return only.contains(resource) }
        return includesShortLived || !Self.shortLived.contains(resource)
    }
}
