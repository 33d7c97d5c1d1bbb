public import APIServerFlags
public import DurableFiles
public import GoText

/// A judgement of how a server sees the file and the sockets of its plugins.
public enum MountCheck: NodeCheck, Equatable {
    /// Nil where no volume is described.
    case visible(ContainerMount?, ServerPlace)
    case invisible(String, HostPath.Absence)
    /// The kubelet does not start a container whose volume is of another type than what is there.
    case type(ContainerMount, TypeCheck, plugin: ByteName? = nil)
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
        case .type(_, _, let name): name
        default: nil
        }
    }

    public var status: CheckStatus {
        switch self {
        case .visible(let mount, let place): mount != nil || place == .node ? .ok : .unknown
        case .invisible(_, let absence): absence.isCertain ? .failed : .unknown
        case .type(_, let check, _): check.status
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
    /// What is there cannot be looked at.
    case unreadable(SystemError)

    init(_ mount: ContainerMount, found: PathFinding) {
        let kind: PathFacts.Kind?
        switch found {
        case .kind(let found): kind = found
        case .nothing: kind = nil
        case .unreadable(let error):
            self = .unreadable(error)
            return
        }
        self.init(mount.type ?? "", found: kind)
    }

    private init(_ type: String, found: PathFacts.Kind?) {
        switch type {
        case "": self = found == nil ? .madeEmpty : .fits
        case "File": self = found == .file ? .fits : .differs(found: found)
        case "Directory": self = found == .folder ? .fits : .differs(found: found)
        case "Socket": self = found == .socket ? .fits : .differs(found: found)
        case "FileOrCreate": self = found == nil ? .madeEmpty : found == .file ? .fits : .differs(found: found)
        case "DirectoryOrCreate": self = found == nil ? .madeEmpty : found == .folder ? .fits : .differs(found: found)
        // Neither is a folder or a regular file.
        case "CharDevice", "BlockDevice": self = .differs(found: found)
        default: self = .unknownType
        }
    }

    var status: CheckStatus {
        switch self {
        case .fits: .ok
        case .differs, .madeEmpty, .unknownType: .failed
        case .unreadable: .unknown
        }
    }
}

/// What is at a path of the node.
public enum PathFinding: Equatable, Sendable {
    case kind(PathFacts.Kind)
    case nothing
    case unreadable(SystemError)

    public init(at path: String) {
        do throws(SystemError) { self = .kind(try PathFacts(of: path).kind) } catch {
            self = error.isNoSuchFile || error.isNoFolder || error.isLoop ? .nothing : .unreadable(error)
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
    public init(isEnforcing: Bool?, type: String?, identity: ServerIdentity, place: ServerPlace) {
        if isEnforcing == false {
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
    case abstract(isInNodeNetwork: Bool)
    /// The server does not see it.
    case invisible(String, HostPath.Absence)
    /// Nothing is there, or what is there is no socket.
    case absent(path: String, found: PathFacts.Kind?)
    /// What is there cannot be looked at.
    case unreadable(path: String, SystemError)
    /// The user of the server may not connect to it, or this is not known.
    case access(path: String, ServerAccess)

    var status: CheckStatus {
        switch self {
        case .reached: .ok
        case .abstract(let isInNodeNetwork): isInNodeNetwork ? .ok : .failed
        case .invisible(_, let absence): absence.isCertain ? .failed : .unknown
        case .absent: .failed
        case .unreadable: .unknown
        case .access(_, let access): access.status
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
    ///   - path: Where the file is on the node.
    ///   - place: Whose files the server sees.
    ///   - mount: The volume with it; nil if none is described.
    ///   - found: What is at the source of the volume.
    public static func all(
        of path: HostPath, in place: ServerPlace, through mount: ContainerMount?, found: PathFinding, isReloading: Bool,
        label: LabelCheck
    ) -> [MountCheck] {
        switch path {
        case .notOnHost(let path, let absence): return [.invisible(path, absence)]
        case .file(let file):
            guard let mount else { return [.visible(nil, place), .label(label)] }
            let isPinned = mount.nodePath == file || mount.isSubPath
            return [.visible(mount, place)] + type(mount, place, found)
                + [
                    .replacement(mount, isPinned: isPinned, isReloading: isReloading), .writing(mount), .label(label),
                ]
        }
    }

    /// The kubelet checks the type of a volume, and a missing source is made or refused.
    private static func type(
        _ mount: ContainerMount, _ place: ServerPlace, _ found: PathFinding, plugin: ByteName? = nil
    ) -> [MountCheck] {
        // Docker checks nothing.
        guard place == .pod || found == .nothing else { return [] }
        return [.type(mount, TypeCheck(mount, found: found), plugin: plugin)]
    }

    /// The socket of a plugin, as it was found.
    public struct Socket: Sendable {
        let path: String
        let found: PathFinding
        let mount: ContainerMount?
        let volume: PathFinding
        let access: ServerAccess?
        let isVolatile: Bool

        /// - Parameters:
        ///   - path: On the node.
        ///   - found: What is there.
        ///   - mount: The volume with it; nil if the server sees the files of the node.
        ///   - volume: What is at the source of the volume.
        ///   - access: Whether the server may connect to it; nil if it cannot be looked at.
        ///   - isVolatile: Whether its folder is in memory.
        public init(
            path: String, found: PathFinding, mount: ContainerMount?, volume: PathFinding, access: ServerAccess?,
            isVolatile: Bool
        ) {
            self.path = path
            self.found = found
            self.mount = mount
            self.volume = volume
            self.access = access
            self.isVolatile = isVolatile
        }

        /// Looks at the node.
        public init(at path: String, through mount: ContainerMount?, for identity: ServerIdentity) {
            // connect(2) needs the right to write to the socket.
            let access = (try? NodeFile(at: path, through: mount)).map { ServerAccess(2, to: $0, for: identity) }
            self.init(
                path: path, found: PathFinding(at: path), mount: mount,
                volume: mount.map { PathFinding(at: $0.volumePath) } ?? .nothing, access: access,
                isVolatile: FileSystemKind(of: path) == .volatile)
        }
    }

    /// The checks of the socket of a plugin.
    public static func all(of plugin: ByteName, at socket: Socket, in place: ServerPlace) -> [MountCheck] {
        let type = socket.mount.map { Self.type($0, place, socket.volume, plugin: plugin) } ?? []
        let path = socket.path
        switch socket.found {
        case .unreadable(let error): return type + [.socket(plugin, .unreadable(path: path, error))]
        case .nothing: return type + [.socket(plugin, .absent(path: path, found: nil))]
        case .kind(let kind) where kind != .socket:
            return type + [.socket(plugin, .absent(path: path, found: kind))]
        case .kind:
            let access: SocketCheck =
                switch socket.access {
                case .granted?: .reached(path: path)
                case let access?: .access(path: path, access)
                case nil: .access(path: path, .unknown(userID: 0))
                }
            return type + [
                .socket(plugin, access),
                .restart(plugin, RestartCheck(socket.mount, path: path, isVolatile: socket.isVolatile)),
            ]
        }
    }
}
