public import GoText
public import KubernetesResources

/// A resource as a configuration names it: exactly, by its group (`*.apps`, `*.` for the core group), or all (`*.*`).
public struct ResourcePattern: Hashable, Sendable {
    /// The resource and group as parsed; either can be `*`.
    public let name: GroupResource

    public init(parsing text: String) { name = GroupResource(parsing: text) }

    /// Whether it stands for more than one resource.
    public var isWildcard: Bool { name.resource == "*" }

    /// `*.*`: every resource of every group.
    public static let everything = ResourcePattern(parsing: "*.*")

    /// `*.<group>`: every resource of one group.
    public static func all(of group: ByteName) -> ResourcePattern {
        ResourcePattern(name: GroupResource(resource: "*", group: group))
    }

    /// One resource.
    public static func exact(_ resource: GroupResource) -> ResourcePattern { ResourcePattern(name: resource) }

    private init(name: GroupResource) { self.name = name }
}

extension ResourcePattern: CustomStringConvertible {
    /// As a configuration would have it: the core group's wildcard needs its dot.
    public var description: String { self == .all(of: "") ? "*." : name.description }
}
