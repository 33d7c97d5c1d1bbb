public import KubernetesResources
public import StorageAudit

/// How stored values stand to a file: the one rule for what an audit has to say to a rewrite and a rollout.
public struct StoredCount: Sendable, Equatable {
    public private(set) var objects = 0
    /// Stored in another way than the file says.
    public private(set) var stale = 0
    /// Opened by no key, or not to the object that the etcd key names.
    public private(set) var unreadable = 0
    /// Not judged: a plugin would have to be asked, or the encoding is not read.
    public private(set) var unknown = 0

    public init() {}

    /// - Parameter isWanted: Which resources count.
    public init(_ census: [GroupResource: ResourceCensus], where isWanted: (GroupResource) -> Bool) {
        add(census, where: isWanted)
    }

    public mutating func add(_ census: [GroupResource: ResourceCensus], where isWanted: (GroupResource) -> Bool) {
        for (resource, numbers) in census where isWanted(resource) {
            objects += numbers.objects
            stale += numbers.stale
            unreadable += numbers.unreadable + numbers.notObjects
            unknown += numbers.needsPlugin + numbers.uncertain
        }
    }
}
