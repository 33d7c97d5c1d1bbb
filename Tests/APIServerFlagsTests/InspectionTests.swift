import TestSupport
import Testing

@testable import APIServerFlags

/// What `docker inspect` and `podman inspect` print of a container.
@Suite struct InspectionTests {
    /// A container with these fields; `/n` of the node is its `/c`.
    private static func container(
        _ path: String?, _ arguments: [String], running: Bool = true, more: String = "", config: String = "",
        mounts: String = #"[{"Type": "bind", "Source": "/n", "Destination": "/c"}]"#
    ) -> String {
        let call = path.map { "\"Path\": \"\($0)\", \"Args\": [\(list(arguments))]," } ?? ""
        return """
            {"Id": "0", "Created": "2025-01-01T00:00:00Z", \(call) "State": {"Running": \(running)}, \(more)
             "HostConfig": {"Binds": ["/b:/c:z", "data:/d"], "Tmpfs": {"/run": ""}}, "Mounts": \(mounts),
             "Config": {"Image": "r.io/hyperkube:v1.24.17-rancher1", "WorkingDir": "/c/w" \(config)}}
            """
    }

    private static func list(_ words: [String]) -> String { words.map { "\"\($0)\"" }.joined(separator: ", ") }

    private static let server = container("kube-apiserver", ["--etcd-servers=a", "--etcd-cafile=/c/ca"])

    /// RKE starts its servers behind a script of its own.
    @Test func rke() throws {
        let flags = try read(manifest: TestData.bytes("manifests/docker-inspect.json"))
        #expect(flags.etcdServers == ["https://192.0.2.1:2379", "https://192.0.2.2:2379"])
        #expect(flags.etcdCertificateFile == .file("/opt/rke/etc/kubernetes/ssl/kube-node.pem"))
        #expect(flags.encryptionProviderConfig == .file("/opt/rke/etc/kubernetes/ssl/encryption.yaml"))
        #expect(flags.etcdPrefix == "/registry" && flags.kubernetes?.minor == 24)
    }

    /// A list, its one element, and several of which one runs kube-apiserver.
    @Test(arguments: [
        "[\(server)]", server, "[\(container("etcd", [])), \(server)]",
        "[\(server), \(container("kube-apiserver", ["--etcd-servers=b"], running: false))]",
        "[\(container("kube-apiserver", ["--etcd-servers=b"], running: false)), \(server)]",
        "[{\"RepoTags\": [], \"Config\": {\"Cmd\": [\"kube-apiserver\"]}}, \(server)]",
    ])
    func theOneThatRuns(json: String) throws {
        let flags = try read(manifest: json)
        #expect(flags.etcdServers == ["a"] && flags.etcdAuthorityFile == .file("/n/ca"))
        #expect(flags.kubernetes?.minor == 24)
    }

    @Test func oneThatIsStoppedCountsIfNoneRuns() throws {
        let stopped = Self.container("kube-apiserver", ["--etcd-servers=b"], running: false)
        #expect(try read(manifest: "[\(stopped), \(Self.container("etcd", []))]").etcdServers == ["b"])
    }

    /// What is not there says nothing, as in every other file.
    @Test(arguments: [
        (
            "[\(container("etcd", [])), \(container("kubelet", []))]",
            APIServerFlagsError.Reason.noAPIServer(programs: ["etcd", "kubelet"])
        ),
        ("[\(server), \(server)]", .severalAPIServers),
        (#"[{"RepoTags": ["a"], "Config": {"Entrypoint": ["kube-apiserver"]}}]"#, .noPod(kind: nil)),
        ("[]", .noPod(kind: nil)),
        (#"[{"Path": "kube-apiserver", "Args": {}}]"#, .malformedField(path: "[0].Args")),
        (#"[{"Path": 1, "Args": []}]"#, .malformedField(path: "[0].Path")),
        (#"[{"Path": "x", "Args": [], "Mounts": [{}]}]"#, .malformedField(path: "[0].Mounts[0].Destination")),
    ])
    func otherAnswers(json: String, expected: APIServerFlagsError.Reason) {
        #expect(reason { try read(manifest: json) } == expected)
    }

    /// Nothing replaces a variable in what has run.
    @Test func wordsAreWhatTheyAre() throws {
        let flags = try read(manifest: Self.container("kube-apiserver", ["--etcd-prefix=$A$(B)${C}%i"]))
        #expect(flags.etcdPrefix == "$A$(B)${C}%i")
    }

    @Test func scriptsHaveTheVariablesOfTheContainer() throws {
        let json = Self.container(
            "/bin/sh", ["-c", "exec kube-apiserver --etcd-prefix=$P --etcd-keyfile=$K"],
            config: #", "Env": ["P=/a=b", "K=key", "none"]"#)
        let flags = try read(manifest: json)
        #expect(flags.etcdPrefix == "/a=b" && flags.etcdKeyFile == .file("/n/w/key"))
    }

    /// Without `Path` the settings tell what runs.
    @Test func entryPointAndCommand() throws {
        let json = Self.container(
            nil, [], config: #", "Entrypoint": ["/hyperkube"], "Cmd": ["apiserver", "--etcd-servers=a"]"#)
        #expect(try read(manifest: json).etcdServers == ["a"])
    }

    @Test func placesOnTheNode() throws {
        func key(_ file: String, mounts: String) throws -> HostPath? {
            let json = Self.container("kube-apiserver", ["--etcd-keyfile=\(file)"], mounts: mounts)
            return try read(manifest: json).etcdKeyFile
        }
        let volume =
            #"[{"Type": "volume", "Name": "v", "Source": "/var/lib/docker/volumes/v/_data", "Destination": "/c"}]"#
        #expect(try key("/c/f", mounts: volume) == .file("/var/lib/docker/volumes/v/_data/f"))
        let remote = #"[{"Type": "volume", "Name": "v", "Source": "", "Destination": "/c"}]"#
        #expect(
            try key("/c/f", mounts: remote)
                == .notOnHost(path: "/c/f", because: .volume(name: "v", source: "volume")))
        // `Mounts` is complete: what it lacks is part of the image, whatever was asked for.
        #expect(try key("/c/f", mounts: "[]") == .notOnHost(path: "/c/f", because: .notMounted))
        #expect(try key("/c/f", mounts: "null") == .file("/b/f"))
        #expect(
            try key("/d/f", mounts: "null")
                == .notOnHost(path: "/d/f", because: .volume(name: "data", source: "named volume")))
        #expect(
            try key("/run/f", mounts: "null")
                == .notOnHost(path: "/run/f", because: .volume(name: "/run", source: "tmpfs")))
        #expect(try key("f", mounts: #"[{"Source": "/n", "Destination": "/c"}]"#) == .file("/n/w/f"))
    }
}
