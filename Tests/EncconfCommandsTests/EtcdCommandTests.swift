import Foundation
import TestSupport
import Testing

/// Commands that read a living etcd, which is a real one and holds the recorded cluster.
struct EtcdCommandTests {
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
        #expect(absent.errors.contains("there is no /registry/secrets/payments/no-such-secret"))
        let future = try program.shell("\(line) --revision 1000000 payments/cbc-one-0")
        #expect(future.status == 2 && future.errors.contains("required revision is a future revision"))
        try etcd.etcdctl(["put", "/registry/configmaps/x/y", "1"])
        try etcd.etcdctl(["compact", "413"])
        let compacted = try program.shell("\(line) --revision 300 payments/cbc-one-0")
        #expect(compacted.status == 2 && compacted.errors.contains("revision 300 was compacted away"))
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
            "ETCDCTL_ENDPOINTS=127.0.0.1:1 encconf audit --discover-from pod.yaml -o json | grep -c verdict")
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
        #expect(foreign.errors.contains("which is not testdata/cluster/config-all.yaml: the hashes differ"))
        // Another spelling of the main cluster takes nothing away.
        let spelling = main.endpoint.replacing("http://127.0.0.1", with: "localhost")
        for endpoints in ["", "--endpoints \(spelling)"] {
            let audit = try program.shell(
                "encconf audit --discover-from pod.yaml \(endpoints) -o json --census-only")
            #expect(audit.text.ranges(of: "\"clusterID\"").count == 2 && audit.text.contains(other.endpoint))
            for number in 0..<10 { try main.etcdctl(["del", "/registry/secrets/payments/cbc-one-\(number)"]) }
            let retire = "encconf rotate enc.yaml --step retire --discard-retired-keys"
            let other = try program.shell(
                "\(Self.aescbcAlone)\n\(retire) --discover-from pod.yaml \(endpoints)")
            #expect(other.status == 3 && other.errors.contains("which is not enc.yaml: the hashes differ"))
            let used = try program.shell(
                """
                sed -e "s,path: [^}]*},path: $PWD}," -e s,config-static-only,enc, pod.yaml > own.yaml
                \(retire) --discover-from own.yaml \(endpoints)
                """)
            #expect(
                used.status == 2 && used.errors.contains("stored values of secrets still use aescbc key1"),
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
        #expect(all.status == 3 && all.text.contains("1 of them have encrypted values"))
        let below = try program.shell("\(line) --etcd --endpoints \(etcd.endpoint) --etcd-prefix registry --no-kms")
        #expect(below.text.contains("\nread were keys that begin with /registry/ alone\n"))
        #expect(!below.text.contains("encrypted values, of which"))
        let evidence = try program.shell(
            """
            \(Self.aescbcAlone)
            encconf rotate enc.yaml --step retire --archive old.yaml --discover-from pod.yaml
            """)
        #expect(evidence.status == 2 && evidence.errors.contains("under keys that name no object"))
    }

    /// An etcd without one object of what is at stake proves nothing, whatever else it holds.
    @Test func isNoEvidenceWithoutTheObjects() throws {
        let (etcd, program) = (try EtcdMember(), try Program())
        defer { program.remove() }
        try etcd.etcdctl(["put", "/registry/events/default/e", "{}"])
        let options = "--etcd --endpoints \(etcd.endpoint)"
        let setup = """
            \(Self.aescbcAlone)
            cp enc.yaml before.yaml
            """
        for line in [
            "rotate enc.yaml --step retire --discard-retired-keys \(options)", "verify enc.yaml \(options)",
            "diff enc.yaml testdata/cluster/config-missing-key.yaml \(options)",
        ] {
            let result = try program.shell("\(setup)\nencconf \(line); echo \"status $?\"; cmp enc.yaml before.yaml")
            #expect(result.text.hasSuffix("status 3\n") && result.status == 0, "\(line): \(result.errors)")
            #expect(result.errors.contains("is no evidence: it holds no object of a resource"))
        }
        for format in ["text", "json", "html", "openmetrics"] {
            let audit = try program.shell("encconf audit --config enc.yaml \(options) -o \(format)")
            #expect(audit.status == 3)
            let words = "no object of secrets is there"
            #expect(format != "text" || audit.text.contains(words), "\(audit.text)")
            let other = try program.shell(
                "encconf audit --config enc.yaml \(options) -o \(format) --resources secrets,pods")
            #expect(other.status == 3)
        }
        for line in [
            "rotate enc.yaml --step retire --discard-retired-keys \(options) --serializable",
            "rotate enc.yaml --step retire --discard-retired-keys \(options) --etcd-prefix /registry/secrets",
        ] { #expect(try program.shell("encconf \(line)").status == 64) }
        // Objects of another entry show nothing about the key that goes.
        try etcd.etcdctl(["put", "/registry/configmaps/default/c", "{}"])
        let other = try program.shell(
            """
            \(setup)
            printf '  - resources: [configmaps]\n    providers: [identity: {}]\n' >> enc.yaml
            cp enc.yaml before.yaml
            encconf rotate enc.yaml --step retire --discard-retired-keys \(options); echo $?
            cmp enc.yaml before.yaml
            """)
        #expect(other.text == "3\n" && other.status == 0, "\(other.errors)")
        #expect(other.errors.contains("shows nothing of secrets: holds no object of it"))
    }

    /// Only a manifest whose server runs the file shows that there is nothing of a resource.
    @Test func absenceNeedsTheWholeStore() throws {
        let (etcd, program) = (try Self.recordedCluster(), try Program())
        defer { program.remove() }
        for number in 0..<10 { try etcd.etcdctl(["del", "/registry/secrets/payments/cbc-one-\(number)"]) }
        try etcd.etcdctl(["del", "/registry/secrets/ingress/shop-tls"])
        // A part of the keys is read as evidence in whole, or nothing would be known of what lies elsewhere.
        let retire = "encconf rotate enc.yaml --step retire --archive old.yaml"
        let setup = """
            \(Self.aescbcAlone)
            sed -i 's/      - secrets/      - secrets\\n      - jobs.batch/' enc.yaml
            cat > pod.yaml <<END
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: kube-apiserver
                command: [kube-apiserver, --etcd-servers=\(etcd.endpoint), --encryption-provider-config=/enc/enc.yaml]
                volumeMounts: [{name: enc, mountPath: /enc}]
              volumes: [{name: enc, hostPath: {path: $PWD}}]
            END
            """
        let unseen = try program.shell("\(setup)\n\(retire) --etcd --endpoints \(etcd.endpoint)")
        #expect(unseen.status == 3, "\(unseen.errors)")
        #expect(unseen.errors.contains("shows nothing of jobs.batch"), "\(unseen.errors)")
        let whole = try program.shell("\(retire) --discover-from pod.yaml")
        #expect(
            whole.status == 0 && whole.errors.contains("objects of secrets uses what is retired"), "\(whole.errors)")
    }

    /// What a wildcard covers may live in an etcd that nobody named; a manifest names all of them.
    @Test func aWildcardNeedsTheWholeStore() throws {
        let (main, other, program) = (try EtcdMember(), try EtcdMember(), try Program())
        defer { program.remove() }
        let setup = """
            encconf init --provider secretbox --resources '*.*' --file old.yaml --key-name k1 > /dev/null
            encconf rotate old.yaml --key-name k2 --single-server --output-file enc.yaml > /dev/null
            sed '/name: .k1/,+1d' enc.yaml > new.yaml
            put() {
                printf '{"kind":"%s","apiVersion":"v1","metadata":{"name":"x","namespace":"ns"}}' "$2" |
                    encconf encrypt --config "$1" --etcd-key "$3" | ETCDCTL_API=3 etcdctl --endpoints "$4" put "$3"
            }
            put enc.yaml Secret /registry/secrets/ns/x \(main.endpoint)
            put old.yaml Event /registry/events/ns/x \(other.endpoint)
            cat > pod.yaml <<END
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: kube-apiserver
                command: [kube-apiserver, --etcd-servers=\(main.endpoint), --encryption-provider-config=/enc/enc.yaml,
                  "--etcd-servers-overrides=/events#\(other.endpoint)"]
                volumeMounts: [{name: enc, mountPath: /enc}]
              volumes: [{name: enc, hostPath: {path: $PWD}}]
            END
            """
        let made = try program.shell("set -e\n\(setup)")
        #expect(made.status == 0, "\(made.errors)")
        let options = "--etcd --endpoints \(main.endpoint)"
        let retire = "encconf rotate enc.yaml --step retire --discard-retired-keys"
        let unseen = try program.shell("\(retire) \(options)")
        #expect(unseen.status == 3 && unseen.errors.contains("does not show all that *.* covers"), "\(unseen.errors)")
        let open = try program.shell("encconf diff enc.yaml new.yaml \(options) -o json")
        #expect(open.status == 3 && open.text.contains("does not show all that *.* covers"), "\(open.text)")
        let saved = try program.shell("encconf snapshot save s.db --discover-from pod.yaml")
        #expect(saved.status == 0 && saved.errors.contains("events live in another etcd"))
        #expect(try program.shell("encconf verify new.yaml --against enc.yaml \(options)").status == 3)
        let used = try program.shell("\(retire) --discover-from pod.yaml")
        #expect(used.status == 2 && used.errors.contains("1 stored values of events still use"), "\(used.errors)")
        try other.etcdctl(["del", "/registry/events/ns/x"])
        #expect(try program.shell("encconf diff enc.yaml new.yaml --discover-from pod.yaml").status == 0)
        let whole = try program.shell("\(retire) --discover-from pod.yaml")
        #expect(whole.status == 0, "\(whole.errors)")
    }

    /// A built-in resource that this program has not heard of is stored without its group: it may be one that the file
    /// names. And of two sources that show too little, neither makes up for what the other lacks.
    @Test func isNoEvidenceOfWhatHasNoName() throws {
        let (etcd, stranger, program) = (try Self.recordedCluster(), try EtcdMember(), try Program())
        defer { program.remove() }
        try etcd.etcdctl(["del", "--prefix", "/registry/secrets/payments/cbc-one-"])
        try etcd.etcdctl(["del", "/registry/secrets/ingress/shop-tls"])
        try etcd.etcdctl(["put", "/registry/newthings/ns/x", "k8s:enc:aescbc:v1:key1:0123456789abcdef0123456789abcdef"])
        try stranger.etcdctl(["put", "/registry/configmaps/ns/x", "{}"])
        let setup = """
            \(Self.aescbcAlone)
            sed -i 's/      - secrets/      - secrets\\n      - newthings.foo.k8s.io/' enc.yaml
            grep -v -e key1 -e bSXP enc.yaml > new.yaml
            cat > pod.yaml <<END
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: kube-apiserver
                command: [kube-apiserver, --etcd-servers=\(etcd.endpoint), --encryption-provider-config=/enc/enc.yaml]
                volumeMounts: [{name: enc, mountPath: /enc}]
              volumes: [{name: enc, hostPath: {path: $PWD}}]
            END
            sed 's,--etcd-servers=[^,]*,--etcd-servers=\(stranger.endpoint),' pod.yaml > other.yaml
            encconf snapshot save s.db --discover-from pod.yaml > /dev/null
            """
        #expect(try program.shell("set -e\n\(setup)").status == 0)
        let retire = "encconf rotate enc.yaml --step retire --archive old.yaml"
        for command in [
            "\(retire) --discover-from pod.yaml", "encconf diff enc.yaml new.yaml --discover-from pod.yaml",
            "encconf verify new.yaml --against enc.yaml --discover-from pod.yaml -o json | grep '\"safe\": \"yes\"'",
        ] {
            let result = try program.shell(command)
            #expect(result.status != 0 && result.errors.contains("newthings, which this program has not heard of"))
        }
        let audit = try program.shell("encconf audit --discover-from pod.yaml --fail-on moved")
        #expect(audit.status == 3 && audit.text.contains("may be of newthings.foo.k8s.io, and were not judged"))
        try etcd.etcdctl(["del", "/registry/newthings/ns/x"])
        let two =
            "encconf snapshot save --force s.db --discover-from pod.yaml > /dev/null; \(retire) --discover-from other.yaml"
        let both = try program.shell("\(two) --evidence s.db")
        #expect(both.status == 3 && !FileManager.default.fileExists(atPath: "old.yaml"), "\(both.errors)")
    }

    /// A cluster that a manifest has for some resources may be empty, and then it holds none of them; what is in it counts.
    @Test func readsAnEmptyClusterOfOneResource() throws {
        let (main, other, program) = (try Self.recordedCluster(), try EtcdMember(), try Program())
        defer { program.remove() }
        try main.etcdctl(["del", "--prefix", "/registry/secrets/payments/cbc-one-"])
        try main.etcdctl(["del", "/registry/secrets/ingress/shop-tls"])
        let retire = "encconf rotate enc.yaml --step retire --archive old.yaml --discover-from pod.yaml"
        let setup = """
            \(Self.aescbcAlone)
            sed -i 's/      - secrets/      - secrets\\n      - jobs.batch/' enc.yaml
            cat > pod.yaml <<END
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: kube-apiserver
                command: [kube-apiserver, --etcd-servers=\(main.endpoint), --encryption-provider-config=/enc/enc.yaml,
                  "--etcd-servers-overrides=batch/jobs#\(other.endpoint)"]
                volumeMounts: [{name: enc, mountPath: /enc}]
              volumes: [{name: enc, hostPath: {path: $PWD}}]
            END
            """
        let audit = try program.shell("\(setup)\nencconf audit --discover-from pod.yaml --resources jobs.batch -o json")
        #expect(audit.status == 3, "an etcd without a single key")
        try other.etcdctl([
            "put", "/registry/jobs/default/a", "k8s:enc:aescbc:v1:key1:0123456789abcdef0123456789abcdef",
        ])
        let used = try program.shell(retire)
        #expect(used.status == 2 && used.errors.contains("1 stored values of jobs.batch still use"), "\(used.errors)")
        try other.etcdctl(["del", "/registry/jobs/default/a"])
        let empty = try program.shell(retire)
        #expect(empty.status == 0, "\(empty.errors)")
    }

    /// What lies outside a prefix counts all the same.
    @Test func aPrefixNarrowsNoEvidence() throws {
        let (etcd, program) = (try Self.recordedCluster(), try Program())
        defer { program.remove() }
        for prefix in ["/registry/example.com", "/registry/example.com/widgets"] {
            let retire = try program.shell(
                """
                \(Self.aescbcAlone)
                encconf rotate enc.yaml --step retire --discard-retired-keys --etcd --endpoints \(etcd.endpoint) \
                    --etcd-prefix \(prefix)
                """)
            #expect(retire.status != 0)
            let diff = try program.shell(
                """
                grep -v -e key1 -e bSXP enc.yaml > new.yaml
                encconf diff enc.yaml new.yaml --etcd --endpoints \(etcd.endpoint) --etcd-prefix \(prefix)
                """)
            #expect(diff.status != 0)
        }
    }

    /// A cluster that has its own key of the name, or nothing but plaintext, is not the one that runs the file.
    @Test(arguments: [
        "k8s:enc:aescbc:v1:key2:0123456789abcdef0123456789abcdef",
        #"{"kind":"Secret","apiVersion":"v1","metadata":{"name":"a","namespace":"default"}}"#,
    ])
    func isNoEvidenceFromAnotherCluster(value: String) throws {
        let (etcd, program) = (try EtcdMember(), try Program())
        defer { program.remove() }
        try etcd.etcdctl(["put", "/registry/secrets/default/a", value])
        let options = "--etcd --endpoints \(etcd.endpoint)"
        let retire = try program.shell(
            """
            \(Self.aescbcAlone)
            cp enc.yaml before.yaml
            encconf rotate enc.yaml --step retire --archive old.yaml \(options); echo $?
            cmp enc.yaml before.yaml
            """)
        #expect(retire.text == "3\n" && retire.status == 0, "\(retire.errors)")
        #expect(retire.errors.contains("nothing shows that it is of the cluster that runs enc.yaml"))
        let lines = "grep -v -e key1 -e bSXP enc.yaml > new.yaml"
        let diff = try program.shell("\(lines)\nencconf diff enc.yaml new.yaml \(options)")
        #expect(diff.status == 3 && diff.errors.contains("warning"), "\(diff.text)\(diff.errors)")
        let verify = try program.shell("encconf verify new.yaml --against enc.yaml \(options) -o json")
        #expect(verify.text.contains("\"safe\": \"depends\""), "\(verify.text)\(verify.errors)")
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
            #expect(result.status == 64 && result.errors.contains("--kms-endpoint goes with --evidence"))
        }
    }

    /// A file of secrets alone with aescbc first: key1 writes nothing any more, but five secrets need it.
    private static let aescbcAlone = """
        grep -v -e configmaps -e widgets -e secretbox -e sb-2025 -e JS82F1 testdata/cluster/config-static-only.yaml |
            sed -e '/- aesgcm/,/ef4/d' -e '/providers:/{n;d}' > enc.yaml
        """

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
        #expect(try program.shell("\(line) --endpoints \(bare) \(tls) \(client)").status == 1)
        let unverified = "\(line) --endpoints \(bare) --insecure-skip-tls-verify \(client)"
        #expect(try program.shell(unverified).text.contains("\nthe servers were not asked who they are\n"))
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
        #expect(needless.status == 1 && needless.errors.contains("this cluster knows no users"))
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
            #expect(refused.status == 2 && refused.output.isEmpty)
            #expect(refused.errors.contains(text) && !refused.errors.contains(password), "\(refused.errors)")
        }
        // There is no terminal to ask at.
        let unasked = try program.shell("setsid \(line) --user root < /dev/null")
        #expect(unasked.status == 2 && unasked.errors.contains("ETCDCTL_PASSWORD"))
    }

    /// Evidence for verify, diff and rotate.
    @Test func isEvidence() throws {
        let (etcd, program) = (try Self.recordedCluster(), try Program())
        defer { program.remove() }
        let etcdOptions = "--etcd --endpoints \(etcd.endpoint)"
        for (command, files) in [
            ("verify --feature-gates KMSv1=true", "testdata/cluster/config-missing-key.yaml"),
            ("verify --feature-gates KMSv1=true", Self.configuration),
            ("diff", "\(Self.configuration) testdata/cluster/config-missing-key.yaml"),
        ] {
            let live = try program.shell("encconf \(command) \(files) \(etcdOptions) --no-kms")
            let saved = try program.shell(
                "encconf \(command) \(files) --evidence testdata/cluster/snapshot.db --no-kms")
            #expect(live.status == saved.status, "\(command): \(live.errors)")
            #expect(live.status != 0)
        }
        let retire = try program.shell(
            """
            \(Self.aescbcAlone)
            cp enc.yaml before.yaml
            encconf rotate enc.yaml --step retire --archive old.yaml \(etcdOptions); echo $?
            cmp enc.yaml before.yaml && ls old.yaml
            """)
        #expect(retire.text.hasPrefix("2\n"))
        #expect(retire.errors.contains("stored values of secrets still use"))
        #expect(retire.errors.contains("cannot access 'old.yaml'"))
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
        #expect(gone.status == 3 && gone.output.isEmpty)
        #expect(gone.errors.contains("no endpoint of etcd answers"))
        let verify = try program.shell(
            "encconf verify testdata/cluster/config-static-only.yaml --etcd --endpoints \(etcd.endpoint)")
        #expect(verify.status == 3)
        let secret = try program.shell(
            "encconf decrypt-secret --config testdata/cluster/config-static-only.yaml --etcd "
                + "--endpoints \(etcd.endpoint) payments/cbc-one-0")
        #expect(secret.status == 2)
    }
}
