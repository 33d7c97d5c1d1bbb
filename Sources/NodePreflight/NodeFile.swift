public import APIServerFlags
public import DurableFiles

/// A file of a node, and the way to it.
public struct NodeFile: Sendable {
    public var facts: PathFacts
    public var walk: PathWalk
    /// The source of the volume in which the server sees it, without links; nil if it sees the files of the node.
    public var mountRoot: String?

    public init(facts: PathFacts, walk: PathWalk, mountRoot: String?) {
        self.facts = facts
        self.walk = walk
        self.mountRoot = mountRoot
    }

    /// Looks at the node.
    ///
    /// - Parameters:
    ///   - path: Absolute.
    ///   - mount: The volume through which the server sees it.
    /// - Throws: The error of the part of the path that cannot be read.
    public init(at path: String, through mount: ContainerMount?) throws(SystemError) {
        facts = try PathFacts(of: path)
        guard let mount, path.isPath(below: mount.nodePath) else {
            walk = try PathWalk(to: path)
            return
        }
        // What the container runtime binds is where the source of the volume leads.
        let root = try PathWalk(to: mount.nodePath)
        walk = try PathWalk(to: root.end + path.utf8.dropFirst(mount.nodePath.utf8.count).text)
        walk.links = root.links + walk.links
        mountRoot = root.end
    }

    /// Whether the server passes a folder on its way to the file.
    func isSeen(_ folder: String) -> Bool { mountRoot.map { folder.isPath(below: $0) } ?? true }
}

extension Substring.UTF8View {
    fileprivate var text: String { String(decoding: self, as: UTF8.self) }
}

extension String {
    /// Whether it is the path of a folder or of something in it.
    func isPath(below folder: String) -> Bool {
        let folder = folder == "/" ? "" : folder
        return self == folder || utf8.starts(with: "\(folder)/".utf8)
    }
}
