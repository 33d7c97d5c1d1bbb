internal import GoText

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
        // On bytes, as Go does it: a letter may carry a mark that makes the dot before it another character.
        let parts = text.utf8.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        self.init(
            resource: parts.first.map { String(decoding: $0, as: UTF8.self) } ?? "",
            group: parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : "")
    }

    /// Equal bytes, as Go compares: to Swift an accented letter equals the same letter followed by its accent.
    public static func == (left: Self, right: Self) -> Bool {
        left.resource.utf8.elementsEqual(right.resource.utf8) && left.group.utf8.elementsEqual(right.group.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        for text in [resource, group] {
            for byte in text.utf8 { hasher.combine(byte) }
            hasher.combine(UInt8(0xff))
        }
    }
}

extension GroupResource: CustomStringConvertible {
    public var description: String { group.isEmpty ? resource : "\(resource).\(group)" }
}

extension GroupResource: Comparable {
    /// By group, then by name, in the order of bytes.
    public static func < (left: Self, right: Self) -> Bool {
        (ByteName(left.group), ByteName(left.resource)) < (ByteName(right.group), ByteName(right.resource))
    }
}
