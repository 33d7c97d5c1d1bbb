public import APIServerFlags
public import DurableFiles

/// A judgement of the file that a server loads, as its node has it.
public enum FileCheck: NodeCheck, Equatable {
    /// There is no such file, or it cannot be looked at.
    case missing(SystemError)
    case kind(PathFacts.Kind, byteCount: Int64)
    /// Whether the server reads it by a right of its group.
    case mode(UInt16, isGroupNeeded: Bool)
    case owner(UInt32, isOfServer: Bool)
    case reader(ServerAccess)
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
        // Only these say for certain that the server finds nothing either.
        case .missing(let error): error.isNoSuchFile || error.isNoFolder || error.isLoop ? .failed : .unknown
        case .kind(let kind, _): kind == .file ? .ok : kind == .folder ? .failed : .unknown
        case .mode(let mode, let isGroupNeeded):
            mode & 0o002 != 0 ? .failed : mode & (isGroupNeeded ? 0o037 : 0o077) != 0 ? .warning : .ok
        case .owner(let id, let isOfServer): id == 0 || isOfServer ? .ok : .warning
        case .reader(let reading): reading.status
        case .folders(let folder): folder?.status ?? .ok
        case .links(let links): links.status
        case .place(.named), .place(.copy): .ok
        case .place(.other), .place(.unknown): .warning
        case .place(.unreadable): .unknown
        case .manager(let manager): manager == nil ? .ok : .warning
        }
    }

    public var stake: CheckStake {
        switch self {
        case .missing, .kind, .reader, .links: .start
        default: .other
        }
    }
}

/// Something on the way with which others than root and the server may replace the file.
public enum OpenFolder: Equatable, Sendable {
    /// Every user may write in the folder.
    case forAll(String)
    /// Its owner or its group may.
    case forSome(String)
    /// The link belongs to another user.
    case link(String)
    /// An access list decides, which is not read.
    case accessList(String)

    var status: CheckStatus {
        switch self {
        case .forAll: .failed
        case .forSome, .link: .warning
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
    /// Where a link leads in the container is not known.
    case unknown(link: String, target: String)

    var status: CheckStatus {
        switch self {
        case .none, .followed: .ok
        case .leavesMount: .failed
        case .unknown: .unknown
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
    /// The file at this path cannot be read, so that it is not known whether it differs.
    case unreadable(path: String)
    /// The manifest does not say which file of the node it is.
    case unknown
}

extension FilePlace {
    /// - Parameters:
    ///   - comparison: Of the file with the one at a path; nil if it could not be made.
    ///   - path: The one that the manifest names.
    public init(_ comparison: FileInForce?, at path: String) {
        switch comparison {
        case .same: self = .copy(of: path)
        case .other: self = .other(path: path, exists: true)
        case .unknown(.unreadable(let error)):
            if case .reading(let error) = error.reason, error.isNoSuchFile {
                self = .other(path: path, exists: false)
            } else {
                self = .unreadable(path: path)
            }
        case .unknown, nil: self = .unreadable(path: path)
        }
    }
}

extension FileCheck {
    /// The checks of a file at the place where the server loads it.
    ///
    /// - Parameters:
    ///   - file: The file, with the way to it.
    ///   - identity: As whom the server runs.
    ///   - mount: The volume through which it sees the file; nil if it sees the files of the node.
    ///   - nodePath: Where on the node a path of the container leads.
    ///   - user: Resolves a name to a user of the node.
    public static func all(
        of file: NodeFile, for identity: ServerIdentity, through mount: ContainerMount?,
        nodePath: (String) -> HostPath, user: (String) -> SystemUser? = SystemUser.init(named:)
    ) -> [FileCheck] {
        let kind = FileCheck.kind(file.facts.kind, byteCount: file.facts.byteCount)
        // Of a folder or a device nothing else is worth saying.
        guard file.facts.kind == .file else { return [kind] }
        let reader = ServerReader(identity, user)
        return [
            kind, .mode(file.facts.mode, isGroupNeeded: reader?.needsGroup(file.facts) ?? false),
            .owner(file.facts.ownerID, isOfServer: reader?.id == file.facts.ownerID),
            .reader(ServerAccess(4, to: file, for: identity, user: user)), .folders(openFolder(file.walk, reader)),
            .links(links(file, mount, nodePath)),
        ]
    }

    private static func openFolder(_ walk: PathWalk, _ reader: ServerReader?) -> OpenFolder? {
        let trusted = [0, reader?.id ?? 0]
        // With the sticky bit everybody replaces only what is theirs.
        let open = walk.folders.filter { $0.facts.mode & 0o1000 == 0 }
        if let folder = open.first(where: { $0.facts.mode & 0o002 != 0 }) { return .forAll(folder.path) }
        let folder =
            walk.folders.first { !trusted.contains($0.facts.ownerID) }
            ?? open.first { $0.facts.mode & 0o020 != 0 && $0.facts.groupID != 0 }
        if let folder { return .forSome(folder.path) }
        if let link = walk.links.first(where: { !trusted.contains($0.ownerID) }) { return .link(link.path) }
        return walk.folders.first { $0.facts.hasAccessList }.map { .accessList($0.path) }
    }

    /// A link in a mounted folder is followed in the container: an absolute one from the container's root, and one that
    /// climbs out of the folder to whatever the container has there.
    private static func links(
        _ file: NodeFile, _ mount: ContainerMount?, _ nodePath: (String) -> HostPath
    ) -> LinkCheck {
        guard !file.walk.links.isEmpty else { return .none }
        // The node itself, or the container runtime before it starts the container, follows those outside of the mount.
        guard let mount, let root = file.mountRoot else { return .followed(count: file.walk.links.count) }
        for link in file.walk.links where link.path != root && link.path.isPath(below: root) {
            if link.target.utf8.first == UInt8(ascii: "/") {
                guard nodePath(link.target) == .file(link.target) else {
                    return .leavesMount(link: link.path, target: link.target)
                }
                // Its way on from there was followed on the node only.
                guard link == file.walk.links.last else { return .unknown(link: link.path, target: link.target) }
            } else if link.climbsOut(of: root) {
                return mount.containerPath == mount.nodePath && root == mount.nodePath
                    ? .unknown(link: link.path, target: link.target)
                    : .leavesMount(link: link.path, target: link.target)
            }
        }
        return .followed(count: file.walk.links.count)
    }
}

extension PathWalk.Link {
    /// Whether a relative link leads above a folder that it is in.
    fileprivate func climbsOut(of folder: String) -> Bool {
        let slash = UInt8(ascii: "/")
        // The folders between it and the link.
        var depth = path.utf8.dropFirst(folder.utf8.count).split(separator: slash).count - 1
        for part in target.utf8.split(separator: slash) where !part.elementsEqual(".".utf8) {
            depth += part.elementsEqual("..".utf8) ? -1 : 1
            if depth < 0 { return true }
        }
        return false
    }
}
