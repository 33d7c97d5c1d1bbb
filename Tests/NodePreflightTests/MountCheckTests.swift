import APIServerFlags
import DurableFiles
import KubernetesVersions
import NodePreflight
import Testing

/// What the volumes and flags of a manifest mean for the server.
@Suite struct MountCheckTests {
    private static func mount(
        _ type: String?, node: String = "/node/enc", isReadOnly: Bool = true, isSubPath: Bool = false
    )
        -> ContainerMount
    {
        ContainerMount(
            containerPath: "/enc", nodePath: node, type: type, isReadOnly: isReadOnly, isSubPath: isSubPath)
    }

    private static func all(
        _ mount: ContainerMount?, at place: HostPath = .file("/node/enc/enc.yaml"), found: PathFacts.Kind? = .folder,
        isReloading: Bool = false
    ) -> [String: CheckStatus] {
        let checks = MountCheck.all(
            of: place, through: mount, found: found, isReloading: isReloading, label: .notEnforced)
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
            ("Socket", .socket, .ok), ("Socket", .file, .failed), ("Folder", .folder, .failed),
        ] as [(String?, PathFacts.Kind?, CheckStatus)])
    func types(_ type: String?, found: PathFacts.Kind?, expected: CheckStatus) {
        #expect(Self.all(Self.mount(type), found: found)["mount-type"] == expected)
    }

    @Test func aMountedFileKeepsTheOldInode() {
        #expect(Self.all(Self.mount("Directory"))["mount-replacement"] == .ok)
        #expect(Self.all(Self.mount("File", node: "/node/enc/enc.yaml"), found: .file)["mount-replacement"] == .warning)
        #expect(Self.all(Self.mount("Directory", isSubPath: true))["mount-replacement"] == .warning)
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
            (false, nil, nil, false, ServerPlace.pod, CheckStatus.ok),
            (true, "container_file_t", nil, false, .pod, .ok), (true, "etc_t", nil, false, .pod, .unknown),
            (true, nil, nil, false, .pod, .unknown), (true, "etc_t", "spc_t", false, .pod, .ok),
            (true, "etc_t", nil, true, .pod, .ok), (true, "etc_t", nil, false, .node, .ok),
        ] as [(Bool, String?, String?, Bool, ServerPlace, CheckStatus)])
    func labels(
        isEnforcing: Bool, file: String?, process: String?, isPrivileged: Bool, place: ServerPlace,
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
        _ place: HostPath?, _ mount: ContainerMount?, found: PathFacts.Kind? = .socket, isVolatile: Bool = false
    ) -> [String: CheckStatus] {
        let checks = MountCheck.all(
            ofSocketOf: "kms", at: place, through: mount, found: found, isVolatile: isVolatile)
        return Dictionary(checks.map { ($0.id, $0.status) }) { first, _ in first }
    }

    @Test func sockets() {
        let place = HostPath.file("/run/kms/s")
        let folder = Self.mount("DirectoryOrCreate", node: "/run/kms")
        #expect(Self.socket(place, folder) == ["mount-socket": .ok, "mount-socket-restart": .ok])
        #expect(Self.socket(place, folder, isVolatile: true)["mount-socket-restart"] == .ok)
        let waiting = Self.mount("Directory", node: "/run/kms")
        #expect(Self.socket(place, waiting, isVolatile: true)["mount-socket-restart"] == .warning)
        #expect(Self.socket(place, waiting)["mount-socket-restart"] == .ok)
        let pinned = Self.mount("Socket", node: "/run/kms/s")
        #expect(Self.socket(place, pinned)["mount-socket-restart"] == .warning)
        #expect(Self.socket(place, nil, isVolatile: true)["mount-socket-restart"] == .warning)
        #expect(Self.socket(place, folder, found: nil) == ["mount-socket": .failed])
        #expect(Self.socket(place, folder, found: .file) == ["mount-socket": .failed])
        #expect(Self.socket(nil, nil) == ["mount-socket": .unknown])
        let unseen = HostPath.notOnHost(path: "/run/kms/s", because: .notMounted)
        #expect(Self.socket(unseen, nil) == ["mount-socket": .failed])
    }

    @Test func flags() {
        #expect(FlagCheck.configuration(isGiven: true).status == .ok)
        #expect(FlagCheck.configuration(isGiven: false).status == .failed)
        #expect(FlagCheck.configuration(isGiven: false).stake == .reading)
        #expect(FlagCheck.misspelled(["--x"]).status == .failed)
        #expect(FlagCheck.name(isDeprecated: true).status == .warning)
        #expect(FlagCheck.version(nil, assumed: .newest).status == .warning)
        #expect(FlagCheck.version(.newest, assumed: .newest).status == .ok)
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
