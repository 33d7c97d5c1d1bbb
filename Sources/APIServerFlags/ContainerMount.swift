/// The volume through which a container sees a path of the node (k8s.io/api, core/v1, types.go, `VolumeMount` and
/// `HostPathVolumeSource`).
public struct ContainerMount: Equatable, Sendable {
    /// Where the container has it.
    public let containerPath: String
    /// What of the node is there: a folder, or a single file.
    public let nodePath: String
    /// What the kubelet checks before it starts the container; nil or empty for nothing.
    public let type: String?
    public let isReadOnly: Bool
    /// Whether only a part of the volume is mounted. It is bound once, at the start of the container.
    public let isSubPath: Bool

    public init(containerPath: String, nodePath: String, type: String?, isReadOnly: Bool, isSubPath: Bool) {
        self.containerPath = containerPath
        self.nodePath = nodePath
        self.type = type
        self.isReadOnly = isReadOnly
        self.isSubPath = isSubPath
    }
}

/// Whose files a server sees.
public enum ServerPlace: Equatable, Sendable {
    /// Those of the node, as a service of systemd does.
    case node
    /// Those of its pod.
    case pod
    /// Those of a container of Docker.
    case container
    /// The file does not show it.
    case unknown
}
