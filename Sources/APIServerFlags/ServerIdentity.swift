/// As whom a server runs, as far as its file says (k8s.io/api, core/v1, types.go, `SecurityContext` and
/// `PodSecurityContext`; systemd.exec(5), `User=`).
///
/// Without a user a service runs as root, and a container as its image says; the images of kube-apiserver say nothing,
/// and run as root.
public struct ServerIdentity: Equatable, Sendable {
    public enum User: Equatable, Sendable {
        case id(UInt32)
        /// A name that the node resolves.
        case name(String)
    }

    public var user = User.id(0)
    /// The group of the process; nil if the file does not name one.
    public var groupID: UInt32?
    public var supplementaryGroups: [UInt32] = []
    /// The SELinux type of the container; nil for that of the container runtime.
    public var selinuxType: String?
    /// Whether the container has all rights, the confinement of SELinux among them.
    public var isPrivileged = false

    public init() {}

    /// Reads the settings of a pod, which those of the container override.
    init(
        pod: DocumentField?, container: DocumentField?, _ budget: inout TextBudget
    ) throws(APIServerFlagsError) {
        for context in [pod, container] {
            guard let context else { continue }
            if let id = try context["runAsUser"]?.unsignedNumber() { user = .id(id) }
            if let id = try context["runAsGroup"]?.unsignedNumber() { groupID = id }
            if let id = try context["fsGroup"]?.unsignedNumber() { supplementaryGroups.append(id) }
            for group in try context["supplementalGroups"]?.list() ?? [] {
                supplementaryGroups.append(try group.unsignedNumber())
            }
            if let type = try context["seLinuxOptions"]?["type"] { selinuxType = try type.text(&budget) }
            if let privileged = try context["privileged"] { isPrivileged = try privileged.bool() }
        }
    }
}
