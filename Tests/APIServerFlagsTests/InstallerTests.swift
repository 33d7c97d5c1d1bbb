import SecretMemory
import TestSupport
import Testing

@testable import APIServerFlags

/// The files of testdata/manifests, each in the form of one installer.
@Suite struct InstallerTests {
    private func manifest(_ name: String) throws -> APIServerFlags {
        try read(manifest: TestData.bytes("manifests/\(name)"))
    }

    @Test func kubeadm() throws {
        let flags = try manifest("kubeadm.yaml")
        #expect(flags.etcdServers == ["https://127.0.0.1:2379"])
        #expect(flags.etcdAuthorityFile == .file("/etc/kubernetes/pki/etcd/ca.crt"))
        #expect(flags.etcdCertificateFile == .file("/etc/kubernetes/pki/apiserver-etcd-client.crt"))
        #expect(flags.etcdKeyFile == .file("/etc/kubernetes/pki/apiserver-etcd-client.key"))
        #expect(flags.etcdPrefix == nil)
        #expect(flags.etcdServersOverrides.isEmpty)
        #expect(flags.encryptionProviderConfig == .file("/etc/kubernetes/enc/enc.yaml"))
        #expect(flags.isReloading)
        #expect(flags.featureGates == nil)
    }

    @Test func rke2() throws {
        let flags = try manifest("rke2.yaml")
        #expect(flags.etcdServers == ["https://127.0.0.1:2379"])
        #expect(flags.etcdKeyFile == .file("/var/lib/rancher/rke2/server/tls/etcd/client.key"))
        #expect(
            flags.encryptionProviderConfig == .file("/var/lib/rancher/rke2/server/cred/encryption-config.json"))
        #expect(flags.featureGates == "JobTrackingWithFinalizers=true")
        #expect(flags.storageMediaType == "application/vnd.kubernetes.protobuf")
    }

    /// The longest mount counts, and the node has other paths than the container.
    @Test func kops() throws {
        let flags = try manifest("kops.yaml")
        #expect(flags.etcdServers == ["https://127.0.0.1:4001"])
        #expect(
            flags.etcdServersOverrides == [
                .init(group: "", resource: "events", servers: ["https://127.0.0.1:4002"])
            ])
        #expect(flags.encryptionProviderConfig == .file("/opt/kops/srv/kubernetes/encryptionconfig.yaml"))
        #expect(flags.etcdAuthorityFile == .file("/mnt/pki/kube-apiserver/etcd-ca.crt"))
        #expect(!flags.isReloading)
    }

    @Test func kopsWithAShell() throws {
        let flags = try manifest("kops-shell.yaml")
        #expect(flags.etcdServers == ["https://127.0.0.1:4001"])
        #expect(flags.etcdServersOverrides.map(\.servers) == [["https://127.0.0.1:4002"]])
        #expect(flags.encryptionProviderConfig == .file("/srv/kubernetes/encryptionconfig.yaml"))
        #expect(flags.etcdKeyFile == .file("/srv/kubernetes/etcd-client-key.pem"))
        #expect(flags.kubernetes?.minor == 15)
    }

    @Test(arguments: ["kubespray.yaml", "kubespray-hyperkube.yaml"])
    func kubespray(name: String) throws {
        let flags = try manifest(name)
        #expect(flags.etcdServers.first == "https://192.0.2.1:2379")
        #expect(flags.encryptionProviderConfig == .file("/etc/kubernetes/ssl/secrets_encryption.yaml"))
        #expect(flags.etcdCertificateFile == .file("/etc/ssl/etcd/ssl/node-node1.pem"))
    }

    @Test func kubeUp() throws {
        let flags = try manifest("kube-up.json")
        #expect(flags.etcdServers == ["http://127.0.0.1:2379"])
        #expect(
            flags.etcdServersOverrides == [
                .init(group: "", resource: "events", servers: ["http://127.0.0.1:4002", "http://127.0.0.1:4003"]),
                .init(group: "coordination.k8s.io", resource: "leases", servers: ["http://127.0.0.1:4004"]),
            ])
        #expect(flags.encryptionProviderConfig == .file("/home/kubernetes/srv/encryption-provider-config.yml"))
        #expect(flags.storageMediaType == "application/json")
    }

    @Test func hyperkube() throws {
        let flags = try manifest("hyperkube.yaml")
        #expect(flags.etcdServers == ["https://etcd.example.net:2379"])
        #expect(flags.etcdAuthorityFile == .notOnHost(path: "/etc/ssl/ca.crt", because: .notMounted))
        #expect(
            flags.etcdCertificateFile
                == .notOnHost(path: "/etc/etcd-client/tls.crt", because: .volume(name: "client", source: "secret")))
        #expect(flags.etcdPrefix == "/cluster-$(1)")
        #expect(flags.encryptionProviderConfig == .file("/srv/nodes/control-plane/enc/enc.yaml"))
    }

    @Test func hardWay() throws {
        let flags = try read(unit: TestData.bytes("manifests/hard-way.service"))
        #expect(
            flags.etcdServers == ["https://192.0.2.1:2379", "https://192.0.2.2:2379", "https://192.0.2.3:2379"])
        #expect(flags.etcdCertificateFile == .file("/var/lib/kubernetes/kube-api-server.crt"))
        #expect(flags.encryptionProviderConfig == .file("/var/lib/kubernetes/encryption-config.yaml"))
        #expect(!flags.isReloading)
    }

    @Test func packaged() throws {
        let bytes = try TestData.bytes("manifests/packaged.service")
        let unit = try SystemdUnit(parsing: bytes.span.rawBytes)
        #expect(unit.environmentFiles.map(\.path) == ["/etc/kubernetes/config", "/etc/kubernetes/apiserver"])
        #expect(unit.environmentFiles.map(\.isOptional) == [true, false])
        #expect(unit.environmentFiles.map(\.position.line) == [11, 12])
        let file = SecretKey(try TestData.bytes("manifests/packaged.env"))
        let flags = try unit.command(environmentFiles: [nil, file]).flags()
        #expect(flags.etcdServers == ["https://a.example.net:2379", "https://b.example.net:2379"])
        #expect(flags.etcdAuthorityFile == .file("/etc/kubernetes/ca.pem"))
        #expect(flags.etcdCertificateFile == .file("/etc/kubernetes/client cert.pem"))
        #expect(flags.etcdKeyFile == .file("/etc/kubernetes/client.key"))
        #expect(flags.encryptionProviderConfig == .file("/etc/kubernetes/enc.yaml"))
        #expect(flags.isReloading)
        #expect(
            reason { try unit.command(environmentFiles: [nil, nil]).flags() }
                == .missingEnvironmentFile(path: "/etc/kubernetes/apiserver"))
    }

    @Test func unitsAreToldFromManifests() throws {
        for name in ["kubeadm.yaml", "rke2.yaml", "kops.yaml", "kube-up.json", "hyperkube.yaml"] {
            let bytes = try TestData.bytes("manifests/\(name)")
            #expect(!isUnit(bytes), "\(name)")
        }
        for name in ["hard-way.service", "packaged.service"] {
            let bytes = try TestData.bytes("manifests/\(name)")
            #expect(isUnit(bytes), "\(name)")
        }
        for text in ["", "#", "[", "[{}]", "# comment", "[ a"] {
            #expect(!isUnit(Array(text.utf8)), "\(text)")
        }
    }
}
