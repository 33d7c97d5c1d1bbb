import SecretMemory
import TestSupport
import Testing

@testable import APIServerFlags

/// OpenShift's file of flags, by itself and behind `--openshift-config`.
@Suite struct OpenShiftTests {
    /// As the operator writes it, shortened to what matters here.
    private static let config = """
        {"apiVersion": "kubecontrolplane.config.openshift.io/v1", "kind": "KubeAPIServerConfig",
         "apiServerArguments": {
           "encryption-provider-config": ["/conf/secrets/encryption-config/encryption-config"],
           "etcd-cafile": ["/conf/configmaps/etcd-serving-ca/ca-bundle.crt"], "etcd-prefix": ["kubernetes.io"],
           "etcd-servers": ["https://192.0.2.1:2379", "https://localhost:2379"],
           "feature-gates": ["A=true", "B=false"], "v": []},
         "servingInfo": {"bindAddress": "0.0.0.0:6443"}}
        """

    private static func command(_ path: String, _ more: String...) -> [String] {
        ["hyperkube", "kube-apiserver", "--openshift-config=\(path)"] + more
    }

    /// Paths in the file are those of the container.
    @Test func aPodWithItsFile() throws {
        let manifest = pod(Self.command("/conf/configmaps/config/config.yaml", "-v=2"))
        let command = try APIServerCommand.read(manifest: SecretBytes(Array(manifest.utf8)))
        #expect(try command.openShiftConfig == .file("/etc/kubernetes/configmaps/config/config.yaml"))
        let flags = try read(manifest: manifest, openShiftConfig: Self.config)
        #expect(flags.etcdServers == ["https://192.0.2.1:2379", "https://localhost:2379"])
        #expect(
            flags.encryptionProviderConfig
                == .file("/etc/kubernetes/secrets/encryption-config/encryption-config"))
        #expect(flags.etcdAuthorityFile == .file("/etc/kubernetes/configmaps/etcd-serving-ca/ca-bundle.crt"))
        #expect(flags.etcdPrefix == "kubernetes.io" && flags.featureGates == "A=true,B=false")
    }

    /// The static pod of OpenShift 4: a script that locks, copies and then runs `watch-termination`.
    @Test func theStaticPod() throws {
        let manifest = try TestData.bytes("manifests/openshift.yaml")
        let command = try APIServerCommand.read(manifest: SecretBytes(manifest))
        let folder = "/etc/kubernetes/static-pod-resources/kube-apiserver-pod-7"
        #expect(try command.openShiftConfig == .file("\(folder)/configmaps/config/config.yaml"))
        let config = try OpenShiftConfig(parsing: SecretBytes(TestData.bytes("manifests/openshift-config.yaml")))
        let flags = try command.flags(openShiftConfig: config)
        #expect(
            flags.encryptionProviderConfig == .file("\(folder)/secrets/encryption-config/encryption-config"))
        #expect(flags.etcdKeyFile == .file("\(folder)/secrets/etcd-client/tls.key"))
        #expect(flags.etcdServers == ["https://192.0.2.10:2379", "https://localhost:2379"])
        #expect(flags.etcdPrefix == "kubernetes.io")
    }

    /// The file of a server of which nothing else is known tells no path of the node.
    @Test func theFileAlone() throws {
        let flags = try read(manifest: Self.config)
        #expect(flags.etcdServers.count == 2 && flags.etcdPrefix == "kubernetes.io")
        #expect(
            flags.encryptionProviderConfig
                == .notOnHost(
                    path: "/conf/secrets/encryption-config/encryption-config", because: .unknownContainer))
    }

    /// The command line counts first, and the file behind it.
    @Test func bothTogether() throws {
        let manifest = pod(
            Self.command("/c", "--etcd-servers=z", "--etcd-prefix=/z", "--encryption-provider-config=/conf/z"))
        let config = """
            kind: KubeAPIServerConfig
            apiServerArguments: {etcd-servers: [a], etcd-prefix: [/a]}
            """
        let flags = try read(manifest: manifest, openShiftConfig: config)
        #expect(flags.etcdServers == ["z", "a"] && flags.etcdPrefix == "/a")
        #expect(flags.encryptionProviderConfig == .file("/etc/kubernetes/z"))
    }

    /// What the first versions of OpenShift 4 had in `storageConfig`; its relative paths start beside the file.
    @Test func storageConfig() throws {
        let storage = """
            kind: KubeAPIServerConfig
            storageConfig: {ca: ca.crt, certFile: "", keyFile: /conf/key, storagePrefix: k, urls: [a, b]}
            """
        let manifest = pod(Self.command("/conf/x/config.yaml"))
        let flags = try read(manifest: manifest, openShiftConfig: storage)
        #expect(flags.etcdServers == ["a", "b"] && flags.etcdPrefix == "k")
        #expect(flags.etcdAuthorityFile == .file("/etc/kubernetes/x/ca.crt"))
        #expect(flags.etcdCertificateFile == nil && flags.etcdKeyFile == .file("/etc/kubernetes/key"))
        let given = storage + "\napiServerArguments: {etcd-servers: [c], etcd-cafile: [/conf/c]}"
        let both = try read(manifest: manifest, openShiftConfig: given)
        #expect(both.etcdServers == ["c"] && both.etcdAuthorityFile == .file("/etc/kubernetes/c"))
    }

    @Test(arguments: [
        ("kind: Pod", APIServerFlagsError.Reason.noOpenShiftConfig(kind: "Pod")),
        ("kind: a b", .noOpenShiftConfig(kind: nil)), ("{}", .noOpenShiftConfig(kind: nil)),
        ("[]", .malformedField(path: "")),
        ("kind: KubeAPIServerConfig\napiServerArguments: []", .malformedField(path: "apiServerArguments")),
        (
            "kind: KubeAPIServerConfig\napiServerArguments: {a: b}", .malformedField(path: "apiServerArguments.a")
        ),
        (
            "kind: KubeAPIServerConfig\napiServerArguments: {a: [{}]}",
            .malformedField(path: "apiServerArguments.a[0]")
        ),
    ])
    func malformedFiles(config: String, expected: APIServerFlagsError.Reason) {
        #expect(reason { try read(manifest: pod(Self.command("/c")), openShiftConfig: config) } == expected)
    }

    /// An empty path is none, and a path that is not told is not guessed.
    @Test func pathsOfTheFile() throws {
        #expect(try read(manifest: pod(Self.command(""))).etcdServers.isEmpty)
        let unknown = pod(Self.command("$(A)"))
        let command = try APIServerCommand.read(manifest: SecretBytes(Array(unknown.utf8)))
        #expect(throws: APIServerFlagsError.self) { try command.openShiftConfig }
    }
}
