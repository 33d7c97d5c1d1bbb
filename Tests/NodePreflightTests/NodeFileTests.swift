import APIServerFlags
import DurableFiles
import Foundation
import NodePreflight
import Testing

/// Files, folders and links as a file system has them.
@Suite struct NodeFileTests {
    private let folder: URL

    init() throws {
        folder = URL(fileURLWithPath: NSTemporaryDirectory()).resolvingSymlinksInPath()
            .appendingPathComponent("node-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("real/enc/..data"), withIntermediateDirectories: true)
        try Data("x".utf8).write(to: folder.appendingPathComponent("real/enc/..data/enc.yaml"))
        for (link, target) in [("real/enc/enc.yaml", "..data/enc.yaml"), ("node", "real"), ("loop", "loop")] {
            try FileManager.default.createSymbolicLink(
                atPath: folder.appendingPathComponent(link).path, withDestinationPath: target)
        }
    }

    private var path: String { folder.path }

    private func remove() { try? FileManager.default.removeItem(at: folder) }

    @Test func followsLinksAboveAndBelowTheMount() throws {
        defer { remove() }
        let mount = ContainerMount(
            containerPath: "/enc", nodePath: "\(path)/node/enc", type: "Directory", isReadOnly: true)
        let file = try NodeFile(at: "\(path)/node/enc/enc.yaml", through: mount)
        #expect(file.facts.kind == .file && file.facts.byteCount == 1)
        #expect(file.mountRoot == "\(path)/real/enc")
        #expect(file.walk.end == "\(path)/real/enc/..data/enc.yaml")
        #expect(
            file.walk.links == [
                PathWalk.Link(path: "\(path)/node", target: "real"),
                PathWalk.Link(path: "\(path)/real/enc/enc.yaml", target: "..data/enc.yaml"),
            ])
        #expect(file.walk.folders.first?.path == "/" && file.walk.folders.last?.path == "\(path)/real/enc/..data")
        let checks = FileCheck.all(
            of: file, for: ServerIdentity(), through: mount, nodePath: { .notOnHost(path: $0, because: .notMounted) })
        #expect(checks.first { $0.id == "file-links" } == .links(.followed(count: 2)))
    }

    @Test func anAbsoluteLinkLeadsElsewhereInTheContainer() throws {
        defer { remove() }
        let target = "\(path)/real/enc/..data/enc.yaml"
        try FileManager.default.createSymbolicLink(
            atPath: "\(path)/real/enc/absolute.yaml", withDestinationPath: target)
        let mount = ContainerMount(
            containerPath: "/enc", nodePath: "\(path)/node/enc", type: nil, isReadOnly: true)
        let file = try NodeFile(at: "\(path)/node/enc/absolute.yaml", through: mount)
        let checks = FileCheck.all(
            of: file, for: ServerIdentity(), through: mount, nodePath: { .notOnHost(path: $0, because: .notMounted) })
        #expect(
            checks.first { $0.id == "file-links" }
                == .links(.leavesMount(link: "\(path)/real/enc/absolute.yaml", target: target)))
        // The node itself finds it.
        let ofNode = try NodeFile(at: "\(path)/node/enc/absolute.yaml", through: nil)
        #expect(
            FileCheck.all(of: ofNode, for: ServerIdentity(), through: nil, nodePath: { .file($0) }).contains(
                .links(.followed(count: 2))))
    }

    @Test func whatIsNotThere() throws {
        defer { remove() }
        #expect(throws: SystemError(code: ENOENT)) { try NodeFile(at: "\(path)/real/missing", through: nil) }
        #expect(throws: SystemError(code: ELOOP)) { try PathWalk(to: "\(path)/loop") }
        #expect(throws: SystemError(code: ENOTDIR)) { try PathFacts(of: "\(path)/real/enc/enc.yaml/x") }
        #expect(try PathWalk(to: "\(path)/real/./enc/../enc").end == "\(path)/real/enc")
    }

    @Test func usersOfTheNode() throws {
        defer { remove() }
        #expect(SystemUser(named: "root")?.id == 0)
        #expect(SystemUser(named: "root")?.groupIDs.contains(0) == true)
        #expect(SystemUser(named: "no such user") == nil)
    }

    @Test func fileSystems() throws {
        defer { remove() }
        #expect(FileSystemKind(of: "/dev/shm") == .volatile)
        #expect(FileSystemKind(of: "/proc") == .other)
        #expect(FileSystemKind(of: "\(path)/missing") == nil)
    }
}
