internal import GoText
public import KubernetesResources
public import KubernetesVersions

/// The questions of an audit.
public struct AuditOptions: Sendable {
    /// Whether to count labels only, and open nothing.
    public var isCensusOnly: Bool
    /// So many findings of each kind are kept; all are counted.
    public var findingLimit: Int
    /// Only these resources count, if any are named.
    public var resources: Set<GroupResource>?
    /// kube-apiserver's `--etcd-prefix`, if known; otherwise it is derived from each key.
    public var prefix: String?
    /// The version of kube-apiserver, if its rules are unknown and other rules replace them.
    public var unknownVersion: KubernetesVersion?
    /// Whether the values that kube-apiserver cannot read are gathered, each with every key at hand that decrypts it.
    public var isTriage = false
    /// Whether the records are old revisions, of which less is a finding.
    var isOfOldRevisions = false

    public init(
        isCensusOnly: Bool = false, findingLimit: Int = 20, resources: Set<GroupResource>? = nil,
        prefix: String? = nil, unknownVersion: KubernetesVersion? = nil
    ) {
        self.isCensusOnly = isCensusOnly
        self.findingLimit = findingLimit
        self.resources = resources
        self.prefix = prefix
        self.unknownVersion = unknownVersion
    }
}

extension AuditOptions {
    /// Whether plaintext of a resource is a finding whatever the configuration says: Secrets, and what was asked for by
    /// name.
    func isAskedFor(_ resource: GroupResource) -> Bool {
        guard let resources else { return resource == GroupResource(resource: "secrets") }
        return resources.contains(resource)
    }

    /// The same questions about old revisions.
    var ofOldRevisions: AuditOptions {
        var options = self
        options.isOfOldRevisions = true
        options.isTriage = false
        return options
    }
}
