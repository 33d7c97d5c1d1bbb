import Foundation
import PatientTesting
import TestSupport
import Testing

/// Commands that ask a KMS plugin, which is a program of its own and no part of ours.
@Suite(.patient) struct KMSCommandTests {
    private static let configuration = "testdata/cluster/config-all.yaml"

    private struct Report: Decodable {
        struct Resource: Decodable {
            struct Key: Decodable {
                let provider: String
                let key: String?
                let objects: Int
            }
            let resource: String
            let objects: Int
            let unreadable: Int
            let notObjects: Int
            let needsPlugin: Int
            let stale: Int
            let byKey: [Key]
        }
        struct Finding: Decodable {
            let code: String
            let message: String
        }
        let resources: [Resource]
        let findings: [Finding]
        let verdict: String
    }

    private struct Expected: Decodable { let counts: [String: [String: Int]] }

    private struct Readability: Decodable {
        struct Configuration: Decodable {
            struct Key: Decodable {
                let ok: Bool
                let stale: Bool?
            }
            let keys: [String: Key]?
        }
        let configs: [String: Configuration]
    }

    private static func options(_ socket: String) -> String {
        "--kms-endpoint cloud-kms=unix://\(socket) --kms-endpoint cloud-kms-old=unix://\(socket)"
    }

    /// The whole recorded cluster: what is stored, and what kube-apiserver read of it.
    @Test func auditsTheRecordedCluster() throws {
        let plugin = try PluginProcess()
        let program = try Program()
        defer { program.remove() }
        let result = try program.shell(
            "encconf audit --config \(Self.configuration) \(Self.options(plugin.socket)) testdata/cluster/snapshot.db "
                + "--fail-on unreadable,notObject,moved -o json")
        #expect(result.status == 0 && result.errors == "")
        let report = try JSONDecoder().decode(Report.self, from: Data(result.output))
        #expect(report.verdict == "clean")

        let expected: Expected = try TestData.json("cluster/expected.json")
        #expect(Set(report.resources.map(\.resource)) == Set(expected.counts.keys))
        for resource in report.resources {
            let counts = resource.byKey.map { key in
                ([key.provider, key.key].compactMap { $0 }.joined(separator: "/"), key.objects)
            }
            #expect(Dictionary(counts) { $0 + $1 } == expected.counts[resource.resource])
        }
        let readability: Readability = try TestData.json("cluster/readability.json")
        let keys = try #require(readability.configs["config-all.yaml"]?.keys)
        #expect(report.resources.map(\.objects).reduce(0, +) == keys.count)
        #expect(report.resources.map(\.unreadable).reduce(0, +) == keys.values.count { !$0.ok })
        #expect(report.resources.map(\.stale).reduce(0, +) == keys.values.count { $0.stale == true })
        #expect(report.resources.allSatisfy { $0.needsPlugin == 0 && $0.notObjects == 0 })
    }

    /// Each KMS value of the recorded cluster opens to what kube-apiserver stored.
    @Test func opensEachRecordedValue() throws {
        let plugin = try PluginProcess()
        let program = try Program()
        defer { program.remove() }
        let all: RecordedDumpTests.Expected = try TestData.json("cluster/expected.json")
        let keys = all.keys.filter { $0.provider.hasPrefix("kms") }
        #expect(keys.count == 10)
        for key in keys {
            let result = try program.shell(
                "encconf decrypt-secret --config \(Self.configuration) \(Self.options(plugin.socket)) "
                    + "--snapshot testdata/cluster/snapshot.db --etcd-key \(key.etcd_key) -o raw | sha256sum")
            #expect(result.text.hasPrefix("\(key.plaintext_sha256) "))
            #expect(result.errors.contains("\(key.provider) \(key.key_name), \(key.stale ? "stale" : "current")"))
        }
    }

    /// Without its plugin nothing is claimed of a value.
    @Test(arguments: ["stopped", "--no-kms", "Decrypt code 14", "Status unhealthy\nVersion code 14"])
    func leavesUnknownWhatItCannotAsk(_ mode: String) throws {
        let plugin = try PluginProcess()
        if mode == "stopped" { plugin.stop() } else if mode != "--no-kms" { try plugin.misbehave(mode) }
        let program = try Program()
        defer { program.remove() }
        let result = try program.shell(
            "encconf audit --config \(Self.configuration) \(Self.options(plugin.socket)) testdata/cluster/snapshot.db "
                + "--fail-on unreadable,notObject,moved -o json \(mode == "--no-kms" ? mode : "")")
        #expect(result.status == 3)
        let report = try JSONDecoder().decode(Report.self, from: Data(result.output))
        #expect(report.verdict == "unknown")
        #expect(report.resources.map(\.needsPlugin).reduce(0, +) == 10)
        #expect(report.resources.allSatisfy { $0.unreadable == 0 })
    }

    /// A configuration of the recorded cluster with plugins at sockets of its own.
    private static func write(_ name: String, v1: [String], v2: String, _ program: Program) throws {
        func entry(_ socket: String) -> String {
            """
                  - kms:
                      apiVersion: v1
                      name: cloud-kms-old
                      endpoint: unix://\(socket)
                      timeout: 3s

            """
        }
        let recorded = try String(contentsOfFile: TestData.path("cluster/config-all.yaml"), encoding: .utf8)
        try #require(recorded.contains(entry("/var/run/kmsplugin/kmsv1.sock")))
        let text = recorded.replacing("/var/run/kmsplugin/kmsv2.sock", with: v2)
            .replacing(entry("/var/run/kmsplugin/kmsv1.sock"), with: v1.map(entry).joined())
        try Data(text.utf8)
            .write(to: program.workingFolder.appendingPathComponent(name))
    }

    /// A change to a plugin asks it before it is added and before it writes, and does without it on request only.
    @Test func aChangeToAPluginAsksIt() throws {
        let plugin = try PluginProcess()
        let program = try Program()
        defer { program.remove() }
        #expect(try program.shell("encconf init --provider secretbox --key-name key1 --file enc.yaml").status == 0)
        let rotate = "encconf rotate enc.yaml --to kms --kms-name hsm --kms-endpoint unix://\(plugin.socket)"
        #expect(try program.shell(rotate).status == 0)
        #expect(try plugin.calls(of: "Status").isEmpty == false)
        #expect(try plugin.calls(of: "Encrypt").isEmpty == false)
        try plugin.misbehave("Encrypt code 13")
        let refused = try program.shell(
            "cp enc.yaml before.yaml; \(rotate) \(Program.loaded); echo $?; cmp enc.yaml before.yaml")
        #expect(refused.text == "2\n" && refused.errors.contains("The KMS plugin is not healthy"), "\(refused.errors)")
        #expect(try program.shell("\(rotate) \(Program.loaded) --no-kms").status == 0)
        #expect(try program.shell("encconf show enc.yaml").text.contains("writes     kmsv2 hsm"))
    }

    /// Two plugins of one name are two: in a file and its archive, and in one file (which is legal for v1).
    @Test func doesNotConfuseNamesakes() throws {
        let (good, refusing) = (try PluginProcess(), try PluginProcess())
        try refusing.misbehave("Decrypt code 9")
        let program = try Program()
        defer { program.remove() }
        try Self.write("good.yaml", v1: [good.socket], v2: good.socket, program)
        try Self.write("refusing.yaml", v1: [refusing.socket], v2: refusing.socket, program)
        try Self.write("both.yaml", v1: [refusing.socket, good.socket], v2: good.socket, program)
        func audit(_ files: String...) throws -> (status: Int32, text: String) {
            let options = files.map { "--config \($0)" }.joined(separator: " ")
            let result = try program.shell(
                "encconf audit \(options) testdata/cluster/snapshot.db --fail-on unreadable --limit 10")
            return (result.status, result.text)
        }
        let archived = try audit("refusing.yaml", "good.yaml")
        #expect(
            archived.status == 1 && archived.text.contains("\nENC0416 error: 10 values decrypt only with an archive\n"))
        #expect(archived.text.split(separator: "\n").count { $0.contains("; good.yaml decrypts it") } == 10)
        #expect(try audit("good.yaml", "refusing.yaml").status == 0)
        #expect(try audit("both.yaml").status == 0)
        // Nothing of what one plugin refused was asked of the other.
        #expect(try refusing.calls(of: "Decrypt").isEmpty == false)
    }

    /// What may pass is not what is so.
    @Test(arguments: [2, 7, 12, 13, 16]) func anErrorThatMayPassIsNoRefusal(code: Int) throws {
        let plugin = try PluginProcess()
        try plugin.misbehave("Decrypt code \(code)")
        let program = try Program()
        defer { program.remove() }
        let line =
            "encconf audit --config \(Self.configuration) \(Self.options(plugin.socket)) testdata/cluster/snapshot.db "
            + "--fail-on unreadable --limit 10"
        let result = try program.shell(line)
        #expect(result.status == 3)
        #expect(
            result.text.contains("\nENC0408 note: 10 values were not checked; they need a KMS plugin\n")
                && !result.text.contains("ENC0403"))
        // What the plugin said of each value is for the report that lists each value.
        let list = try program.shell("\(line) -o json")
        #expect(list.status == 3)
        let findings = try JSONDecoder().decode(Report.self, from: Data(list.output)).findings
        #expect(!findings.contains { $0.code == "ENC0403" })
        let messages = findings.filter { $0.code == "ENC0408" }.map(\.message)
        #expect(messages.count == 10)
        #expect(
            messages.allSatisfy {
                $0.contains("it returned a transient error: rpc error: code = ")
                    && $0.contains("100 % wrong: schlüssel")
            })
    }

    /// A socket at which the plugin speaks the other version says nothing of any value, each time anew.
    @Test(arguments: ["v2", "v1beta1"]) func aPluginOfTheOtherVersionSettlesNothing(absent: String) throws {
        let plugin = try PluginProcess()
        try plugin.misbehave("\(absent) absent")
        let name = absent == "v2" ? "cloud-kms" : "cloud-kms-old"
        let program = try Program()
        defer { program.remove() }
        let result = try program.shell(
            """
            for run in 1 2 3 4 5 6 7 8 9 10; do
                encconf kms status --config \(Self.configuration) --provider \(name) \(Self.options(plugin.socket)) \\
                    > status || echo $?
                grep -c 'code = Unimplemented desc = Method not found!' status || cat status >&2
                encconf audit --config \(Self.configuration) \(Self.options(plugin.socket)) -o json \\
                    testdata/cluster/snapshot.db --fail-on unreadable > report || echo $?
            done
            """)
        #expect(result.errors == "")
        #expect(result.text.split(separator: "\n") == (0..<10).flatMap { _ in ["3", "1", "3"] })
        let report = try JSONDecoder().decode(
            Report.self, from: Data(contentsOf: program.workingFolder.appendingPathComponent("report")))
        #expect(report.resources.map(\.unreadable).reduce(0, +) == 0)
        #expect(report.resources.map(\.needsPlugin).reduce(0, +) == (absent == "v2" ? 7 : 3))
    }

    /// What a plugin refuses kube-apiserver cannot read either.
    @Test func countsWhatIsRefusedAsUnreadable() throws {
        let plugin = try PluginProcess()
        try plugin.misbehave("Decrypt code 9")
        let program = try Program()
        defer { program.remove() }
        let result = try program.shell(
            "encconf audit --config \(Self.configuration) \(Self.options(plugin.socket)) testdata/cluster/snapshot.db "
                + "--fail-on unreadable --limit 10")
        #expect(result.status == 1)
        #expect(result.text.contains("\nENC0403 error: 10 values are unreadable\n"))
        #expect(result.text.contains("\n  unreadable: failed to decrypt DEK, error: rpc error: code = "))
    }

    /// Snapshots as evidence are opened through the plugin too.
    @Test func verifiesWithEvidence() throws {
        let plugin = try PluginProcess()
        let program = try Program()
        defer { program.remove() }
        let line =
            "encconf verify --feature-gates KMSv1=true \(Self.configuration) --evidence testdata/cluster/snapshot.db"
        #expect(try program.shell(line).status == 3)
        #expect(try program.shell("\(line) \(Self.options(plugin.socket))").status == 0)
    }

    /// What was asked for one file is not asked again for the next.
    @Test func asksOnceForSeveralFiles() throws {
        let plugin = try PluginProcess()
        let program = try Program()
        defer { program.remove() }
        try Self.write("a.yaml", v1: [plugin.socket], v2: plugin.socket, program)
        let line = "encconf verify --feature-gates KMSv1=true --evidence testdata/cluster/snapshot.db"
        #expect(try program.shell("\(line) a.yaml").status == 0)
        let count = try plugin.calls(of: "Decrypt").count
        #expect(count > 0)
        #expect(try program.shell("cp a.yaml b.yaml; \(line) a.yaml b.yaml").status == 0)
        #expect(try plugin.calls(of: "Decrypt").count == 2 * count)
    }

    /// The socket of a plugin that only one of several files names is no mistake; one that none names is.
    @Test func anEndpointIsForWhicheverFileNamesThePlugin() throws {
        let plugin = try PluginProcess()
        let program = try Program()
        defer { program.remove() }
        let evidence = "--evidence testdata/cluster/snapshot.db \(Self.options(plugin.socket))"
        let plain = "testdata/cluster/config-static-only.yaml"
        for command in [
            "verify --feature-gates KMSv1=true \(plain) \(Self.configuration)",
            "verify --feature-gates KMSv1=true \(Self.configuration) --against \(plain)",
            "diff \(Self.configuration) \(plain)",
        ] {
            let result = try program.shell("encconf \(command) \(evidence)")
            #expect(result.status == 1 && !result.errors.contains("--kms-endpoint"), "\(command): \(result.errors)")
        }
        let none = try program.shell("encconf verify \(plain) \(evidence)")
        #expect(none.status == 2 && none.errors.contains("--kms-endpoint: no KMS provider "), "\(none.errors)")
    }

    /// A key that a plugin gives back in clear would be stored in clear.
    @Test func sealsNothingWithAKeyInClear() throws {
        let plugin = try PluginProcess()
        try plugin.misbehave("Encrypt plain")
        let program = try Program()
        defer { program.remove() }
        let result = try program.shell(
            """
            encconf init --provider kms --kms-name vault --kms-endpoint unix://\(plugin.socket) --file kms.yaml
            echo hello | encconf encrypt --config kms.yaml --etcd-key /registry/secrets/default/t
            """)
        #expect(result.status == 2 && result.output.isEmpty)
        #expect(result.errors.contains(": Encrypt returned the key unencrypted\n"))
        #expect(result.errors.contains("run `encconf kms status` and read the log of the plugin"))
        let status = try program.shell("encconf kms status --config kms.yaml")
        #expect(status.status == 1 && status.text.contains("  problem      Encrypt returned the key unencrypted\n"))
    }

    /// Names that only look alike are two providers; and one name with two sockets has to be told apart.
    @Test func tellsProvidersApart() throws {
        let (first, second) = (try PluginProcess(), try PluginProcess())
        try second.misbehave("Status unhealthy")
        let program = try Program()
        defer { program.remove() }
        func entry(_ version: String, _ name: String, _ socket: String) -> String {
            "      - kms: {apiVersion: \(version), name: \"\(name)\", endpoint: 'unix://\(socket)', timeout: 3s}\n"
        }
        let head = """
            apiVersion: apiserver.config.k8s.io/v1
            kind: EncryptionConfiguration
            resources:
              - resources: [secrets]
                providers:

            """
        let accents = head + entry("v2", "caf\u{e9}", first.socket) + entry("v2", "cafe\u{301}", second.socket)
        try Data(accents.utf8).write(to: program.workingFolder.appendingPathComponent("accents.yaml"))
        let one = try program.shell("encconf kms status --config accents.yaml --provider caf\u{e9}")
        #expect(one.status == 0 && one.text.components(separatedBy: " at ").count == 2)
        #expect(try program.shell("encconf kms status --config accents.yaml --provider cafe\u{301}").status == 1)
        let moved = "--kms-endpoint 'cafe\u{301}=unix://\(first.socket)'"
        #expect(try program.shell("encconf kms status --config accents.yaml \(moved)").status == 0)

        let versions = head + entry("v2", "vault", "/run/a.sock") + entry("v1", "vault", "/run/b.sock")
        try Data(versions.utf8).write(to: program.workingFolder.appendingPathComponent("versions.yaml"))
        func status(_ options: String...) throws -> Int32 {
            let words = options.map { "--kms-endpoint '\($0)'" }.joined(separator: " ")
            return try program.shell("encconf kms status --config versions.yaml \(words)").status
        }
        let socket = "unix://\(first.socket)"
        #expect(try status("vault=\(socket)") == 64)
        #expect(try status(socket) == 64)
        #expect(try status("unix:///run/a.sock=\(socket)", "unix:///run/b.sock=\(socket)") == 0)
        #expect(try status("unix:///run/a.sock=unix://\(second.socket)", "unix:///run/b.sock=\(socket)") == 1)
    }

    private struct StatusReport: Decodable {
        struct Provider: Decodable {
            let name: String
            let verdict: String
            let apiVersion: String?
            let keyID: String?
            let roundTrip: Bool
            let error: String?
        }
        let kind: String
        let providers: [Provider]
    }

    @Test(
        arguments: [
            ("", 0, ["healthy", "healthy"]), ("Status unhealthy", 1, ["unhealthy", "healthy"]),
            ("Decrypt code 9", 1, ["unhealthy", "unhealthy"]), ("Version die", 3, ["healthy", "unreachable"]),
        ] as [(String, Int32, [String])])
    func tellsTheStatus(mode: String, status: Int32, verdicts: [String]) throws {
        let plugin = try PluginProcess()
        try plugin.misbehave(mode)
        let program = try Program()
        defer { program.remove() }
        let line = "encconf kms status --config \(Self.configuration) \(Self.options(plugin.socket))"
        let result = try program.shell("\(line) -o json")
        #expect(result.status == status)
        let report = try JSONDecoder().decode(StatusReport.self, from: Data(result.output))
        #expect(report.kind == "KMSStatusReport")
        #expect(report.providers.map(\.name) == ["cloud-kms", "cloud-kms-old"])
        #expect(report.providers.map(\.verdict) == verdicts)
        for provider in report.providers {
            #expect(provider.roundTrip == (provider.verdict == "healthy"))
            #expect((provider.error == nil) == provider.roundTrip)
        }
    }

    /// What is sealed through the plugin opens through it, and not under another etcd key.
    @Test func sealsThroughThePlugin() throws {
        let plugin = try PluginProcess()
        let program = try Program()
        defer { program.remove() }
        let setup = try program.shell(
            """
            encconf init --provider kms --kms-name vault --kms-endpoint unix://\(plugin.socket) --file kms.yaml
            printf '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"t","namespace":"default"}}' > plain
            encconf encrypt --config kms.yaml --etcd-key /registry/secrets/default/t < plain > sealed
            """)
        #expect(setup.status == 0)
        let open =
            "encconf decrypt-secret --config kms.yaml --format raw -o raw sealed --etcd-key /registry/secrets/default"
        let result = try program.shell("\(open)/t | cmp - plain")
        #expect(result.status == 0)
        #expect(result.errors.contains("/registry/secrets/default/t: kmsv2 vault, current"))
        #expect(try program.shell("\(open)/other").errors.contains("cipher: message authentication failed"))
    }

    /// Versions of Kubernetes before 1.29 write values with a key of their own, and those before 1.28 read no others.
    @Test func storesAsTheVersionDoes() throws {
        let plugin = try PluginProcess()
        try plugin.misbehave("Status version v2beta1")
        let program = try Program()
        defer { program.remove() }
        let setup = try program.shell(
            """
            encconf init --provider kms --kms-name vault --kms-endpoint unix://\(plugin.socket) --file kms.yaml
            printf '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"t","namespace":"default"}}' > plain
            for v in 1.28 1.36; do
              encconf encrypt --config kms.yaml --kubernetes $v --etcd-key /registry/secrets/default/t < plain > $v || exit
            done
            """)
        #expect(setup.status == 0, "\(setup.errors)")
        func opened(_ file: String, _ options: String) throws -> String {
            try program.shell(
                "encconf decrypt-secret --config kms.yaml --format raw -o raw --etcd-key /registry/secrets/default/t "
                    + "\(options) \(file) | cmp - plain"
            ).errors
        }
        for (file, options, state) in [
            ("1.28", "--kubernetes 1.28", "current"), ("1.28", "--kubernetes 1.27", "current"),
            ("1.28", "", "stale"), ("1.28", "--kubernetes 1.28 --feature-gates KMSv2KDF=true", "stale"),
            ("1.36", "", "current"), ("1.36", "--kubernetes 1.29", "current"), ("1.36", "--kubernetes 1.28", "stale"),
            ("1.36", "--kubernetes 1.28 --feature-gates KMSv2KDF=true", "current"),
        ] {
            #expect(try opened(file, options).contains("kmsv2 vault, \(state)"), "\(file) \(options)")
        }
        #expect(try opened("1.36", "--kubernetes 1.27").contains("cipher: message authentication failed"))

        try plugin.misbehave("Status version v2")
        #expect(try program.shell("encconf kms status --config kms.yaml").status == 0)
        let old = try program.shell("encconf kms status --config kms.yaml --kubernetes 1.28")
        #expect(old.status == 1 && old.text.contains("expected KMSv2 API version v2beta1, got v2"), "\(old.text)")
    }
}
