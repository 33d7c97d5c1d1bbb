import APIServerFlags
import DurableFiles
import KubernetesVersions
import NodePreflight
import Testing

/// What the volumes and flags of a manifest mean for the server.
@Suite struct MountCheckTests {
    private static func mount(
        _ type: String?, node: String = "/node/enc", isReadOnly: Bool = true, volume: String? = nil
    ) -> ContainerMount {
        ContainerMount(
            containerPath: "/enc", nodePath: node, volumePath: volume, type: type, isReadOnly: isReadOnly)
    }

    private static func all(
        _ mount: ContainerMount?, at place: HostPath = .file("/node/enc/enc.yaml"), found: PathFacts.Kind? = .folder,
        in server: ServerPlace = .pod
    ) -> [String: CheckStatus] {
        let checks = MountCheck.all(
            of: place, in: server, through: mount, found: found.map { .kind($0) } ?? .nothing, isReloading: false,
            label: .notEnforced)
        return Dictionary(checks.map { ($0.id, $0.status) }) { first, _ in first }
    }

    /// kubernetes, pkg/volume/hostpath: what the kubelet does with each type and what is there.
    @Test(
        arguments: [
            (nil, .folder, CheckStatus.ok), ("", .file, .ok), (nil, nil, .failed), ("Directory", .folder, .ok),
            ("Directory", nil, .failed), ("Directory", .file, .failed), ("DirectoryOrCreate", .folder, .ok),
            ("DirectoryOrCreate", nil, .failed), ("DirectoryOrCreate", .file, .failed), ("File", .file, .ok),
            ("File", .folder, .failed), ("File", nil, .failed), ("FileOrCreate", nil, .failed),
            ("FileOrCreate", .file, .ok),
            ("CharDevice", .folder, .failed), ("Socket", .socket, .ok), ("Socket", .file, .failed),
            ("Folder", .folder, .failed),
        ] as [(String?, PathFacts.Kind?, CheckStatus)])
    func types(_ type: String?, found: PathFacts.Kind?, expected: CheckStatus) {
        #expect(Self.all(Self.mount(type), found: found)["mount-type"] == expected)
    }

    @Test func aMountedFileKeepsTheOldInode() {
        #expect(Self.all(Self.mount("Directory"))["mount-replacement"] == .ok)
        #expect(Self.all(Self.mount("File", node: "/node/enc/enc.yaml"), found: .file)["mount-replacement"] == .warning)
        #expect(Self.all(Self.mount("Directory", volume: "/node"))["mount-replacement"] == .warning)
    }

    @Test func writing() {
        #expect(Self.all(Self.mount(nil))["mount-read-only"] == .ok)
        #expect(Self.all(Self.mount(nil, isReadOnly: false))["mount-read-only"] == .warning)
    }

    @Test(arguments: [
        (HostPath.Absence.notMounted, CheckStatus.failed), (.volume(name: "v", source: nil), .failed),
        (.volume(name: "v", source: "emptyDir"), .failed), (.volume(name: "v", source: "secret"), .unknown),
        (.relative, .unknown), (.unknownContainer, .unknown), (.ownRoot, .unknown),
        (.ownMount(setting: "BindPaths"), .unknown),
    ])
    func whatTheServerDoesNotSee(_ absence: HostPath.Absence, expected: CheckStatus) {
        #expect(Self.all(nil, at: .notOnHost(path: "/enc", because: absence)) == ["mount-path": expected])
    }

    @Test(
        arguments: [
            (false, nil, nil, false, ServerPlace.pod, CheckStatus.ok), (nil, nil, nil, false, .pod, .unknown),
            (true, "container_file_t", nil, false, .pod, .ok), (true, "etc_t", nil, false, .pod, .unknown),
            (true, nil, nil, false, .pod, .unknown), (true, "etc_t", "spc_t", false, .pod, .ok),
            (true, "etc_t", nil, true, .pod, .ok), (true, "etc_t", nil, false, .node, .ok),
        ] as [(Bool?, String?, String?, Bool, ServerPlace, CheckStatus)])
    func labels(
        isEnforcing: Bool?, file: String?, process: String?, isPrivileged: Bool, place: ServerPlace,
        expected: CheckStatus
    ) {
        var identity = ServerIdentity()
        identity.selinuxType = process
        identity.isPrivileged = isPrivileged
        let check = MountCheck.label(
            LabelCheck(isEnforcing: isEnforcing, type: file, identity: identity, place: place))
        #expect(check.status == expected)
    }

    private static func socket(
        _ mount: ContainerMount?, found: PathFinding = .kind(.socket), volume: PathFinding = .kind(.folder),
        access: ServerAccess = .granted(userID: 0), isVolatile: Bool = false, in place: ServerPlace = .pod
    ) -> [String: CheckStatus] {
        let socket = MountCheck.Socket(
            path: "/run/kms/s", found: found, mount: mount, volume: volume, access: access, isVolatile: isVolatile)
        let checks = MountCheck.all(of: "kms", at: socket, in: place)
        #expect(checks.allSatisfy { $0.plugin == "kms" })
        return Dictionary(checks.map { ($0.id, $0.status) }) { first, _ in first }
    }

    @Test func sockets() {
        let folder = Self.mount("DirectoryOrCreate", node: "/run/kms")
        let good = ["mount-type": CheckStatus.ok, "mount-socket": .ok, "mount-socket-restart": .ok]
        #expect(Self.socket(folder) == good)
        #expect(Self.socket(folder, isVolatile: true) == good)
        let waiting = Self.mount("Directory", node: "/run/kms")
        #expect(Self.socket(waiting, isVolatile: true)["mount-socket-restart"] == .warning)
        #expect(Self.socket(waiting)["mount-socket-restart"] == .ok)
        let pinned = Self.mount("Socket", node: "/run/kms/s")
        #expect(Self.socket(pinned, volume: .kind(.socket))["mount-socket-restart"] == .warning)
        #expect(
            Self.socket(nil, isVolatile: true, in: .node) == ["mount-socket": .ok, "mount-socket-restart": .warning])
        #expect(Self.socket(folder, found: .nothing)["mount-socket"] == .failed)
        #expect(Self.socket(folder, found: .kind(.file))["mount-socket"] == .failed)
        #expect(Self.socket(folder, found: .unreadable(SystemError(code: 13)))["mount-socket"] == .unknown)
        #expect(Self.socket(folder, access: .refused(userID: 1))["mount-socket"] == .failed)
        #expect(Self.socket(folder, access: .refusedBy(folder: "/run", userID: 1))["mount-socket"] == .failed)
        #expect(Self.socket(folder, access: .unknown(userID: 1))["mount-socket"] == .unknown)
        #expect(Self.socket(Self.mount("File", node: "/run/kms"))["mount-type"] == .failed)
    }

    @Test func socketsThatAreNoFiles() {
        func status(_ check: SocketCheck) -> CheckStatus { MountCheck.socket("kms", check).status }
        #expect(status(.abstract(isInNodeNetwork: true)) == .ok)
        #expect(status(.abstract(isInNodeNetwork: false)) == .failed)
        #expect(status(.invisible("/run/kms/s", .notMounted)) == .failed)
        #expect(status(.invisible("/run/kms/s", .unknownContainer)) == .unknown)
    }

    /// Where no volume is described, only a service surely sees the files of the node.
    @Test(arguments: [
        (ServerPlace.node, CheckStatus.ok), (.pod, .unknown), (.container, .unknown), (.unknown, .unknown),
    ])
    func withoutAVolume(_ place: ServerPlace, expected: CheckStatus) {
        #expect(Self.all(nil, in: place)["mount-path"] == expected)
    }

    /// The kubelet checks the source of the volume, whatever part of it is mounted; Docker checks nothing.
    @Test func whatTheKubeletChecks() {
        let part = Self.mount("Directory", node: "/node/enc/enc.yaml", volume: "/node/enc")
        #expect(Self.all(part, found: .folder)["mount-type"] == .ok)
        #expect(Self.all(part, found: .folder)["mount-replacement"] == .warning)
        #expect(Self.all(Self.mount(nil), in: .container)["mount-type"] == nil)
        #expect(Self.all(Self.mount(nil), found: nil, in: .container)["mount-type"] == .failed)
    }

    @Test func flags() {
        #expect(FlagCheck.configuration(isGiven: true).status == .ok)
        #expect(FlagCheck.configuration(isGiven: false).status == .failed)
        #expect(FlagCheck.misspelled(["--x"]).status == .failed)
        #expect(FlagCheck.name(isRemoved: true).status == .failed)
        #expect(FlagCheck.reloadWithoutConfiguration.status == .failed)
        #expect(FlagCheck.version(nil, isSettled: true).status == .warning)
        #expect(FlagCheck.version(nil, isSettled: false).status == .unknown)
        #expect(FlagCheck.version(.newest, isSettled: false).status == .ok)
        #expect(FlagCheck.version(KubernetesVersion(minor: 99), isSettled: false).status == .unknown)
    }

    @Test func whatAStartDependsOn() {
        func needed(_ hasManifest: Bool, _ namesFile: Bool, _ hasPlugins: Bool) -> Set<CheckCategory> {
            CheckCategory.needed(hasManifest: hasManifest, namesFile: namesFile, hasPlugins: hasPlugins)
        }
        #expect(needed(true, true, true) == [.flags, .file, .mount, .plugin])
        #expect(needed(true, true, false) == [.flags, .file, .mount])
        #expect(needed(true, false, false) == [.flags])
        #expect(needed(false, false, false) == [.flags, .file])
    }

    @Test func whatWasRead() {
        #expect(StoredScope(isSnapshotOnly: false, isOtherEndpoint: false).status == .ok)
        #expect(StoredScope(isSnapshotOnly: true, isOtherEndpoint: false).status == .unknown)
        #expect(StoredScope(isSnapshotOnly: false, isOtherEndpoint: true).status == .unknown)
        #expect(ArchivePlace(.network).status == .ok)
        for place in [FileSystemKind.other, .volatile, nil] { #expect(ArchivePlace(place).status == .warning) }
    }

    /// "Cannot tell" is never yes, and nothing outweighs a no.
    @Test(
        arguments: [
            ([], PreflightAnswer.unknown), ([.ok], .yes), ([.ok, .warning], .yes), ([.ok, .unknown], .unknown),
            ([.unknown, .failed, .ok], .no),
        ] as [([CheckStatus], PreflightAnswer)])
    func answers(_ statuses: [CheckStatus], expected: PreflightAnswer) {
        #expect(PreflightAnswer(statuses) == expected)
    }
}
