public import APIServerFlags
public import DurableFiles

/// A judgement of the file that a server loads, as its node has it.
public enum FileCheck: NodeCheck, Equatable {
    /// There is no such file.
    case missing(SystemError)
    case kind(PathFacts.Kind, byteCount: Int64)
    /// Whether the server reads it by a right of its group.
    case mode(UInt16, isGroupNeeded: Bool)
    case owner(UInt32, isOfServer: Bool)
    case reader(ServerReading)
    /// A folder on the way in which others than root and the server may replace the file; nil if there is none.
    case folders(OpenFolder?)
    case links(LinkCheck)
    case place(FilePlace)
    /// The program that writes the file; nil if an administrator does.
    case manager(ConfigurationManager?)

    public static let category = CheckCategory.file

    public var id: String {
        switch self {
        case .missing: "file-present"
        case .kind: "file-kind"
        case .mode: "file-mode"
        case .owner: "file-owner"
        case .reader: "file-reader"
        case .folders: "file-folders"
        case .links: "file-links"
        case .place: "file-path"
        case .manager: "file-manager"
        }
    }

    public var status: CheckStatus {
        switch self {
        case .missing: .failed
        case .kind(let kind, _): kind == .file ? .ok : .warning
        case .mode(let mode, let isGroupNeeded):
            mode & 0o002 != 0 ? .failed : mode & (isGroupNeeded ? 0o037 : 0o077) != 0 ? .warning : .ok
        case .owner(let id, let isOfServer): id == 0 || isOfServer ? .ok : .warning
        case .reader(let reading): reading.status
        case .folders(let folder): folder.map { $0.isOpenToAll ? .failed : .warning } ?? .ok
        case .links(let links): links.status
        case .place(.named), .place(.copy): .ok
        case .place(.other), .place(.unknown): .warning
        case .manager(let manager): manager == nil ? .ok : .warning
        }
    }

    public var stake: CheckStake {
        switch self {
        case .missing, .reader, .links: .start
        default: .other
        }
    }
}

/// A folder in which others than root and the server may replace what is there.
public struct OpenFolder: Equatable, Sendable {
    public let path: String
    /// Whether every user may; else its owner or its group.
    public let isOpenToAll: Bool
}

/// Whether the user of the server can read the file.
public enum ServerReading: Equatable, Sendable {
    case readable(userID: UInt32)
    /// By mode and owner.
    case refused(userID: UInt32)
    /// A folder on the way refuses.
    case refusedBy(folder: String, userID: UInt32)
    /// An access list decides, which is not read.
    case accessList(userID: UInt32)
    /// The node has no such user.
    case unknownUser(String)

    var status: CheckStatus {
        switch self {
        case .readable: .ok
        case .refused, .refusedBy, .unknownUser: .failed
        case .accessList: .unknown
        }
    }
}

/// What the symbolic links on the way to the file mean for the server.
public enum LinkCheck: Equatable, Sendable {
    case none
    /// They lead to the file for the server too.
    case followed(count: Int)
    /// A link leads out of what the container sees, or to another place there.
    case leavesMount(link: String, target: String)

    var status: CheckStatus {
        switch self {
        case .none, .followed: .ok
        case .leavesMount: .failed
        }
    }
}

/// Whether the file is the one that the server loads.
public enum FilePlace: Equatable, Sendable {
    /// It is at the path that the manifest names.
    case named
    /// Its bytes are those of the file at that path.
    case copy(of: String)
    /// The server loads another file at this path, or none is there yet.
    case other(path: String, exists: Bool)
    /// The manifest does not say which file of the node it is.
    case unknown
}

extension FileCheck {
    /// The checks of a file at the place where the server loads it.
    ///
    /// - Parameters:
    ///   - file: The file, with the way to it.
    ///   - identity: As whom the server runs.
    ///   - mount: The volume through which it sees the file; nil if it sees the files of the node.
    ///   - user: Resolves a name to a user of the node.
    public static func all(
        of file: NodeFile, for identity: ServerIdentity, through mount: ContainerMount?,
        user: (String) -> SystemUser? = SystemUser.init(named:)
    ) -> [FileCheck] {
        let reader = Reader(identity, user)
        return [
            .kind(file.facts.kind, byteCount: file.facts.byteCount),
            .mode(file.facts.mode, isGroupNeeded: reader?.needsGroup(file.facts) ?? false),
            .owner(file.facts.ownerID, isOfServer: reader?.id == file.facts.ownerID),
            .reader(reading(file, identity, reader)),
            .folders(openFolder(file.walk.folders, reader)),
            .links(links(file, mount)),
        ]
    }

    private static func reading(_ file: NodeFile, _ identity: ServerIdentity, _ reader: Reader?) -> ServerReading {
        guard let reader else {
            if case .name(let name) = identity.user { return .unknownUser(name) }
            return .unknownUser("")
        }
        guard reader.id != 0 else { return .readable(userID: 0) }
        // A container does not pass the folders above its mount.
        for folder in file.walk.folders where file.isSeen(folder.path) && !reader.may(0o1, folder.facts) {
            return folder.facts.hasAccessList
                ? .accessList(userID: reader.id) : .refusedBy(folder: folder.path, userID: reader.id)
        }
        guard !reader.may(0o4, file.facts) else { return .readable(userID: reader.id) }
        return file.facts.hasAccessList ? .accessList(userID: reader.id) : .refused(userID: reader.id)
    }

    private static func openFolder(_ folders: [PathWalk.Step], _ reader: Reader?) -> OpenFolder? {
        // With the sticky bit everybody replaces only what is theirs.
        let open = folders.filter { $0.facts.mode & 0o1000 == 0 }
        if let folder = open.first(where: { $0.facts.mode & 0o002 != 0 }) {
            return OpenFolder(path: folder.path, isOpenToAll: true)
        }
        let folder =
            folders.first { ![0, reader?.id ?? 0].contains($0.facts.ownerID) }
            ?? open.first { $0.facts.mode & 0o020 != 0 && $0.facts.groupID != 0 }
        return folder.map { OpenFolder(path: $0.path, isOpenToAll: false) }
    }

    /// A link in a mounted folder leads elsewhere for the container if it is absolute, unless the container has the
    /// folder at the same path, or if it climbs out of the folder.
    private static func links(_ file: NodeFile, _ mount: ContainerMount?) -> LinkCheck {
        guard !file.walk.links.isEmpty else { return .none }
        // The node itself, or the container runtime before it starts the container, follows those outside of the mount.
        guard let mount, let root = file.mountRoot else { return .followed(count: file.walk.links.count) }
        for link in file.walk.links where link.path != root && link.path.isPath(below: root) {
            let leaves =
                link.target.utf8.first == UInt8(ascii: "/")
                ? mount.containerPath != mount.nodePath || !link.target.isPath(below: mount.nodePath)
                : !file.walk.end.isPath(below: root)
            guard !leaves else { return .leavesMount(link: link.path, target: link.target) }
        }
        return .followed(count: file.walk.links.count)
    }
}

/// The user of a server, with its groups.
private struct Reader {
    let id: UInt32
    let groupIDs: [UInt32]

    init?(_ identity: ServerIdentity, _ user: (String) -> SystemUser?) {
        switch identity.user {
        case .id(let id):
            self.id = id
            groupIDs = (identity.groupID.map { [$0] } ?? []) + identity.supplementaryGroups
        case .name(let name):
            guard let user = user(name) else { return nil }
            id = user.id
            groupIDs = user.groupIDs
        }
    }

    /// Whether it reads a file as a member of its group.
    func needsGroup(_ facts: PathFacts) -> Bool {
        id != 0 && id != facts.ownerID && groupIDs.contains(facts.groupID)
    }

    /// Whether the class of the user has a right (path_resolution(7): the first class that fits decides).
    func may(_ right: UInt16, _ facts: PathFacts) -> Bool {
        if facts.ownerID == id { return facts.mode & (right << 6) != 0 }
        if groupIDs.contains(facts.groupID) { return facts.mode & (right << 3) != 0 }
        return facts.mode & right != 0
    }
}
