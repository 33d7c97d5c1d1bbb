public import GoText

/// A Kubernetes resource within its API group, such as `secrets` (core group) or `deployments.apps`.
public struct GroupResource: Hashable, Sendable {
    /// Lower-case plural, such as `secrets`. Never contains a dot.
    public let resource: ByteName
    /// API group, such as `apps`; empty for the core group.
    public let group: ByteName

    public init(resource: ByteName, group: ByteName = "") {
        self.resource = resource
        self.group = group
    }

    /// Splits at the first dot: `deployments.apps` is `deployments` of `apps`; `secrets` and `secrets.` are the same.
    ///
    /// (k8s.io/apimachinery, pkg/runtime/schema/group_version.go, `ParseGroupResource`.)
    public init(parsing text: some StringProtocol) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        self.init(
            resource: ByteName(parts.first.map { String(decoding: $0, as: UTF8.self) } ?? ""),
            group: ByteName(parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : ""))
    }
}

extension GroupResource: CustomStringConvertible {
    public var description: String { group.isEmpty ? resource.text : "\(resource).\(group)" }
}

extension GroupResource: Comparable {
    /// By group, then by name.
    public static func < (left: Self, right: Self) -> Bool {
        (left.group, left.resource) < (right.group, right.resource)
    }
}
