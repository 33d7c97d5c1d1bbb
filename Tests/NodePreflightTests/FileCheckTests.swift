import APIServerFlags
import DurableFiles
import NodePreflight
import Testing

/// What mode, owner, folders and links of a file mean for the server that is to read it.
@Suite struct FileCheckTests {
    private static let mount = ContainerMount(
        containerPath: "/etc/kubernetes/enc", nodePath: "/node/enc", type: "Directory", isReadOnly: true)

    private static func folder(_ path: String, mode: UInt16 = 0o755, owner: UInt32 = 0, group: UInt32 = 0)
        -> PathWalk.Step
    {
        PathWalk.Step(path: path, facts: PathFacts(kind: .folder, mode: mode, ownerID: owner, groupID: group))
    }

    private static func file(
        _ facts: PathFacts = PathFacts(kind: .file, mode: 0o600, byteCount: 100), folders: [PathWalk.Step] = [],
        links: [PathWalk.Link] = [], end: String = "/node/enc/enc.yaml"
    ) -> NodeFile {
        NodeFile(
            facts: facts, walk: PathWalk(links: links, folders: folders, end: end), mountRoot: "/node/enc")
    }

    private func status(
        _ id: String, of file: NodeFile, user: ServerIdentity.User = .id(0), group: UInt32? = nil,
        mount: ContainerMount = mount, set: (inout ServerIdentity) -> Void = { _ in }
    ) throws -> CheckStatus {
        var identity = ServerIdentity()
        identity.user = user
        identity.groupID = group
        set(&identity)
        let checks = FileCheck.all(
            of: file, for: identity, through: mount,
            nodePath: { path in
                // What the container has at the path of the node, and what it has elsewhere.
                let isSame = mount.containerPath == mount.nodePath && path.hasPrefix("\(mount.nodePath)/")
                return isSame ? .file(path) : .notOnHost(path: path, because: .notMounted)
            }, user: { name in name == "root" ? SystemUser(named: name) : nil })
        return try #require(checks.first { $0.id == id }).status
    }

    @Test(arguments: [
        (0o600, CheckStatus.ok), (0o400, .ok), (0o640, .warning), (0o604, .warning), (0o620, .warning),
        (0o610, .warning), (0o602, .failed), (0o666, .failed),
    ])
    func mode(_ mode: Int, expected: CheckStatus) throws {
        let file = Self.file(PathFacts(kind: .file, mode: UInt16(mode)))
        #expect(try status("file-mode", of: file) == expected)
    }

    /// A server that reads by its group keeps that right.
    @Test func modeForTheGroupOfTheServer() throws {
        let file = Self.file(PathFacts(kind: .file, mode: 0o640, groupID: 2000))
        #expect(try status("file-mode", of: file, user: .id(65534), group: 2000) == .ok)
        #expect(try status("file-mode", of: file, user: .id(65534), group: 2001) == .warning)
        #expect(try status("file-mode", of: file, group: 2000) == .warning)
        let written = Self.file(PathFacts(kind: .file, mode: 0o660, groupID: 2000))
        #expect(try status("file-mode", of: written, user: .id(65534), group: 2000) == .warning)
    }

    @Test func owner() throws {
        let file = Self.file(PathFacts(kind: .file, mode: 0o600, ownerID: 1000))
        #expect(try status("file-owner", of: file) == .warning)
        #expect(try status("file-owner", of: file, user: .id(1000)) == .ok)
        #expect(try status("file-owner", of: file, user: .name("nobody here")) == .warning)
    }

    /// Which class of the mode counts: the first that fits, as for the kernel.
    @Test(
        arguments: [
            // mode, owner, group of the file; user and group of the server
            (0o600, 0, 0, 0, nil, CheckStatus.ok), (0o600, 0, 0, 65534, nil, .failed),
            (0o600, 65534, 0, 65534, nil, .ok), (0o044, 65534, 0, 65534, nil, .failed),
            (0o640, 0, 2000, 65534, 2000, .ok), (0o640, 0, 2000, 65534, 2001, .failed),
            (0o604, 0, 2000, 65534, 2000, .failed), (0o604, 0, 0, 65534, 2000, .ok),
        ] as [(UInt16, UInt32, UInt32, UInt32, UInt32?, CheckStatus)])
    func reader(
        mode: UInt16, owner: UInt32, group: UInt32, user: UInt32, userGroup: UInt32?, expected: CheckStatus
    ) throws {
        let facts = PathFacts(kind: .file, mode: mode, ownerID: owner, groupID: group)
        #expect(try status("file-reader", of: Self.file(facts), user: .id(user), group: userGroup) == expected)
    }

    /// Rights that are not followed are not guessed, in either way.
    @Test func settingsThatAreNotFollowed() throws {
        let own = Self.file()
        #expect(try status("file-reader", of: own, set: { $0.isUncertain = true }) == .unknown)
        let open = Self.file(PathFacts(kind: .file, mode: 0o604))
        #expect(try status("file-reader", of: open, set: { $0.isUncertain = true }) == .ok)
        let ofGroup = Self.file(PathFacts(kind: .file, mode: 0o640, groupID: 42))
        #expect(try status("file-reader", of: ofGroup, user: .id(1)) == .failed)
        #expect(try status("file-reader", of: ofGroup, user: .id(1), set: { $0.mayHaveMoreGroups = true }) == .unknown)
        #expect(try status("file-reader", of: own, user: .id(1), set: { $0.mayHaveMoreGroups = true }) == .failed)
    }

    @Test func anAccessListIsNotRead() throws {
        let facts = PathFacts(kind: .file, mode: 0o600, hasAccessList: true)
        #expect(try status("file-reader", of: Self.file(facts), user: .id(65534)) == .unknown)
        #expect(try status("file-reader", of: Self.file(facts)) == .ok)
    }

    @Test func unknownUser() throws {
        #expect(try status("file-reader", of: Self.file(), user: .name("no such user")) == .failed)
        #expect(try status("file-reader", of: Self.file(), user: .name("root")) == .ok)
    }

    /// A container passes the folders below its mount; those above are the node's affair.
    @Test func foldersOnTheWay() throws {
        let facts = PathFacts(kind: .file, mode: 0o644)
        let above = Self.file(facts, folders: [Self.folder("/node", mode: 0o700), Self.folder("/node/enc")])
        #expect(try status("file-reader", of: above, user: .id(65534)) == .ok)
        let below = Self.file(facts, folders: [Self.folder("/node"), Self.folder("/node/enc", mode: 0o700)])
        #expect(try status("file-reader", of: below, user: .id(65534)) == .failed)
        #expect(try status("file-reader", of: below) == .ok)
    }

    @Test(
        arguments: [
            (0o755, 0, 0, CheckStatus.ok), (0o777, 0, 0, .failed), (0o1777, 0, 0, .ok), (0o775, 0, 0, .ok),
            (0o775, 0, 50, .warning), (0o755, 1000, 0, .warning), (0o1755, 1000, 0, .warning),
        ] as [(UInt16, UInt32, UInt32, CheckStatus)])
    func folders(mode: UInt16, owner: UInt32, group: UInt32, expected: CheckStatus) throws {
        let file = Self.file(folders: [Self.folder("/"), Self.folder("/node", mode: mode, owner: owner, group: group)])
        #expect(try status("file-folders", of: file) == expected)
    }

    @Test func whoElseMayReplaceIt() throws {
        let list = PathFacts(kind: .folder, mode: 0o775, hasAccessList: true)
        let folder = Self.file(folders: [PathWalk.Step(path: "/node", facts: list)])
        #expect(try status("file-folders", of: folder) == .unknown)
        let link = PathWalk.Link(path: "/tmp/link", target: "/node/enc", ownerID: 1000)
        #expect(try status("file-folders", of: Self.file(links: [link])) == .warning)
        #expect(try status("file-folders", of: Self.file(links: [link]), user: .id(1000)) == .ok)
    }

    /// Only an error that says that nothing is there is certain.
    @Test(
        arguments: [(2, CheckStatus.failed), (20, .failed), (40, .failed), (13, .unknown), (5, .unknown)]
            as [(Int32, CheckStatus)])
    func whatIsNotThere(_ code: Int32, expected: CheckStatus) {
        #expect(FileCheck.missing(SystemError(code: code)).status == expected)
    }

    @Test func aFolderOfTheServerIsItsOwn() throws {
        let file = Self.file(folders: [Self.folder("/node", owner: 65534)])
        #expect(try status("file-folders", of: file, user: .id(65534)) == .ok)
    }

    @Test(arguments: [
        // A link of the mounted folder that stays in it.
        ("/node/enc/enc.yaml", "..data/enc.yaml", "/node/enc/..data/enc.yaml", CheckStatus.ok),
        // An absolute one means another file in the container.
        ("/node/enc/enc.yaml", "/node/enc/real.yaml", "/node/enc/real.yaml", .failed),
        ("/node/enc/enc.yaml", "/etc/keys/real.yaml", "/etc/keys/real.yaml", .failed),
        // It climbs out, also if it comes back on the node.
        ("/node/enc/enc.yaml", "../keys/real.yaml", "/node/keys/real.yaml", .failed),
        ("/node/enc/enc.yaml", "../enc/real.yaml", "/node/enc/real.yaml", .failed),
        ("/node/enc/a/enc.yaml", "../b/real.yaml", "/node/enc/b/real.yaml", .ok),
        // The node follows those above.
        ("/node", "/data/node", "/node/enc/enc.yaml", .ok),
    ])
    func links(_ path: String, target: String, end: String, expected: CheckStatus) throws {
        let file = Self.file(links: [PathWalk.Link(path: path, target: target)], end: end)
        #expect(try status("file-links", of: file) == expected)
    }

    /// Where the container has the folder at the path of the node, an absolute link means the same.
    @Test func linksAtTheSamePath() throws {
        let mount = ContainerMount(
            containerPath: "/node/enc", nodePath: "/node/enc", type: nil, isReadOnly: true)
        let stays = Self.file(
            links: [PathWalk.Link(path: "/node/enc/enc.yaml", target: "/node/enc/real.yaml")],
            end: "/node/enc/real.yaml")
        #expect(try status("file-links", of: stays, mount: mount) == .ok)
        let leaves = Self.file(
            links: [PathWalk.Link(path: "/node/enc/enc.yaml", target: "/node/other/real.yaml")],
            end: "/node/other/real.yaml")
        #expect(try status("file-links", of: leaves, mount: mount) == .failed)
    }

    @Test func kind() throws {
        #expect(try status("file-kind", of: Self.file(PathFacts(kind: .other, mode: 0o600))) == .unknown)
        #expect(try status("file-kind", of: Self.file(PathFacts(kind: .folder, mode: 0o700))) == .failed)
        #expect(try status("file-kind", of: Self.file()) == .ok)
    }

    @Test(arguments: [
        (FilePlace.named, CheckStatus.ok), (.copy(of: "/a"), .ok), (.other(path: "/a", exists: true), .warning),
        (.other(path: "/a", exists: false), .warning), (.unknown, .warning), (.unreadable(path: "/a"), .unknown),
    ])
    func place(_ place: FilePlace, expected: CheckStatus) { #expect(FileCheck.place(place).status == expected) }

    @Test(
        arguments: [
            ("/etc/kubernetes/enc/enc.yaml", nil),
            ("/var/lib/rancher/rke2/server/cred/encryption-config.json", .distribution(.rke2)),
            ("/var/lib/rancher/k3s/server/cred/encryption-config.json", .distribution(.k3s)),
            ("/system/secrets/kubernetes/kube-apiserver/encryptionconfig.yaml", .talos),
            (
                "/etc/kubernetes/static-pod-resources/kube-apiserver-pod-7/secrets/encryption-config/encryption-config",
                .distribution(.openshift)
            ),
            ("/etc/kubernetes/ssl/secrets_encryption.yaml", .distribution(.kubespray)),
            ("/srv/kubernetes/kube-apiserver/encryptionconfig.yaml", .distribution(.kops)),
            ("/opt/kops/srv/kubernetes/encryptionconfig.yaml", .distribution(.kops)),
            ("/home/me/srv/kubernetes/encryptionconfig.yaml", nil),
        ] as [(String, ConfigurationManager?)])
    func manager(_ path: String, expected: ConfigurationManager?) {
        #expect(ConfigurationManager(of: path) == expected)
        #expect(FileCheck.manager(expected).status == (expected == nil ? .ok : .warning))
    }
}
