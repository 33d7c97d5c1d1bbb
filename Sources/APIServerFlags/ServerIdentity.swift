/// As whom a server runs, as far as its file says (k8s.io/api, core/v1, types.go, `SecurityContext` and
/// `PodSecurityContext`; systemd.exec(5), `User=`).
///
/// Without a user a service runs as root, and a container as its image says; the images of kube-apiserver say nothing,
/// and run as root.
public struct ServerIdentity: Equatable, Hashable, Sendable {
    public enum User: Equatable, Hashable, Sendable {
        case id(UInt32)
        /// A name that the node resolves.
        case name(String)
    }

    public var user = User.id(0)
    /// The group of the process; nil if the file does not name one.
    public var groupID: UInt32?
    public var supplementaryGroups: [UInt32] = []
    /// Whether the user may be in further groups, which the node or the image knows.
    public var mayHaveMoreGroups = false
    /// Whether settings that are not followed may change the user, or take rights from root.
    public var isUncertain = false
    /// Whether the server is in the network of the node, where the abstract sockets of its services are.
    public var isInNodeNetwork = false
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
            // The kubelet does not start root with it, and an image may name another user.
            if try context["runAsNonRoot"]?.bool() == true, user == .id(0) { isUncertain = true }
            // Without CAP_DAC_OVERRIDE root reads what the mode lets it read.
            if try context["capabilities"]?["drop"] != nil { isUncertain = true }
        }
        mayHaveMoreGroups = user != .id(0)
    }

    /// The user of a container of Docker: `USER`, `USER:GROUP`, by number or by a name that the image knows.
    mutating func setContainerUser(_ text: String) {
        let parts = text.pieces(between: ":")
        guard !text.isEmpty, parts[0] != "root", parts[0] != "0" else { return }
        mayHaveMoreGroups = true
        guard let id = UInt32(parts[0]) else { return isUncertain = true }
        user = .id(id)
        guard parts.count > 1 else { return }
        groupID = UInt32(parts[1])
        if groupID == nil { isUncertain = true }
    }

    /// A setting of a service of systemd (systemd.exec(5), "User/Group Identity" and "Capabilities").
    mutating func apply(unit name: String, _ text: String, hasUnknown: Bool) {
        switch name {
        case "User":
            user = UInt32(text).map { .id($0) } ?? (text.isEmpty ? .id(0) : .name(text))
            mayHaveMoreGroups = user != .id(0) && user != .name("root")
            if hasUnknown { isUncertain = true }
        // A name is not resolved: the groups of the process are not known then.
        case "Group", "SupplementaryGroups": mayHaveMoreGroups = true
        default: isUncertain = true
        }
    }

    /// The settings of a unit that say as whom it runs.
    static let unitSettings: Set = [
        "User", "Group", "SupplementaryGroups", "DynamicUser", "CapabilityBoundingSet", "PrivateUsers",
    ]
}
