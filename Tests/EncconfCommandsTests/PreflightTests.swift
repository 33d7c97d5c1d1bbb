import Foundation
import PatientTesting
import TestSupport
import Testing

/// A node with the files of an installer, below a folder of its own.
private struct Node {
    let program: Program
    /// Stands for the root of the node.
    let root: URL
    var manifest: String
    let name: String
    /// Where the configuration is on the node, from the root.
    let path: String

    /// - Parameters:
    ///   - recorded: A manifest of `testdata/manifests`.
    ///   - path: Where the configuration is on the node.
    init(_ recorded: String, at path: String, text: String? = nil) throws {
        program = try Program()
        root = program.workingFolder.appendingPathComponent("node")
        name = recorded
        self.path = path
        let text = try text ?? String(decoding: TestData.bytes("manifests/\(recorded)"), as: UTF8.self)
        manifest = Self.moved(text, to: root.path)
        try write(Node.file(["k1"]))
    }

    /// The paths of the node are those below the root; the paths of the container stay.
    private static func moved(_ text: String, to root: String) -> String {
        var text = text
        for (old, new) in [
            ("path: /", "path: \(root)/"), ("\"/opt/rke/etc", "\"\(root)/opt/rke/etc"),
            ("config=/var/lib/kubernetes", "config=\(root)/var/lib/kubernetes"),
        ] { text = text.replacingOccurrences(of: old, with: new) }
        return text
    }

    static func file(_ keys: [String]) -> String { ShortFile.configuration(keys: keys, provider: "secretbox") }

    var file: URL { root.appendingPathComponent(path) }

    func write(_ configuration: String) throws {
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(configuration.utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    }

    mutating func replace(_ old: String, _ new: String) {
        #expect(manifest.contains(old), "\(old)")
        manifest = manifest.replacingOccurrences(of: old, with: new)
    }

    /// The manifest names this etcd.
    mutating func readEtcd(_ etcd: EtcdMember) {
        for flag in [
            "cafile=/etc/kubernetes/pki/etcd/ca.crt", "certfile=/etc/kubernetes/pki/apiserver-etcd-client.crt",
            "keyfile=/etc/kubernetes/pki/apiserver-etcd-client.key",
        ] { replace("    - --etcd-\(flag)\n", "") }
        replace("https://127.0.0.1:2379", etcd.endpoint)
    }

    func run(_ arguments: String...) throws -> Report {
        try Data(manifest.utf8).write(to: program.workingFolder.appendingPathComponent(name))
        return try Report(program.run(["preflight", "--discover-from", name, "-o", "json"] + arguments))
    }
}

/// The parts of a report that are looked at.
private struct Report: Decodable {
    struct Check: Decodable {
        let id: String
        let category: String
        let subject: String?
        let status: String
        let message: String
        let hint: String?
    }
    var status: Int32 = 0
    let starts: String
    let staysReadable: String
    let checks: [Check]
    let notChecked: [String]

    private enum CodingKeys: CodingKey { case starts, staysReadable, checks, notChecked }

    init(_ result: Program.Result) throws {
        do { self = try JSONDecoder().decode(Report.self, from: Data(result.output)) } catch {
            Issue.record("\(result.status) \(result.text) \(result.errors)")
            throw error
        }
        status = result.status
    }

    /// The status of the check; the worst of several.
    subscript(id: String) -> String? {
        let found = checks.filter { $0.id == id }.map(\.status)
        return ["failed", "unknown", "warning", "ok"].first { found.contains($0) }
    }

    func ids(_ status: String) -> Set<String> { Set(checks.filter { $0.status == status }.map(\.id)) }
}

/// `preflight` on nodes of each distribution, good ones and such as are broken in one way.
@Suite(.patient) struct PreflightTests {
    private static let enc = "etc/kubernetes/enc/enc.yaml"

    private func kubeadm() throws -> Node { try Node("kubeadm.yaml", at: Self.enc) }

    /// A good node of each installer: what is left to say of it.
    @Test(
        arguments: [
            ("kubeadm.yaml", enc, []),
            ("kubespray.yaml", "etc/kubernetes/ssl/secrets_encryption.yaml", ["file-manager"]),
            ("kops.yaml", "opt/kops/srv/kubernetes/encryptionconfig.yaml", []),
            (
                "rke2.yaml", "var/lib/rancher/rke2/server/cred/encryption-config.json",
                ["file-manager", "mount-replacement"]
            ),
            ("hard-way.service", "var/lib/kubernetes/encryption-config.yaml", []),
            ("docker-inspect.json", "opt/rke/etc/kubernetes/ssl/encryption.yaml", ["mount-read-only"]),
        ] as [(String, String, Set<String>)])
    func goodNode(_ manifest: String, path: String, warnings: Set<String>) throws {
        let node = try Node(manifest, at: path)
        defer { node.program.remove() }
        let report = try node.run("--skip", "stored", "--kubernetes", "1.34")
        #expect(report.status == 0 && report.starts == "yes" && report.staysReadable == "notChecked")
        #expect(report.ids("failed") == [] && report.ids("unknown") == [], "\(report.checks)")
        #expect(report.ids("warning") == warnings, "\(report.checks)")
        #expect(report.notChecked == ["stored", "servers", "backup"])
    }

    /// OpenShift has its flags in a second file, and both below the folder of a revision.
    @Test func goodNodeOfOpenShift() throws {
        let folder = "etc/kubernetes/static-pod-resources/kube-apiserver-pod-7"
        let node = try Node("openshift.yaml", at: "\(folder)/secrets/encryption-config/encryption-config")
        defer { node.program.remove() }
        let config = node.root.appendingPathComponent("\(folder)/configmaps/config/config.yaml")
        try FileManager.default.createDirectory(
            at: config.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(TestData.bytes("manifests/openshift-config.yaml")).write(to: config)
        let report = try node.run("--skip", "stored")
        #expect(report.status == 0 && report.starts == "yes", "\(report.checks)")
        #expect(report["mount-path"] == "ok" && report["mount-type"] == "ok" && report["mount-read-only"] == "warning")
        // Its image has no tag, and all versions say the same of the file.
        #expect(report["flag-version"] == "warning")
    }

    @Test(arguments: [
        ("args/kube-apiserver", "--etcd-servers=unix:///var/snap/microk8s/current/var/kubernetes/backend/kine.sock\n")
    ])
    func goodNodeOfMicroK8s(_ name: String, flags: String) throws {
        let node = try Node("kube-apiserver", at: Self.enc, text: flags)
        defer { node.program.remove() }
        var moved = node
        moved.manifest = flags + "--encryption-provider-config=\(node.file.path)\n"
        let report = try moved.run("--skip", "stored")
        #expect(report.status == 0 && report.starts == "yes", "\(report.checks)")
    }

    /// k3s has no manifest: its flags are unknown, and the file is its own.
    @Test func k3sKeepsItsFlagsToItself() throws {
        let program = try Program()
        defer { program.remove() }
        try Data(Node.file(["k1"]).utf8).write(
            to: program.workingFolder.appendingPathComponent("enc.yaml"))
        let report = try Report(
            program.run(["preflight", "enc.yaml", "--preset", "k3s", "--skip", "stored", "-o", "json"]))
        #expect(report["flag-configuration"] == "unknown" && report["file-accepted"] == "ok")
        #expect(report["file-manager"] == "warning" && report["file-present"] == "failed" && report.status == 1)
    }

    /// What stands in the manifest of a Pod that Talos runs, as kubectl prints it.
    @Test func talosMakesTheFileItself() throws {
        var node = try kubeadm()
        defer { node.program.remove() }
        node.replace(
            "\(node.root.path)/etc/kubernetes/enc", "/system/secrets/kubernetes/kube-apiserver")
        let report = try node.run("--skip", "stored", node.file.path)
        #expect(report["file-manager"] == "warning" && report["file-path"] == "warning")
        #expect(report.checks.contains { $0.message.contains("Talos") })
    }

    /// A node that is broken in one way: what is edited in the manifest, what is run on the node, the check that finds it.
    struct Fault: CustomTestStringConvertible, Sendable {
        let id: String
        let status: String
        var edit: (String, String)?
        var shell = "true"
        var starts = "yes"
        /// What else follows.
        var also: Set<String> = []

        var testDescription: String { "\(id) \(edit?.1 ?? shell)" }
    }

    static let faults: [Fault] = [
        Fault(id: "file-mode", status: "warning", shell: "chmod 640 $FILE"),
        Fault(id: "file-mode", status: "failed", shell: "chmod 666 $FILE"),
        Fault(id: "file-owner", status: "warning", shell: "chown 1000 $FILE"),
        Fault(
            id: "file-reader", status: "failed",
            edit: ("  hostNetwork: true", "  hostNetwork: true\n  securityContext: {runAsUser: 65534}"), starts: "no"),
        Fault(
            id: "file-reader", status: "failed",
            edit: ("    imagePullPolicy:", "    securityContext: {runAsUser: 65534}\n    imagePullPolicy:"),
            starts: "no"),
        Fault(id: "file-folders", status: "failed", shell: "chmod 777 node/etc/kubernetes"),
        Fault(
            id: "file-links", status: "failed", shell: "mv $FILE node/real.yaml; ln -s $PWD/node/real.yaml $FILE",
            starts: "no"),
        Fault(
            id: "file-present", status: "failed", shell: "rm $FILE", starts: "no", also: ["file-path"]),
        Fault(id: "file-accepted", status: "failed", shell: "echo '{' > $FILE", starts: "no"),
        Fault(
            id: "ENC0221", status: "warning",
            shell: "sed -i \"s/secret: [^}]*/secret: $(head -c 32 /dev/zero | base64)/\" $FILE"),
        Fault(
            id: "mount-path", status: "failed",
            edit: ("    - mountPath: /etc/kubernetes/enc", "    - mountPath: /other"),
            starts: "no", also: ["file-path"]),
        Fault(
            id: "mount-type", status: "failed",
            edit: ("enc\n      type: DirectoryOrCreate", "enc\n      type: File"), starts: "no"),
        Fault(
            id: "mount-read-only", status: "warning", edit: ("      name: enc\n      readOnly: true", "      name: enc")
        ),
        Fault(
            id: "flag-name", status: "failed",
            edit: ("    - --secure-port=6443", "    - --encryption-provider-confg=/x"), starts: "no"),
        Fault(
            id: "flag-name", status: "failed",
            edit: ("    - --secure-port=6443", "    - -encryption-provider-config=/x"),
            starts: "no"),
        Fault(
            id: "flag-name", status: "failed",
            edit: ("--encryption-provider-config=", "--experimental-encryption-provider-config="), starts: "no"),
        Fault(
            id: "flag-gates", status: "failed",
            edit: ("    - --secure-port=6443", "    - --feature-gates=KMSv2=false"), starts: "no",
            also: ["file-accepted"]),
        Fault(id: "flag-version", status: "warning", edit: ("kube-apiserver:v1.36.0", "kube-apiserver:latest")),
    ]

    @Test(arguments: faults) func brokenNode(_ fault: Fault) throws {
        var node = try kubeadm()
        defer { node.program.remove() }
        if let edit = fault.edit { node.replace(edit.0, edit.1) }
        let prepared = try node.program.shell("FILE=node/\(Self.enc)\n\(fault.shell)")
        #expect(prepared.status == 0, "\(prepared.errors)")
        let report = try node.run("--skip", "stored")
        #expect(report[fault.id] == fault.status, "\(report.checks)")
        #expect(report.starts == fault.starts)
        let wrong = report.ids("failed").union(report.ids("unknown"))
        #expect(wrong.subtracting(fault.also) == (fault.status == "failed" ? [fault.id] : []), "\(report.checks)")
        #expect(report.status == (fault.status == "failed" ? 1 : 0))
        // With --strict a warning counts.
        #expect(try node.run("--skip", "stored", "--strict").status == 1)
    }

    @Test func aFileThatIsMountedAloneKeepsItsInode() throws {
        var node = try kubeadm()
        defer { node.program.remove() }
        node.replace("mountPath: /etc/kubernetes/enc", "mountPath: /etc/kubernetes/enc/enc.yaml")
        node.replace(
            "\(node.root.path)/etc/kubernetes/enc\n      type: DirectoryOrCreate", "\(node.file.path)\n      type: File"
        )
        let report = try node.run("--skip", "stored")
        #expect(report["mount-replacement"] == "warning" && report.status == 0)
        #expect(report.checks.contains { $0.id == "mount-replacement" && $0.message.contains("automatic reload") })
    }

    @Test func aServerWithoutTheFlagWritesPlaintext() throws {
        var node = try kubeadm()
        defer { node.program.remove() }
        node.replace("    - --encryption-provider-config=/etc/kubernetes/enc/enc.yaml\n", "")
        let report = try node.run("--skip", "stored", node.file.path)
        #expect(report["flag-configuration"] == "failed" && report.status == 1)
        // Automatic reload alone stops it.
        #expect(report["flag-reload"] == "failed" && report.starts == "no")
        node.replace("    - --encryption-provider-config-automatic-reload=true\n", "")
        let without = try node.run("--skip", "stored")
        #expect(without["flag-configuration"] == "failed" && without.starts == "yes" && without.status == 1)
        // It could not read what is encrypted.
        let stored = try node.run("--evidence", TestData.path("cluster/snapshot.db"))
        #expect(stored["stored-readable"] == "failed" && stored.staysReadable == "no" && stored.starts == "no")
    }

    // MARK: Plugins and stored values

    /// The recorded cluster with its plugin: everything is looked at, and everything is well.
    @Test func theRecordedCluster() throws {
        let plugin = try PluginProcess()
        let node = try kubeadm()
        defer { node.program.remove() }
        try node.write(configuration("config-all", plugin))
        let folder = URL(fileURLWithPath: plugin.socket).deletingLastPathComponent().path
        var mounted = node
        mounted.replace(
            "    volumeMounts:\n", "    volumeMounts:\n    - {mountPath: \(folder), name: kms}\n")
        mounted.replace("    - --secure-port=6443", "    - --feature-gates=KMSv1=true")
        mounted.replace("  volumes:\n", "  volumes:\n  - {hostPath: {path: \(folder), type: Directory}, name: kms}\n")
        let snapshot = TestData.path("cluster/snapshot.db")
        let etcd = try EtcdMember(restoring: snapshot)
        mounted.readEtcd(etcd)
        let report = try mounted.run("--backup", snapshot)
        #expect(report.status == 0 && report.starts == "yes" && report.staysReadable == "yes", "\(report.checks)")
        for id in ["plugin-answer", "plugin-latency", "mount-socket", "stored-readable", "stored-keys", "stored-start"]
        {
            #expect(report[id] == "ok", "\(id)")
        }
        #expect(report["backup-readable"] == "ok" && report.notChecked == ["servers"])
        // A snapshot shows nothing that was written after it.
        let old = try mounted.run("--evidence", snapshot)
        #expect(old["stored-readable"] == "ok" && old["stored-source"] == "unknown")
        #expect(old.staysReadable == "unknown" && old.starts == "yes" && old.status == 3)
        let calls = try #require(report.checks.first { $0.id == "stored-start" }).message
        #expect(calls.contains("Decrypt call"))

        // A key is missing: a backup is readable with the archive alone.
        try node.write(configuration("config-missing-key", plugin))
        try Data(configuration("config-all", plugin).utf8).write(
            to: node.program.workingFolder.appendingPathComponent("archive.yaml"))
        let bare = try mounted.run("--skip", "stored", "--backup", snapshot)
        #expect(bare["backup-readable"] == "failed" && bare.staysReadable == "notChecked" && bare.status == 1)
        let archived = try mounted.run("--skip", "stored", "--backup", snapshot, "--archive", "archive.yaml")
        #expect(archived["backup-readable"] == "ok" && archived["backup-archive"] == "warning" && archived.status == 0)
        #expect(try mounted.run("--evidence", snapshot).staysReadable == "no")
        try node.write(configuration("config-all", plugin))

        // The socket is not mounted.
        var apart = mounted
        apart.replace("mountPath: \(folder)", "mountPath: /elsewhere")
        let unseen = try apart.run("--evidence", snapshot)
        #expect(unseen["mount-socket"] == "failed" && unseen.starts == "no" && unseen.status == 1)
        // The plugin hangs.
        plugin.stop()
        let dead = try mounted.run("--evidence", snapshot)
        #expect(dead["plugin-answer"] == "unknown" && dead["stored-readable"] == "unknown")
        #expect(dead.starts == "unknown" && dead.staysReadable == "unknown" && dead.status == 3)
        // Nobody was asked.
        let unasked = try mounted.run("--evidence", snapshot, "--no-kms")
        #expect(unasked["plugin-answer"] == nil && unasked.staysReadable == "unknown" && unasked.status == 3)
        #expect(unasked.starts == "notChecked")
    }

    /// A configuration of the recorded cluster, whose plugins all listen at one socket.
    private func configuration(_ name: String, _ plugin: PluginProcess) throws -> String {
        var text = String(decoding: try TestData.bytes("cluster/\(name).yaml"), as: UTF8.self)
        let endpoints = text.split(separator: "\n").filter { $0.contains("endpoint:") }
            .compactMap { $0.split(separator: " ").last }
        for endpoint in endpoints {
            text = text.replacingOccurrences(of: endpoint, with: "unix://\(plugin.socket)")
        }
        return text
    }

    /// A key that stored values need is not in the file.
    @Test func aMissingKey() throws {
        var node = try kubeadm()
        defer { node.program.remove() }
        node.replace("    - --secure-port=6443", "    - --feature-gates=KMSv1=true")
        try node.write(String(decoding: TestData.bytes("cluster/config-missing-key.yaml"), as: UTF8.self))
        let report = try node.run("--evidence", TestData.path("cluster/snapshot.db"), "--no-kms", "--skip", "mount")
        #expect(report["stored-readable"] == "failed" && report.staysReadable == "no" && report.status == 1)
        // It starts, and does not become ready.
        #expect(report.starts == "no")
    }

    /// The etcd of the manifest is read without being asked for; one that does not answer is not "all is well".
    @Test func theEtcdOfTheManifest() throws {
        let etcd = try EtcdMember(restoring: TestData.path("cluster/snapshot.db"))
        var node = try kubeadm()
        defer { node.program.remove() }
        node.readEtcd(etcd)
        try node.write(String(decoding: TestData.bytes("cluster/config-static-only.yaml"), as: UTF8.self))
        let report = try node.run()
        #expect(report["stored-readable"] == "failed" && report.status == 1)
        node.replace(etcd.endpoint, "http://127.0.0.1:1")
        let silent = try node.run()
        #expect(silent["stored-readable"] == "unknown" && silent.starts == "yes" && silent.status == 3)
    }

    // MARK: The change, servers, backups

    @Test func aChangeThatIsNotSafe() throws {
        let node = try kubeadm()
        defer { node.program.remove() }
        let new = node.program.workingFolder.appendingPathComponent("new.yaml")
        try Data(Node.file(["k2"]).utf8).write(to: new)
        let unsafe = try node.run("new.yaml", "--skip", "stored")
        #expect(unsafe["servers-change"] == "failed" && unsafe["file-path"] == "warning" && unsafe.status == 1)
        #expect(unsafe.staysReadable == "no")
        // Who may not read the file in force cannot tell what changes.
        try FileManager.default.removeItem(at: node.file)
        try FileManager.default.createDirectory(at: node.file, withIntermediateDirectories: true)
        let unread = try node.run("new.yaml", "--skip", "stored")
        #expect(unread["servers-change"] == "unknown" && unread["file-path"] == "unknown")
        #expect(unread["file-kind"] == "failed" && unread.starts == "no" && unread.status == 1)
        try FileManager.default.removeItem(at: node.file)
        try node.write(Node.file(["k1"]))
        try Data(Node.file(["k1", "k2"]).utf8).write(to: new)
        let safe = try node.run("new.yaml", "--skip", "stored")
        #expect(safe["servers-change"] == "ok" && safe.status == 0, "\(safe.checks)")
        try Data(Node.file(["k1"]).utf8).write(to: new)
        let copy = try node.run("new.yaml", "--skip", "stored")
        #expect(copy["servers-change"] == nil && copy["file-path"] == "ok")
    }

    @Test func serversThatRunTheFile() throws {
        let cluster = try FakeCluster(Node.file(["k1"]))
        let node = try kubeadm()
        defer { node.program.remove() }
        let arguments = ["--servers", "--skip", "stored"] + cluster.kubernetesOptions
        try Data(node.manifest.utf8).write(to: node.program.workingFolder.appendingPathComponent("kubeadm.yaml"))
        func run(_ more: [String] = []) throws -> Report {
            try Report(
                node.program.run(["preflight", "--discover-from", "kubeadm.yaml", "-o", "json"] + more + arguments))
        }
        let same = try run()
        #expect(same["servers-file"] == "ok" && same["servers-ready"] == "ok" && same.status == 0, "\(same.checks)")
        // A file that is to come does not run anywhere yet; the one in force does.
        try Data(Node.file(["k1", "k2"]).utf8).write(
            to: node.program.workingFolder.appendingPathComponent("new.yaml"))
        let next = try run(["new.yaml"])
        #expect(next["servers-file"] == "ok" && next["servers-change"] == "ok" && next.status == 0)
        try node.write(Node.file(["k1", "k2"]))
        let other = try run()
        #expect(other["servers-file"] == "failed" && other.status == 1)
    }

    @Test func backups() throws {
        let node = try kubeadm()
        defer { node.program.remove() }
        try node.write(String(decoding: TestData.bytes("cluster/config-static-only.yaml"), as: UTF8.self))
        let snapshot = TestData.path("cluster/snapshot.db")
        let report = try node.run("--skip", "stored", "--backup", snapshot)
        #expect(report["backup-readable"] == "failed" && report.status == 1)
        let missing = try node.run("--skip", "stored", "--backup", "no-such.db")
        #expect(missing["backup-readable"] == "unknown" && missing.status == 3)
    }

    // MARK: The command line

    @Test(arguments: [
        ("enc.yaml", "--discover-from"), ("--preset kubeadm --skip servers", "--skip accepts"),
        ("--preset kubeadm --skip file", "--skip accepts"), ("--preset talos", "kubectl -n kube-system get pod"),
        ("- --discover-from -", "standard input can be read only once"), ("'' --preset kubeadm", "is empty"),
        ("--preset kubeadm --kubeconfig x", "for --servers"),
        ("--preset kubeadm --archive a", "--archive is for --backup"),
        ("--preset kubeadm --no-kms --kms-endpoint unix:///x", "--no-kms"),
    ])
    func wrongCommandLines(_ arguments: String, expected: String) throws {
        let program = try Program()
        defer { program.remove() }
        let result = try program.shell("encconf preflight \(arguments)")
        #expect(result.status == 64 && result.errors.contains(expected), "\(result.errors)")
    }

    /// A file of the command line that cannot be read is no state of the node.
    @Test func aFileThatIsNotThere() throws {
        let node = try kubeadm()
        defer { node.program.remove() }
        try Data(node.manifest.utf8).write(to: node.program.workingFolder.appendingPathComponent("kubeadm.yaml"))
        for name in ["missing.yaml", "node"] {
            let result = try node.program.shell("encconf preflight \(name) --discover-from kubeadm.yaml --skip stored")
            #expect(result.status == 2 && result.text.isEmpty, "\(result.text)")
        }
    }

    /// As whom a service or a container runs is read, or "cannot tell".
    @Test(arguments: [
        ("User=65534", "failed"), ("User=daemon\nGroup=root", "failed"),
        ("CapabilityBoundingSet=CAP_NET_BIND_SERVICE", "unknown"), ("User=%i", "failed"), ("User=root", "ok"),
        ("User=no-such-user", "failed"), ("PrivateUsers=yes", "unknown"),
    ])
    func servicesRunAsOthers(_ setting: String, expected: String) throws {
        var node = try Node("hard-way.service", at: "var/lib/kubernetes/encryption-config.yaml")
        defer { node.program.remove() }
        node.replace("[Service]\n", "[Service]\n\(setting)\n")
        #expect(try node.run("--skip", "stored", "--kubernetes", "1.34")["file-reader"] == expected)
    }

    @Test(arguments: [
        ("\"WorkingDir\": \"\"", "\"WorkingDir\": \"\", \"User\": \"65534\"", "failed"),
        ("\"WorkingDir\": \"\"", "\"WorkingDir\": \"\", \"User\": \"kube\"", "unknown"),
        ("\"CapAdd\": null", "\"CapAdd\": null, \"CapDrop\": [\"ALL\"]", "unknown"),
    ])
    func containersRunAsOthers(_ old: String, new: String, expected: String) throws {
        var node = try Node("docker-inspect.json", at: "opt/rke/etc/kubernetes/ssl/encryption.yaml")
        defer { node.program.remove() }
        node.replace(old, new)
        #expect(try node.run("--skip", "stored", "--kubernetes", "1.34")["file-reader"] == expected)
    }

    /// Nothing of the node changes, and no key is shown.
    @Test func readsOnly() throws {
        let node = try kubeadm()
        defer { node.program.remove() }
        let key = ShortFile.secret(of: "k1")
        try Data(node.manifest.utf8).write(to: node.program.workingFolder.appendingPathComponent("kubeadm.yaml"))
        let list = "find node -printf '%p %m %s %T@ %C@\\n' | sort"
        let before = try node.program.shell(list).text
        for format in ["text", "json"] {
            let result = try node.program.shell(
                "encconf preflight --discover-from kubeadm.yaml --skip stored -o \(format)")
            #expect(result.status == 0, "\(result.text)")
            #expect(!(result.text + result.errors).contains(key))
        }
        #expect(try node.program.shell(list).text == before)
    }

    @Test func quietShowsWhatIsWrong() throws {
        var node = try kubeadm()
        defer { node.program.remove() }
        node.replace("      name: enc\n      readOnly: true", "      name: enc")
        try Data(node.manifest.utf8).write(to: node.program.workingFolder.appendingPathComponent("kubeadm.yaml"))
        let result = try node.program.shell(
            "encconf preflight --discover-from kubeadm.yaml --skip stored --quiet 2> /dev/null")
        #expect(!result.text.contains("✓") && result.text.contains("! The container can write to the volume"))
        #expect(result.text.contains("kube-apiserver would start with "))
        #expect(result.text.hasSuffix("Not checked: stored, servers, backup.\n"), "\(result.text)")
    }
}
