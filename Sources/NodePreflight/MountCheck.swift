public import APIServerFlags
public import DurableFiles
public import GoText

/// A judgement of how a server sees the file and the sockets of its plugins.
public enum MountCheck: NodeCheck, Equatable {
    /// Nil where the server sees the files of the node.
    case visible(ContainerMount?)
    case invisible(String, HostPath.Absence)
    /// The kubelet does not start a container whose volume is of another type than what is there.
    case type(ContainerMount, TypeCheck)
    /// Whether a file that is replaced is seen without a new container.
    case replacement(ContainerMount, isPinned: Bool, isReloading: Bool)
    case writing(ContainerMount)
    case label(LabelCheck)
    case socket(ByteName, SocketCheck)
    case restart(ByteName, RestartCheck)

    public static let category = CheckCategory.mount

    public var id: String {
        switch self {
        case .visible, .invisible: "mount-path"
        case .type: "mount-type"
        case .replacement: "mount-replacement"
        case .writing: "mount-read-only"
        case .label: "mount-label"
        case .socket: "mount-socket"
        case .restart: "mount-socket-restart"
        }
    }

    /// The plugin that it is about; nil if it is about the file.
    public var plugin: ByteName? {
        switch self {
        case .socket(let name, _), .restart(let name, _): name
        default: nil
        }
    }

    public var status: CheckStatus {
        switch self {
        case .visible: .ok
        case .invisible(_, let absence): absence.isCertain ? .failed : .unknown
        case .type(_, let check): check.status
        case .replacement(_, let isPinned, _): isPinned ? .warning : .ok
        case .writing(let mount): mount.isReadOnly ? .ok : .warning
        case .label(let check): check.status
        case .socket(_, let check): check.status
        case .restart(_, let check): check.status
        }
    }

    public var stake: CheckStake {
        switch self {
        case .visible, .invisible, .type, .label, .socket: .start
        default: .other
        }
    }
}

/// Whether a volume is of the type that its manifest names (kubernetes, pkg/volume/hostpath, host_path.go,
/// `checkTypeInternal`).
public enum TypeCheck: Equatable, Sendable {
    case fits
    /// What is there instead; nil if nothing is.
    case differs(found: PathFacts.Kind?)
    /// Nothing is there, and the kubelet makes an empty file or folder.
    case madeEmpty
    /// No such type.
    case unknownType

    init(_ mount: ContainerMount, found: PathFacts.Kind?) {
        switch mount.type ?? "" {
        case "": self = found == nil ? .madeEmpty : .fits
        case "File": self = found == .file ? .fits : .differs(found: found)
        case "Directory": self = found == .folder ? .fits : .differs(found: found)
        case "Socket": self = found == .socket ? .fits : .differs(found: found)
        case "FileOrCreate": self = found == nil ? .madeEmpty : found == .file ? .fits : .differs(found: found)
        case "DirectoryOrCreate": self = found == nil ? .madeEmpty : found == .folder ? .fits : .differs(found: found)
        default: self = .unknownType
        }
    }

    var status: CheckStatus {
        switch self {
        case .fits: .ok
        case .differs, .madeEmpty, .unknownType: .failed
        }
    }
}

/// Whether SELinux lets the container read the file.
public enum LabelCheck: Equatable, Sendable {
    /// SELinux is off, or allows everything.
    case notEnforced
    /// The container is not confined.
    case notConfined
    /// Files of this type are for containers.
    case forContainers(type: String)
    /// The policy of the node decides.
    case other(type: String?)

    /// (container-selinux, container.te: what a container may read.)
    private static let containerTypes: Set = ["container_file_t", "container_ro_file_t", "svirt_sandbox_file_t"]

    /// - Parameters:
    ///   - isEnforcing: Whether SELinux is in force on the node.
    ///   - type: The type of the file's label.
    ///   - identity: As whom the server runs.
    ///   - place: Whose files it sees.
    public init(isEnforcing: Bool, type: String?, identity: ServerIdentity, place: ServerPlace) {
        if !isEnforcing {
            self = .notEnforced
        } else if place == .node || identity.isPrivileged || identity.selinuxType == "spc_t" {
            self = .notConfined
        } else if let type, Self.containerTypes.contains(type) {
            self = .forContainers(type: type)
        } else {
            self = .other(type: type)
        }
    }

    var status: CheckStatus {
        switch self {
        case .notEnforced, .notConfined, .forContainers: .ok
        case .other: .unknown
        }
    }
}

/// Whether the server reaches the socket of a plugin.
public enum SocketCheck: Equatable, Sendable {
    /// At this path of the node.
    case reached(path: String)
    /// An abstract socket, which belongs to the network of the node.
    case abstract
    /// The server does not see it.
    case invisible(String, HostPath.Absence)
    /// Nothing listens there, or what is there is no socket.
    case absent(path: String, found: PathFacts.Kind?)

    var status: CheckStatus {
        switch self {
        case .reached: .ok
        case .abstract: .unknown
        case .invisible(_, let absence): absence.isCertain ? .failed : .unknown
        case .absent: .failed
        }
    }
}

/// Whether the server reaches the socket of a plugin again after a restart of the plugin or the node.
public enum RestartCheck: Equatable, Sendable {
    case stays
    /// The socket itself is mounted: the container keeps the old one when the plugin makes a new one.
    case pinned(ContainerMount)
    /// The folder is in memory, and is made by whichever starts first.
    case madeAgain(folder: String)
    /// The folder is in memory, and the server waits until the plugin makes it.
    case waits(folder: String)

    var status: CheckStatus {
        switch self {
        case .stays, .madeAgain: .ok
        case .pinned, .waits: .warning
        }
    }

    /// - Parameters:
    ///   - mount: The volume with the socket; nil if the server sees the files of the node.
    ///   - path: The socket on the node.
    ///   - isVolatile: Whether its folder is in memory.
    init(_ mount: ContainerMount?, path: String, isVolatile: Bool) {
        if let mount, mount.nodePath == path || mount.isSubPath {
            self = .pinned(mount)
        } else if !isVolatile {
            self = .stays
        } else if let mount {
            let makes = ["", "DirectoryOrCreate"].contains(mount.type ?? "")
            self = makes ? .madeAgain(folder: mount.nodePath) : .waits(folder: mount.nodePath)
        } else {
            self = .waits(folder: path.parentFolder)
        }
    }
}

extension String {
    /// The path of the folder that a path is in.
    fileprivate var parentFolder: String {
        guard let slash = utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == startIndex ? "/" : String(self[..<slash])
    }
}

extension HostPath.Absence {
    /// Whether the server surely does not see a file of the node there.
    var isCertain: Bool {
        switch self {
        case .notMounted: true
        // A Secret or ConfigMap can hold the file too.
        case .volume(_, let source): source == nil || source == "emptyDir"
        case .relative, .unknownContainer, .ownRoot, .ownMount: false
        }
    }
}

extension MountCheck {
    /// The checks of the file of `--encryption-provider-config`.
    ///
    /// - Parameters:
    ///   - place: Where the file is on the node.
    ///   - mount: The volume with it; nil if the server sees the files of the node, or none is described.
    ///   - found: What is at the source of the volume; nil if nothing is.
    public static func all(
        of place: HostPath, through mount: ContainerMount?, found: PathFacts.Kind?, isReloading: Bool,
        label: LabelCheck
    ) -> [MountCheck] {
        switch place {
        case .notOnHost(let path, let absence): return [.invisible(path, absence)]
        case .file(let file):
            guard let mount else { return [.visible(nil), .label(label)] }
            let isPinned = mount.nodePath == file || mount.isSubPath
            return [
                .visible(mount), .type(mount, TypeCheck(mount, found: found)),
                .replacement(mount, isPinned: isPinned, isReloading: isReloading), .writing(mount), .label(label),
            ]
        }
    }

    /// The checks of the socket of a plugin.
    ///
    /// - Parameters:
    ///   - place: Where it is on the node; nil for an abstract socket.
    ///   - found: What is there.
    public static func all(
        ofSocketOf plugin: ByteName, at place: HostPath?, through mount: ContainerMount?, found: PathFacts.Kind?,
        isVolatile: Bool
    ) -> [MountCheck] {
        switch place {
        case nil: return [.socket(plugin, .abstract)]
        case .notOnHost(let path, let absence)?: return [.socket(plugin, .invisible(path, absence))]
        case .file(let path)?:
            guard found == .socket else { return [.socket(plugin, .absent(path: path, found: found))] }
            return [
                .socket(plugin, .reached(path: path)),
                .restart(plugin, RestartCheck(mount, path: path, isVolatile: isVolatile)),
            ]
        }
    }
}
