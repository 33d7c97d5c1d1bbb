import Foundation
import PatientTesting
import TestSupport
import Testing

/// A living etcd as evidence for verify, diff and rotate: what it proves, and what it cannot.
@Suite(.patient) struct EvidenceCommandTests {
    private static let configuration = "testdata/cluster/config-all.yaml"

    private static func recordedCluster() throws -> EtcdMember {
        try EtcdMember(restoring: TestData.path("cluster/snapshot.db"))
    }

    /// Writes the manifest of a kube-apiserver that runs `enc.yaml` of the folder.
    private static func manifest(_ etcd: EtcdMember, overrides: String? = nil) -> String {
        let overrides = overrides.map { ", \"--etcd-servers-overrides=\($0)\"" } ?? ""
        return """
            cat > pod.yaml <<END
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: kube-apiserver
                command: [kube-apiserver, --etcd-servers=\(etcd.endpoint), --encryption-provider-config=/enc/enc.yaml\(overrides)]
                volumeMounts: [{name: enc, mountPath: /enc}]
              volumes: [{name: enc, hostPath: {path: $PWD}}]
            END
            """
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
            \(Scenario.aescbcAlone)
            cp enc.yaml before.yaml
            encconf rotate enc.yaml --step retire \(Program.loaded) --after-revision 1 --archive old.yaml \(etcdOptions); echo $?
            cmp enc.yaml before.yaml && ls old.yaml
            """)
        #expect(retire.text.hasPrefix("2\n"))
        #expect(retire.errors.contains("5 values of secrets still use aescbc key1"))
        #expect(retire.errors.contains("cannot access 'old.yaml'"))
    }

    /// An etcd without one object of what is at stake proves nothing, whatever else it holds.
    @Test func isNoEvidenceWithoutTheObjects() throws {
        let (etcd, program) = (try EtcdMember(), try Program())
        defer { program.remove() }
        try etcd.etcdctl(["put", "/registry/events/default/e", "{}"])
        let options = "--etcd --endpoints \(etcd.endpoint)"
        let setup = """
            \(Scenario.aescbcAlone)
            cp enc.yaml before.yaml
            """
        for line in [
            "rotate enc.yaml --step retire \(Program.loaded) --after-revision 1 --discard-retired-keys \(options)",
            "verify enc.yaml \(options)",
            "diff enc.yaml testdata/cluster/config-missing-key.yaml \(options)",
        ] {
            let result = try program.shell("\(setup)\nencconf \(line); echo \"status $?\"; cmp enc.yaml before.yaml")
            #expect(result.text.hasSuffix("status 3\n") && result.status == 0, "\(line): \(result.errors)")
            #expect(
                result.errors.contains("cannot be used as evidence: it contains no object of the resources of enc.yaml")
            )
        }
        for format in ["text", "json", "html", "openmetrics"] {
            let audit = try program.shell("encconf audit --config enc.yaml \(options) -o \(format)")
            #expect(audit.status == 3)
            let words = "Not checked: no object of secrets found."
            #expect(format != "text" || audit.text.contains(words), "\(audit.text)")
            let other = try program.shell(
                "encconf audit --config enc.yaml \(options) -o \(format) --resources secrets,pods")
            #expect(other.status == 3)
        }
        for line in [
            "rotate enc.yaml --step retire \(Program.loaded) --after-revision 1 --discard-retired-keys \(options) --serializable",
            "rotate enc.yaml --step retire \(Program.loaded) --after-revision 1 --discard-retired-keys \(options) --etcd-prefix /registry/secrets",
        ] { #expect(try program.shell("encconf \(line)").status == 64) }
        // Objects of another entry show nothing about the key that goes.
        try etcd.etcdctl(["put", "/registry/configmaps/default/c", "{}"])
        let other = try program.shell(
            """
            \(setup)
            printf '  - resources: [configmaps]\n    providers: [identity: {}]\n' >> enc.yaml
            cp enc.yaml before.yaml
            encconf rotate enc.yaml --step retire \(Program.loaded) --after-revision 1 --discard-retired-keys \(options); echo $?
            cmp enc.yaml before.yaml
            """)
        #expect(other.text == "3\n" && other.status == 0, "\(other.errors)")
        #expect(other.errors.contains("proves nothing about secrets: it contains none"))
    }

    /// Only a manifest whose server runs the file shows that there is nothing of a resource.
    @Test func absenceNeedsTheWholeStore() throws {
        let (etcd, program) = (try Self.recordedCluster(), try Program())
        defer { program.remove() }
        for number in 0..<10 { try etcd.etcdctl(["del", "/registry/secrets/payments/cbc-one-\(number)"]) }
        try etcd.etcdctl(["del", "/registry/secrets/ingress/shop-tls"])
        // A part of the keys is read as evidence in whole, or nothing would be known of what lies elsewhere.
        let retire = "encconf rotate enc.yaml --step retire \(Program.loaded) --after-revision 1 --archive old.yaml"
        let setup = """
            \(Scenario.aescbcAlone)
            sed -i 's/      - secrets/      - secrets\\n      - jobs.batch/' enc.yaml
            \(Self.manifest(etcd))
            """
        let unseen = try program.shell("\(setup)\n\(retire) --etcd --endpoints \(etcd.endpoint)")
        #expect(unseen.status == 3, "\(unseen.errors)")
        #expect(unseen.errors.contains("proves nothing about jobs.batch: it contains none"), "\(unseen.errors)")
        let whole = try program.shell("\(retire) --discover-from pod.yaml")
        #expect(
            whole.status == 0 && whole.errors.contains("none of 35 values of secrets uses the removed keys"),
            "\(whole.errors)")
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
            \(Self.manifest(main, overrides: "/events#\(other.endpoint)"))
            """
        let made = try program.shell("set -e\n\(setup)")
        #expect(made.status == 0, "\(made.errors)")
        let options = "--etcd --endpoints \(main.endpoint)"
        let retire = "encconf rotate enc.yaml --step retire \(Program.loaded) --after-revision 1 --discard-retired-keys"
        let unseen = try program.shell("\(retire) \(options)")
        #expect(
            unseen.status == 3
                && unseen.errors.contains("may not contain all of *.*: a server can store resources in another etcd"),
            "\(unseen.errors)")
        let open = try program.shell("encconf diff enc.yaml new.yaml \(options) -o json")
        #expect(
            open.status == 3
                && open.text.contains("may not contain all of *.*: a server can store resources in another etcd"),
            "\(open.text)")
        let saved = try program.shell("encconf snapshot save s.db --discover-from pod.yaml")
        #expect(saved.status == 0 && saved.errors.contains("events are in another etcd"))
        #expect(try program.shell("encconf verify new.yaml --against enc.yaml \(options)").status == 3)
        let used = try program.shell("\(retire) --discover-from pod.yaml")
        #expect(used.status == 2 && used.errors.contains("1 value of events still uses secretbox k1"), "\(used.errors)")
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
            \(Scenario.aescbcAlone)
            sed -i 's/      - secrets/      - secrets\\n      - newthings.foo.k8s.io/' enc.yaml
            grep -v -e key1 -e bSXP enc.yaml > new.yaml
            \(Self.manifest(etcd))
            sed 's,--etcd-servers=[^,]*,--etcd-servers=\(stranger.endpoint),' pod.yaml > other.yaml
            encconf snapshot save s.db --discover-from pod.yaml > /dev/null
            """
        #expect(try program.shell("set -e\n\(setup)").status == 0)
        let retire = "encconf rotate enc.yaml --step retire \(Program.loaded) --after-revision 1 --archive old.yaml"
        for command in [
            "\(retire) --discover-from pod.yaml", "encconf diff enc.yaml new.yaml --discover-from pod.yaml",
            "encconf verify new.yaml --against enc.yaml --discover-from pod.yaml -o json | grep '\"safe\": \"yes\"'",
        ] {
            let result = try program.shell(command)
            #expect(result.status != 0 && result.errors.contains("contains newthings, unknown to encconf"))
        }
        let audit = try program.shell("encconf audit --discover-from pod.yaml --fail-on moved")
        #expect(audit.status == 3 && audit.text.contains("its objects may belong to newthings.foo.k8s.io."))
        try etcd.etcdctl(["del", "/registry/newthings/ns/x"])
        let two =
            "encconf snapshot save --force s.db --discover-from pod.yaml > /dev/null; \(retire) --discover-from other.yaml"
        let both = try program.shell("\(two) --evidence s.db; echo $?; ls old.yaml")
        #expect(both.text == "3\n", "\(both.text)\(both.errors)")
        // So it is with a wildcard that the snapshot alone does not settle.
        let wildcard = try program.shell(
            """
            sed -i -e 's/- newthings.foo.k8s.io/- "*.rbac.authorization.k8s.io"/' enc.yaml
            grep -v -e key1 -e bSXP enc.yaml > new.yaml
            encconf diff enc.yaml new.yaml --evidence s.db --discover-from other.yaml
            """)
        #expect(
            wildcard.status == 3
                && wildcard.errors.contains(
                    "no value in the etcd of the server uses a write key of enc.yaml")
                && wildcard.text.contains("\n*.rbac.authorization.k8s.io\n"),
            "\(wildcard.text)\(wildcard.errors)")
    }

    /// A cluster that a manifest has for some resources may be empty, and then it holds none of them; what is in it counts.
    @Test func readsAnEmptyClusterOfOneResource() throws {
        let (main, other, program) = (try Self.recordedCluster(), try EtcdMember(), try Program())
        defer { program.remove() }
        try main.etcdctl(["del", "--prefix", "/registry/secrets/payments/cbc-one-"])
        try main.etcdctl(["del", "/registry/secrets/ingress/shop-tls"])
        let retire =
            "encconf rotate enc.yaml --step retire \(Program.loaded) --after-revision 1 --archive old.yaml --discover-from pod.yaml"
        let setup = """
            \(Scenario.aescbcAlone)
            sed -i 's/      - secrets/      - secrets\\n      - jobs.batch/' enc.yaml
            \(Self.manifest(main, overrides: "batch/jobs#\(other.endpoint)"))
            """
        let audit = try program.shell("\(setup)\nencconf audit --discover-from pod.yaml --resources jobs.batch -o json")
        #expect(audit.status == 3, "an etcd without a single key")
        try other.etcdctl([
            "put", "/registry/jobs/default/a", "k8s:enc:aescbc:v1:key1:0123456789abcdef0123456789abcdef",
        ])
        let used = try program.shell(retire)
        #expect(
            used.status == 2 && used.errors.contains("1 value of jobs.batch still uses aescbc key1"),
            "\(used.errors)")
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
                \(Scenario.aescbcAlone)
                encconf rotate enc.yaml --step retire \(Program.loaded) --after-revision 1 --discard-retired-keys --etcd --endpoints \(etcd.endpoint) \
                    --etcd-prefix \(prefix)
                """)
            #expect([2, 3].contains(retire.status), "\(retire.errors)")
            let diff = try program.shell(
                """
                grep -v -e key1 -e bSXP enc.yaml > new.yaml
                encconf diff enc.yaml new.yaml --etcd --endpoints \(etcd.endpoint) --etcd-prefix \(prefix)
                """)
            #expect([1, 3].contains(diff.status), "\(diff.errors)")
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
            \(Scenario.aescbcAlone)
            cp enc.yaml before.yaml
            encconf rotate enc.yaml --step retire \(Program.loaded) --after-revision 1 --archive old.yaml \(options); echo $?
            cmp enc.yaml before.yaml
            """)
        #expect(retire.text == "3\n" && retire.status == 0, "\(retire.errors)")
        #expect(retire.errors.contains("may be from another cluster: no value in it uses a write key of enc.yaml"))
        let lines = "grep -v -e key1 -e bSXP enc.yaml > new.yaml"
        let diff = try program.shell("\(lines)\nencconf diff enc.yaml new.yaml \(options)")
        #expect(diff.status == 3 && diff.errors.contains("warning"), "\(diff.text)\(diff.errors)")
        let verify = try program.shell("encconf verify new.yaml --against enc.yaml \(options) -o json")
        #expect(verify.text.contains("\"safe\": \"depends\""), "\(verify.text)\(verify.errors)")
    }
}
