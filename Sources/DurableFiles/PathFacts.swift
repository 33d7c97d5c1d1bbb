internal import CLinux
internal import Glibc

/// What the file system says of a path, without opening what is there.
public struct PathFacts: Equatable, Sendable {
    public enum Kind: String, Sendable { case file, folder, socket, other }

    public var kind: Kind
    /// Permission bits, with set-ID and sticky bits.
    public var mode: UInt16
    public var ownerID: UInt32
    public var groupID: UInt32
    public var byteCount: Int64
    /// Whether an access list gives rights that the mode does not show (acl(5)).
    public var hasAccessList: Bool

    public init(
        kind: Kind, mode: UInt16, ownerID: UInt32 = 0, groupID: UInt32 = 0, byteCount: Int64 = 0,
        hasAccessList: Bool = false
    ) {
        self.kind = kind
        self.mode = mode
        self.ownerID = ownerID
        self.groupID = groupID
        self.byteCount = byteCount
        self.hasAccessList = hasAccessList
    }

    /// What a path leads to, over symbolic links.
    public init(of path: String) throws(SystemError) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw .last }
        self.init(
            kind: Kind(status.st_mode), mode: UInt16(truncatingIfNeeded: status.st_mode & 0o7777),
            ownerID: status.st_uid, groupID: status.st_gid, byteCount: Int64(status.st_size),
            hasAccessList: unsafe getxattr(path, "system.posix_acl_access", nil, 0) > 0)
    }
}

extension PathFacts.Kind {
    fileprivate init(_ mode: mode_t) {
        switch mode & S_IFMT {
        case S_IFREG: self = .file
        case S_IFDIR: self = .folder
        case S_IFSOCK: self = .socket
        default: self = .other
        }
    }
}

/// The way to a file, from the root.
public struct PathWalk: Equatable, Sendable {
    /// A symbolic link on the way.
    public struct Link: Equatable, Sendable {
        public let path: String
        /// Where it leads: absolute, or relative to the folder of the link.
        public let target: String
        public let ownerID: UInt32

        public init(path: String, target: String, ownerID: UInt32 = 0) {
            self.path = path
            self.target = target
            self.ownerID = ownerID
        }
    }

    /// A folder on the way.
    public struct Step: Equatable, Sendable {
        public let path: String
        public let facts: PathFacts

        public init(path: String, facts: PathFacts) {
            self.path = path
            self.facts = facts
        }
    }

    public var links: [Link] = []
    public var folders: [Step] = []
    /// Where it ends: without links.
    public var end: String

    /// As many links as the kernel follows (path_resolution(7)).
    private static let linkLimit = 40

    public init(links: [Link] = [], folders: [Step] = [], end: String) {
        self.links = links
        self.folders = folders
        self.end = end
    }

    /// Follows an absolute path.
    ///
    /// - Throws: The error of the first part that cannot be read.
    public init(to path: String) throws(SystemError) {
        end = ""
        var rest = Self.parts(path)[...]
        try add("/")
        while let part = rest.popFirst() {
            if part == ".." {
                end = Self.parent(end)
                continue
            }
            let next = "\(end)/\(part)"
            var status = stat()
            guard unsafe lstat(next, &status) == 0 else { throw .last }
            if status.st_mode & S_IFMT == S_IFLNK {
                let target = try Self.target(of: next)
                links.append(Link(path: next, target: target, ownerID: status.st_uid))
                guard links.count <= Self.linkLimit else { throw SystemError(code: ELOOP) }
                if target.utf8.first == UInt8(ascii: "/") { end = "" }
                rest = (Self.parts(target) + rest)[...]
            } else {
                end = next
                if status.st_mode & S_IFMT == S_IFDIR { try add(next) }
            }
        }
    }

    private mutating func add(_ folder: String) throws(SystemError) {
        folders.append(Step(path: folder, facts: try PathFacts(of: folder)))
    }

    private static func parts(_ path: String) -> [String] {
        path.utf8.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }.filter { $0 != "." }
    }

    private static func parent(_ path: String) -> String {
        path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) } ?? ""
    }

    private static func target(of link: String) throws(SystemError) -> String {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink(link, &bytes, bytes.count)
        guard count >= 0 else { throw .last }
        return String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
