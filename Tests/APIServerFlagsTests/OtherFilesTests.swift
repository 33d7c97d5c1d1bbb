import TestSupport
import Testing

@testable import APIServerFlags

/// Files beside Pods and units that tell how a kube-apiserver runs, and those that leave it to another file.
@Suite struct OtherFilesTests {
    // MARK: - Workloads

    @Test(arguments: ["Deployment", "DaemonSet", "StatefulSet", "ReplicaSet", "ReplicationController"])
    func workloads(kind: String) throws {
        let pod = pod(["kube-apiserver", "--etcd-servers=a", "--etcd-cafile=/conf/ca"])
        let text = "{\"kind\": \"\(kind)\", \"spec\": {\"template\": \(pod)}}"
        let flags = try read(manifest: text)
        #expect(flags.etcdServers == ["a"] && flags.etcdAuthorityFile == .file("/etc/kubernetes/ca"))
    }

    // MARK: - OpenShift

    /// Flags in a file that was not read are not absent, whatever else stands on the command line.
    @Test(arguments: [
        ["hyperkube", "kube-apiserver", "--openshift-config=/c"],
        ["kube-apiserver", "--etcd-servers=a", "--openshift-config", "/c"],
        [
            "watch-termination", "--termination-log-file=/l", "--", "hyperkube", "kube-apiserver",
            "--openshift-config=$(A)",
        ],
        [
            "sh", "-ec",
            "if [ -f /x ]; then cp /x /y; fi\nexec watch-termination -- hyperkube kube-apiserver --openshift-config=/c",
        ],
    ])
    func flagsInTheFileOfOpenShift(command: [String]) {
        #expect(reason { try read(manifest: pod(command)) } == .flagsInOpenShiftConfig)
    }

    // MARK: - Files of arguments

    @Test func argumentFile() throws {
        let text = """
            # flags
            --etcd-servers="unix://${SNAP_DATA}/kine.sock:12379"
            --etcd-cafile='/a b/ca.crt'   # of etcd

              # --etcd-keyfile=/no
            --encryption-provider-config=${SNAP_DATA}/args/enc.yaml
            --etcd-certfile=cert
            """
        #expect(isArgumentFile(text))
        let flags = try read(arguments: text, path: "/var/snap/microk8s/current/args/kube-apiserver")
        #expect(flags.etcdServers == ["unix:///var/snap/microk8s/current/kine.sock:12379"])
        #expect(flags.etcdAuthorityFile == .file("/a b/ca.crt") && flags.etcdKeyFile == nil)
        #expect(flags.encryptionProviderConfig == .file("/var/snap/microk8s/current/args/enc.yaml"))
        #expect(flags.etcdCertificateFile == .notOnHost(path: "cert", because: .relative))
        for path in [
            "-", "args", "/var/snap/microk8s/args/kube-apiserver", "/opt/snap/a/b/args/kube-apiserver",
            "/var/snap/k8s/common/args/kube-apiserver",
        ] {
            #expect(
                reason { try read(arguments: text, path: path) }
                    == .unknownVariable(flag: "etcd-servers", variable: "SNAP_DATA"))
        }
    }

    /// Canonical Kubernetes keeps its arguments beside the revisions.
    @Test func argumentFileOfAllRevisions() throws {
        let flags = try read(
            arguments: "--etcd-cafile=${SNAP_COMMON}/pki/ca.crt", path: "/var/snap/k8s/common/args/kube-apiserver")
        #expect(flags.etcdAuthorityFile == .file("/var/snap/k8s/common/pki/ca.crt"))
    }

    /// The services take all lines as the words of one command.
    @Test func valueOnALineOfItsOwn() throws {
        let flags = try read(arguments: "--etcd-servers\nhttp://e:1\n--encryption-provider-config\n/etc/enc.yaml\n")
        #expect(flags.etcdServers == ["http://e:1"] && flags.encryptionProviderConfig == .file("/etc/enc.yaml"))
    }

    @Test(arguments: ["---\nkind: Pod", "- a", "-", "--", "# x\n", "", "[Unit]", "{}"])
    func isNoArgumentFile(text: String) { #expect(!isArgumentFile(text)) }

    @Test(arguments: ["--a=b; x", "--a='b", "--a=b\0", "--a=b\n&& rm", "--a=b\nc", "--a\nb c", "--a\nb\nc"])
    func argumentFilesOfAnotherKind(text: String) {
        #expect(throws: APIServerFlagsError.self) { try read(arguments: text) }
    }

    // MARK: - Scripts

    @Test(arguments: [
        "docker run -v /etc/kubernetes:/conf r.example/kube-apiserver:v1.30.1 kube-apiserver",
        "#!/bin/sh\nset -e\n# x\nsudo podman run -v /etc/kubernetes:/conf r.example/kube-apiserver:v1.30.1 kube-apiserver",
    ])
    func script(start: String) throws {
        let text = "\(start) \\\n  --etcd-servers=http://e:1 --encryption-provider-config=/conf/enc.yaml\n"
        #expect(isScript(text))
        let flags = try read(script: text)
        #expect(flags.etcdServers == ["http://e:1"] && flags.kubernetes?.minor == 30)
        #expect(flags.encryptionProviderConfig == .file("/etc/kubernetes/enc.yaml"))
    }

    @Test(arguments: [
        ("docker run image --etcd-servers=a", APIServerFlagsError.Reason.unsupported(.imageEntryPoint)),
        ("/usr/bin/kube-apiserver --etcd-servers=$A", .unknownVariable(flag: "etcd-servers", variable: "A")),
        ("#!/bin/sh\nkubelet\n", .noAPIServer(programs: ["kubelet"])), ("docker ps\0", .notText),
        ("sudo -u root kube-apiserver --etcd-servers=a", .noAPIServer(programs: ["sudo"])),
    ])
    func scriptThatDoesNotTell(text: String, expected: APIServerFlagsError.Reason) {
        #expect(isScript(text) && reason { try read(script: text) } == expected)
    }

    @Test(arguments: ["", "kind: Pod", "dockerd", "# docker run", "docker: {}"])
    func isNoScript(text: String) { #expect(!isScript(text)) }

    // MARK: - Containers of a unit

    private func unit(_ command: String, _ settings: String = "") -> String {
        "[Service]\n\(settings)\nExecStart=\(command)\n"
    }

    @Test(arguments: [
        ("/usr/bin/docker run --rm -v /n/:/c IMAGE /hyperkube apiserver", "/n/f"),
        ("podman run -itd --name=x -v/n:/c:ro,Z --net host IMAGE kube-apiserver", "/n/f"),
        ("docker -H unix:///s --debug container run --mount type=bind,src=/n,dst=/c IMAGE kube-apiserver", "/n/f"),
        ("docker run --volume=/a:/ -v /n:/c/f IMAGE kube-apiserver", "/n"),
        ("docker run --entrypoint kube-apiserver -v /n:/c IMAGE", "/n/f"),
        ("docker run -v /n:/c $IMAGE kube-apiserver", "/n/f"),
        ("docker run -v ${DIR}:/c ${TOLD} kube-apiserver", "/n/f"),
        ("docker run --name $UNKNOWN -v /n:/c IMAGE sh -c 'exec kube-apiserver \"$$0\" \"$$@\"'", nil),
    ])
    func containers(command: String, expected: String?) throws {
        let settings = "Environment=IMAGE=r.io/kube-apiserver:v1.30.1 DIR=/n"
        let text = unit(
            command.replacing("IMAGE", with: "r.io/kube-apiserver:v1.30.1").replacing(
                "$r.io/kube-apiserver:v1.30.1", with: "$IMAGE")
                + " --encryption-provider-config=/c/f", settings)
        guard let expected else {
            #expect(throws: APIServerFlagsError.self) { try read(unit: text) }
            return
        }
        let flags = try read(unit: text)
        #expect(flags.encryptionProviderConfig == .file(expected))
        #expect(flags.kubernetes?.minor == (command.contains("TOLD") ? nil : 30))
    }

    /// What cannot be known is named, and is never an absent flag.
    @Test(arguments: [
        (
            "docker run $OPTIONS i kube-apiserver",
            APIServerFlagsError.Reason.unknownVariable(flag: nil, variable: "OPTIONS")
        ),
        (
            "docker run -v ${DIR}:/c i kube-apiserver",
            .unknownVariable(flag: "encryption-provider-config", variable: "DIR")
        ),
        ("docker run i --flag", .unsupported(.imageEntryPoint)),
        ("docker run --entrypoint $P i", .unknownVariable(flag: nil, variable: "P")),
        ("docker run i ${P}", .unknownVariable(flag: nil, variable: "P")),
        ("docker run i etcd", .noAPIServer(programs: ["etcd"])),
        ("docker pull i", .noAPIServer(programs: ["docker"])),
        ("docker", .noAPIServer(programs: ["docker"])),
        ("docker run -v", .noAPIServer(programs: ["docker"])),
    ])
    func containersThatAreNotTold(command: String, expected: APIServerFlagsError.Reason) {
        #expect(reason { try read(unit: unit(command + " --encryption-provider-config=/c/f")) } == expected)
    }

    // MARK: - What installers are told

    @Test(arguments: [
        ("kube-apiserver-arg:\n- a=b", Installer.k3sOrRKE2), ("token: a\nserver: https://b:9345", .k3sOrRKE2),
        ("secrets-encryption: true", .k3sOrRKE2), ("write-kubeconfig-mode: \"0644\"\ntls-san: [a]", .k3sOrRKE2),
        ("nodes: []\nservices: {kube-api: {secrets_encryption_config: {enabled: true}}}", .rke),
        ("rancher_kubernetes_engine_config: {services: {kube-api: {}}}", .rke),
        ("version: v1alpha1\nmachine: {}\ncluster: {}", .talos),
    ])
    func settingsOfInstallers(text: String, expected: Installer) {
        #expect(reason { try read(manifest: text) } == .settings(of: expected))
    }

    @Test(arguments: ["token: a", "services: {}", "machine: {}", "a: b"])
    func settingsOfNobodyThatIsKnown(text: String) {
        #expect(reason { try read(manifest: text) } == .noPod(kind: nil))
    }

    @Test func filesOfAContainerThatAreNotOnTheNode() throws {
        let file = "--etcd-keyfile=/c/f"
        #expect(
            try read(unit: unit("docker run i kube-apiserver \(file)")).etcdKeyFile
                == .notOnHost(path: "/c/f", because: .notMounted))
        #expect(
            try read(unit: unit("docker run -v data:/c i kube-apiserver \(file)")).etcdKeyFile
                == .notOnHost(path: "/c/f", because: .volume(name: "data", source: "named volume")))
        #expect(
            try read(unit: unit("docker run --mount type=tmpfs,dst=/c i kube-apiserver \(file)")).etcdKeyFile
                == .notOnHost(path: "/c/f", because: .volume(name: "/c", source: "tmpfs")))
        #expect(
            try read(unit: unit("docker run -w /c -v /n:/c i kube-apiserver --etcd-keyfile=f")).etcdKeyFile
                == .file("/n/f"))
    }
}
