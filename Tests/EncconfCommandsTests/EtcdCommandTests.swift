import Foundation
import PatientTesting
import TestSupport
import Testing

/// Commands that read a living etcd, which is a real one and holds the recorded cluster.
@Suite(.patient) struct EtcdCommandTests {
    private static let configuration = "testdata/cluster/config-all.yaml"

    /// The parts of a report that do not tell where it is from.
    private struct Report: Decodable, Equatable {
        struct Resource: Decodable, Equatable {
            struct Key: Decodable, Equatable {
                let provider: String
                let key: String?
                let fingerprint: String?
                let objects: Int
                let stale: Int
                let bytes: Int
                let writes: Int
            }
            let resource: String
            let objects: Int
            let plaintext: Int
            let stale: Int
            let unreadable: Int
            let notObjects: Int
            let needsPlugin: Int
            let bytes: Int
            let byKey: [Key]
        }
        struct Source: Decodable, Equatable {
            let revision: Int
            let keys: Int
            let otherKeys: Int
        }
        struct Uncovered: Decodable, Equatable {
            let resource: String
            let objects: Int
        }
        let source: Source
        let resources: [Resource]
        let uncovered: [Uncovered]
        let findingTotals: [String: Int]
        let verdict: String

        init(_ result: Program.Result) throws {
            self = try JSONDecoder().decode(Report.self, from: Data(result.output))
        }
    }

    private static func recordedCluster(_ certificates: Certificates? = nil) throws -> EtcdMember {
        try EtcdMember(restoring: TestData.path("cluster/snapshot.db"), certificates: certificates)
    }

    private static func kms(_ plugin: PluginProcess) -> String {
        ["cloud-kms", "cloud-kms-old"].map { "--kms-endpoint \($0)=unix://\(plugin.socket)" }.joined(separator: " ")
    }

    /// The files of a member show what it holds; whether that is the newest, only an only member can tell.
    @Test(arguments: [1, 3]) func limitsTheFilesOfAMember(memberCount: Int) throws {
        let (cluster, program) = (try EtcdCluster(memberCount: memberCount), try Program())
        defer { program.remove() }
        let member = cluster.members[0]
        try member.etcdctl(["put", "/registry/pods/default/a", "{}"])
        member.kill()
        let folder = String(member.databasePath.dropLast("/member/snap/db".count))
        let audit = try program.encconf("audit", "--config", Self.configuration, "--data-dir", folder)
        let limit = "  limit          only this member of 3 was read; the others may have newer writes\n"
        #expect(audit.text.contains(limit) == (memberCount == 3), "\(audit.text) \(audit.errors)")
    }

    /// The living etcd and a snapshot of the same revision are one and the same to an audit.
    @Test func countsAsInASnapshot() throws {
        let etcd = try Self.recordedCluster()
        try etcd.change(
            (0..<20_000).map { number in
                let name = String(format: "many-%05d", number)
                let object =
                    #"{\"kind\":\"Secret\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"\#(name)\",\"namespace\":\"many\"}}"#
                return "put /registry/secrets/many/\(name) \"\(object)\""
            })
        let (plugin, program) = (try PluginProcess(), try Program())
        defer { program.remove() }
        let snapshot = program.workingFolder.appendingPathComponent("snapshot.db")
        try Data(try etcd.snapshot()).write(to: snapshot)
        let line = "encconf audit --config \(Self.configuration) \(Self.kms(plugin)) -o json"
        let saved = try program.shell("\(line) snapshot.db")
        for jobs in [1, 3] {
            let live = try program.shell("\(line) --etcd --endpoints \(etcd.endpoint) --jobs \(jobs)")
            #expect(live.status == saved.status && live.errors == "")
            #expect(try Report(live) == Report(saved))
        }
        // Nothing is unknown while the plugin runs, and nothing is claimed of its values when it is gone.
        #expect(try Report(saved).resources.allSatisfy { $0.needsPlugin == 0 })
        plugin.stop()
        let without = try program.shell(
            "\(line) --etcd --endpoints \(etcd.endpoint) --fail-on unreadable,moved,notObject")
        #expect(without.status == 3)
        #expect(try Report(without).resources.map(\.needsPlugin).reduce(0, +) == 10)
        #expect(try Report(without).verdict == "unknown")
    }

    /// Each value of the recorded cluster opens to what kube-apiserver stored.
    @Test func opensObjects() throws {
        let (etcd, plugin, program) = (try Self.recordedCluster(), try PluginProcess(), try Program())
        defer { program.remove() }
        let expected: RecordedDumpTests.Expected = try TestData.json("cluster/expected.json")
        let keys = expected.keys.filter { ["secrets", "widgets.example.com"].contains($0.resource) }
        let lines = keys.map { key in
            "encconf decrypt-secret --config \(Self.configuration) \(Self.kms(plugin)) --etcd "
                + "--endpoints \(etcd.endpoint) --etcd-key \(key.etcd_key) -o raw 2> errors | sha256sum; "
                + "grep -c 'revision \(key.mod_revision)$' errors"
        }
        let result = try program.shell(lines.joined(separator: "\n"))
        let words = result.text.split(separator: "\n")
        #expect(words.count == 2 * keys.count)
        for (index, key) in keys.enumerated() {
            #expect(words[2 * index].hasPrefix("\(key.plaintext_sha256) "), "\(key.etcd_key)")
            #expect(words[2 * index + 1] == "1", "\(key.etcd_key)")
        }
    }

    @Test func tellsWhatIsNotThere() throws {
        let (etcd, program) = (try Self.recordedCluster(), try Program())
        defer { program.remove() }
        let line =
            "encconf decrypt-secret --config \(Self.configuration) --no-kms --etcd --endpoints \(etcd.endpoint)"
        let absent = try program.shell("\(line) payments/no-such-secret")
        #expect(absent.status == 2 && absent.output.isEmpty)
        #expect(absent.errors.contains("/registry/secrets/payments/no-such-secret not found"))
        let future = try program.shell("\(line) --revision 1000000 payments/cbc-one-0")
        #expect(future.status == 2 && future.errors.contains("required revision is a future revision"))
        try etcd.etcdctl(["put", "/registry/configmaps/x/y", "1"])
        try etcd.etcdctl(["compact", "413"])
        let compacted = try program.shell("\(line) --revision 300 payments/cbc-one-0")
        #expect(compacted.status == 2 && compacted.errors.contains("revision 300 was compacted"))
    }

    /// What a kube-apiserver's manifest tells is enough: servers, certificates, prefix, and the configuration.
    @Test func discoversFromAManifest() throws {
        let certificates = try Certificates()
        let (etcd, program) = (try Self.recordedCluster(certificates), try Program())
        defer { program.remove() }
        let manifest = """
            apiVersion: v1
            kind: Pod
            metadata: {name: kube-apiserver}
            spec:
              containers:
              - name: kube-apiserver
                image: registry.k8s.io/kube-apiserver:v1.36.2
                command: [kube-apiserver, --etcd-servers=\(etcd.endpoint), --etcd-cafile=/pki/ca.pem,
                  --etcd-certfile=/pki/client.pem, --etcd-keyfile=/pki/client.key,
                  --encryption-provider-config=/enc/config-static-only.yaml]
                volumeMounts:
                - {name: pki, mountPath: /pki}
                - {name: enc, mountPath: /enc}
              volumes:
              - {name: pki, hostPath: {path: \(certificates.folder)}}
              - {name: enc, hostPath: {path: \(TestData.path("cluster"))}}
            """
        try Data(manifest.utf8).write(to: program.workingFolder.appendingPathComponent("pod.yaml"))
        let live = try program.shell("encconf audit --discover-from pod.yaml -o json")
        let saved = try program.shell(
            "encconf audit --config testdata/cluster/config-static-only.yaml testdata/cluster/snapshot.db -o json")
        #expect(live.status == saved.status && live.errors == "")
        let (found, expected) = (try Report(live), try Report(saved))
        #expect(found.resources == expected.resources && found.verdict == expected.verdict)
        let secret = try program.shell("encconf decrypt-secret --discover-from pod.yaml payments/cbc-one-0 -o json")
        #expect(secret.status == 0)
        // The variables of another cluster do not count.
        let other = try program.shell(
            "ETCDCTL_ENDPOINTS=127.0.0.1:1 encconf audit --discover-from pod.yaml -o json | grep -c '^  \"verdict\"'")
        #expect(other.text == "1\n")
    }

    /// Resources that kube-apiserver keeps in an etcd of their own are read there, however the main one is named.
    @Test func readsTheClusterOfEachResource() throws {
        let (main, other, program) = (try Self.recordedCluster(), try Self.recordedCluster(), try Program())
        defer { program.remove() }
        let key = "/registry/secrets/payments/cbc-one-0"
        // A leftover in the main cluster, which nobody reads.
        try main.etcdctl(["put", key, "leftover"])
        let enc = TestData.path("cluster")
        let manifest = """
            apiVersion: v1
            kind: Pod
            metadata: {name: kube-apiserver}
            spec:
              containers:
              - name: kube-apiserver
                command: [kube-apiserver, --etcd-servers=\(main.endpoint),
                  "--etcd-servers-overrides=/secrets#\(other.endpoint)",
                  --encryption-provider-config=/enc/config-static-only.yaml]
                volumeMounts: [{name: enc, mountPath: /enc}]
              volumes: [{name: enc, hostPath: {path: \(enc)}}]
            """
        try Data(manifest.utf8).write(to: program.workingFolder.appendingPathComponent("pod.yaml"))
        let secret = try program.shell("encconf decrypt-secret --discover-from - payments/cbc-one-0 -o json < pod.yaml")
        #expect(secret.status == 0, "\(secret.errors)")
        let foreign = try program.shell(
            "encconf audit --config testdata/cluster/config-all.yaml --discover-from pod.yaml --census-only -o json")
        #expect(foreign.errors.contains("its hash differs from testdata/cluster/config-all.yaml.\n"))
        // Another spelling of the main cluster takes nothing away.
        let spelling = main.endpoint.replacing("http://127.0.0.1", with: "localhost")
        for endpoints in ["", "--endpoints \(spelling)"] {
            let audit = try program.shell(
                "encconf audit --discover-from pod.yaml \(endpoints) -o json --census-only")
            #expect(audit.text.ranges(of: "\"clusterID\"").count == 2 && audit.text.contains(other.endpoint))
            for number in 0..<10 { try main.etcdctl(["del", "/registry/secrets/payments/cbc-one-\(number)"]) }
            let retire =
                "encconf rotate enc.yaml --step retire \(Program.loaded) --after-revision 1 --discard-retired-keys"
            let other = try program.shell(
                "\(Scenario.aescbcAlone)\n\(retire) --discover-from pod.yaml \(endpoints)")
            #expect(other.status == 3 && other.errors.contains("its hash differs from enc.yaml.\n"))
            let used = try program.shell(
                """
                sed -e "s,path: [^}]*},path: $PWD}," -e s,config-static-only,enc, pod.yaml > own.yaml
                \(retire) --discover-from own.yaml \(endpoints)
                """)
            #expect(
                used.status == 2 && used.errors.contains(" values of secrets still use aescbc key1\n"),
                "\(used.errors)")
        }
    }

    /// What a manifest says of the prefix leaves nothing out; what the command line says does, and is told.
    @Test func readsBesideThePrefix() throws {
        let (etcd, program) = (try Self.recordedCluster(), try Program())
        defer { program.remove() }
        try etcd.etcdctl(["put", "/elsewhere/x", "k8s:enc:aescbc:v1:key1:0123456789abcdef"])
        let manifest = """
            apiVersion: v1
            kind: Pod
            spec: {containers: [{name: a, command: [kube-apiserver, --etcd-servers=\(etcd.endpoint)]}]}
            """
        try Data(manifest.utf8).write(to: program.workingFolder.appendingPathComponent("pod.yaml"))
        let line = "encconf audit --config testdata/cluster/config-static-only.yaml --fail-on writes"
        let all = try program.shell("\(line) --discover-from pod.yaml --no-kms")
        #expect(all.status == 3 && all.text.contains(" outside any known resource holds an encrypted value.\n"))
        let below = try program.shell("\(line) --etcd --endpoints \(etcd.endpoint) --etcd-prefix registry --no-kms")
        #expect(
            below.text.contains(
                "\n  limit          only keys below /registry/ were read (--etcd-prefix)\n"))
        #expect(!below.text.contains("outside any known resource"))
        let evidence = try program.shell(
            """
            \(Scenario.aescbcAlone)
            encconf rotate enc.yaml --step retire \(Program.loaded) --after-revision 1 --archive old.yaml --discover-from pod.yaml
            """)
        #expect(
            evidence.status == 2
                && evidence.errors.contains("it contains 1 encrypted value under etcd keys of no known ")
        )
    }

    /// A host may be called as a scheme is, and a socket that nobody asks is a mistake.
    @Test func readsCommandLines() throws {
        let program = try Program()
        defer { program.remove() }
        let audit = try program.shell(
            "encconf audit --config testdata/cluster/config-static-only.yaml --etcd --endpoints unixhost.invalid:2379")
        #expect(audit.status == 3 && audit.errors.contains("dial tcp unixhost.invalid:2379"), "\(audit.errors)")
        for command in ["verify a.yaml", "diff a.yaml b.yaml"] {
            let result = try program.shell("encconf \(command) --kms-endpoint unix:///run/kms.sock")
            #expect(result.status == 64 && result.errors.contains("--kms-endpoint needs --evidence"))
        }
    }

    @Test func needsACertificateWhereTheClusterWantsOne() throws {
        let certificates = try Certificates()
        let (etcd, program) = (try Self.recordedCluster(certificates), try Program())
        defer { program.remove() }
        let line = "encconf audit --config testdata/cluster/config-static-only.yaml --etcd --census-only"
        let tls = "--cacert \(certificates.file("ca.pem"))"
        let client = "--cert \(certificates.file("client.pem")) --key \(certificates.file("client.key"))"
        #expect(try program.shell("\(line) --endpoints \(etcd.endpoint) \(tls)").status == 3)
        let stranger = "--cacert \(certificates.file("stranger.pem")) \(client)"
        #expect(try program.shell("\(line) --endpoints \(etcd.endpoint) \(stranger)").status == 3)
        // An endpoint without a scheme is spoken to over TLS where there are certificates.
        let bare = etcd.endpoint.replacing("https://", with: "")
        #expect(try program.shell("SSLKEYLOGFILE=tls \(line) --endpoints \(bare) \(tls) \(client)").status == 1)
        // The secrets of the connection go nowhere.
        #expect(try program.shell("ls -A").text == "testdata\n")
        let unverified = "\(line) --endpoints \(bare) --insecure-skip-tls-verify \(client)"
        #expect(
            try program.shell(unverified).text.contains(
                "TLS certificates of etcd were not verified (--insecure-skip-tls-verify)\n"))
        #expect(try program.shell("\(unverified) -o json").text.contains("\"transport\": \"unverified\""))
        let missing = try program.shell("\(line) --endpoints \(bare) --cacert no-such-file")
        #expect(missing.status == 2 && missing.errors.contains("no-such-file: no such file or directory"))
    }

    /// Passwords come as with etcdctl, and stand in no message.
    @Test func logsIn() throws {
        let (etcd, program) = (try Self.recordedCluster(), try Program())
        defer { program.remove() }
        let password = "correct:horse"
        let audit = "encconf audit --config testdata/cluster/config-static-only.yaml --etcd --census-only"
        let needless = try program.shell("\(audit) --endpoints \(etcd.endpoint) --user root:\(password)")
        #expect(
            needless.status == 1
                && needless.errors.contains("etcd has no authentication: any client can read everything"))
        #expect(!needless.errors.contains(password))
        for arguments in [
            ["user", "add", "root:\(password)"], ["user", "add", "reader:\(password)"],
            ["user", "grant-role", "root", "root"], ["role", "add", "registry"],
            ["role", "grant-permission", "registry", "--prefix", "read", "/registry/"],
            ["user", "grant-role", "reader", "registry"], ["auth", "enable"],
        ] { try etcd.etcdctl(arguments) }
        let line =
            "encconf audit --config testdata/cluster/config-static-only.yaml --etcd --endpoints \(etcd.endpoint) -o json"
        #expect(try program.shell("\(line) --user root:\(password)").status == 1)
        #expect(try program.shell("ETCDCTL_PASSWORD=\(password) \(line) --user root").status == 1)
        #expect(try program.shell("ETCDCTL_USER=reader:\(password) \(line) --etcd-prefix registry/").status == 1)
        for (options, text) in [
            ("", "user name is empty"), ("--user root:wrong\(password)", "invalid user ID or password"),
            ("--user reader:\(password)", "permission denied"),
        ] {
            let refused = try program.shell("\(line) \(options)")
            #expect(refused.status == 2 && refused.text.contains("\"error\": {"))
            #expect(refused.errors.contains(text) && !refused.errors.contains(password), "\(refused.errors)")
        }
        // There is no terminal to ask at.
        let unasked = try program.shell("setsid \(line) --user root < /dev/null")
        #expect(unasked.status == 2 && unasked.errors.contains("ETCDCTL_PASSWORD"))
    }

    /// An etcd that is not there proves nothing, and one of several is enough.
    @Test func goesOnWithTheNextServer() throws {
        let (etcd, program) = (try Self.recordedCluster(), try Program())
        defer { program.remove() }
        let line = "encconf audit --config testdata/cluster/config-static-only.yaml --etcd -o json --endpoints"
        let dead = "http://127.0.0.1:1"
        #expect(try program.shell("\(line) \(dead),\(etcd.endpoint)").status == 1)
        etcd.stop()
        let gone = try program.shell("\(line) \(dead),\(etcd.endpoint)")
        #expect(gone.status == 3 && gone.text.contains("\"error\": {"))
        #expect(gone.errors.contains("no endpoint answered"))
        let verify = try program.shell(
            "encconf verify testdata/cluster/config-static-only.yaml --etcd --endpoints \(etcd.endpoint)")
        #expect(verify.status == 3)
        let secret = try program.shell(
            "encconf decrypt-secret --config testdata/cluster/config-static-only.yaml --etcd "
                + "--endpoints \(etcd.endpoint) payments/cbc-one-0")
        #expect(secret.status == 2)
    }
}
