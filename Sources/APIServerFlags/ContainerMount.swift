/// The volume through which a container sees a path of the node (k8s.io/api, core/v1, types.go, `VolumeMount` and
/// `HostPathVolumeSource`).
public struct ContainerMount: Equatable, Sendable {
    /// Where the container has it.
    public let containerPath: String
    /// What of the node is there: a folder, or a single file.
    public let nodePath: String
    /// The source of the volume, of which a part may be mounted.
    public let volumePath: String
    /// What the kubelet checks of the source before it starts the container; nil or empty for nothing.
    public let type: String?
    public let isReadOnly: Bool
    /// Whether only a part of the volume is mounted. It is bound once, at the start of the container.
    public var isSubPath: Bool { volumePath != nodePath }

    public init(
        containerPath: String, nodePath: String, volumePath: String? = nil, type: String?, isReadOnly: Bool
    ) {
        self.containerPath = containerPath
        self.nodePath = nodePath
        self.volumePath = volumePath ?? nodePath
        self.type = type
        self.isReadOnly = isReadOnly
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
