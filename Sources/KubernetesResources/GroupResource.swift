/// A Kubernetes resource within its API group, such as `secrets` (core group) or `deployments.apps`.
public struct GroupResource: Hashable, Sendable {
    /// Lower-case plural, such as `secrets`. Never contains a dot.
    public let resource: String
    /// API group, such as `apps`; empty for the core group.
    public let group: String

    public init(resource: String, group: String = "") {
        self.resource = resource
        self.group = group
    }

    /// Splits at the first dot: `deployments.apps` is `deployments` of `apps`; `secrets` and `secrets.` are the same.
    ///
    /// (k8s.io/apimachinery, pkg/runtime/schema/group_version.go, `ParseGroupResource`.)
    public init(parsing text: some StringProtocol) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        self.init(resource: parts.first.map { String($0) } ?? "", group: parts.count > 1 ? String(parts[1]) : "")
    }
}

extension GroupResource: CustomStringConvertible {
    public var description: String { group.isEmpty ? resource : "\(resource).\(group)" }
}

extension GroupResource: Comparable {
    public static func < (left: Self, right: Self) -> Bool {
        (left.group, left.resource) < (right.group, right.resource)
    }
}
