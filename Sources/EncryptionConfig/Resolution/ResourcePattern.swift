public import GoText
public import KubernetesResources
public import KubernetesVersions

/// A resource as a configuration names it: exactly, by its group (`*.apps`, `*.` for the core group), or all (`*.*`).
public struct ResourcePattern: Hashable, Sendable {
    /// The resource and group as parsed; either can be `*`.
    public let name: GroupResource
    /// Whether `*` is only the name of a resource, which does not exist: a version without wildcards reads it so.
    public let isLiteral: Bool

    public init(parsing text: String, in kubernetes: KubernetesVersion = .newest) {
        name = GroupResource(parsing: text)
        isLiteral = name.resource == "*" && !kubernetes.hasWildcards
    }

    /// Whether it can match more than one resource.
    public var isWildcard: Bool { name.resource == "*" && !isLiteral }

    /// `*.*`: every resource of every group.
    public static let everything = ResourcePattern(parsing: "*.*")

    /// `*.<group>`: every resource of one group.
    public static func all(of group: ByteName) -> ResourcePattern {
        ResourcePattern(name: GroupResource(resource: "*", group: group))
    }

    /// One resource.
    public static func exact(_ resource: GroupResource) -> ResourcePattern { ResourcePattern(name: resource) }

    private init(name: GroupResource) {
        self.name = name
        isLiteral = false
    }
}

extension ResourcePattern: CustomStringConvertible {
    /// As a configuration would have it: the core group's wildcard needs its dot.
    public var description: String { name == ResourcePattern.all(of: "").name ? "*." : name.description }
}
