internal import GoText
public import KubernetesResources

extension ResourceResolution.Rule {
    /// Whether new values are stored as plaintext.
    public var writesPlaintext: Bool { providers.first?.name == .identity }
}

extension ResourcePattern {
    /// Whether a resource is the named one, or one that the wildcard matches.
    public func covers(_ resource: GroupResource) -> Bool {
        [.exact(resource), .all(of: resource.group), .everything].contains(self)
    }

    /// Whether objects that seem to be of a resource of the core group may be of this one: those of built-in resources
    /// of other groups are stored under their plural alone, and the group of one that this program has not heard of is
    /// not known.
    public func mayMean(_ resource: GroupResource) -> Bool {
        guard resource.group.isEmpty, KnownResource.named(resource) == nil, !name.group.isEmpty, self != .everything
        else { return false }
        return isWildcard || name.resource == resource.resource && KnownResource.named(name) == nil
    }
}
