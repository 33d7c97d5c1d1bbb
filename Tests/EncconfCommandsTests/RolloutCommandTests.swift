import Foundation
import PatientTesting
import TestSupport
import Testing

/// Whole rotations of three fake servers over a real etcd, through the command.
@Suite(.patient) struct RolloutCommandTests {
    private static let original = ShortFile.configuration(keys: ["k1"])

    /// A cluster under k1, and the file that its servers run.
    struct Scene {
        let cluster: FakeCluster
        let program: Program

        init(
            _ configuration: String = RolloutCommandTests.original, secrets: Int = 8, options: [String] = [],
            running: String?? = .none
        ) throws {
            cluster = try FakeCluster(running ?? configuration, options: options)
            try cluster.makeSecrets(secrets)
            program = try Program()
            try write(configuration)
            // A tool of the person: the file goes to each server as a whole.
            let copies = cluster.servers.map { server in
                "cp \"$ENCCONF_FILE\" \(server.configuration.path).new && mv \(server.configuration.path).new \(server.configuration.path)"
            }
            let script = (["#!/bin/sh", "set -e", "echo \"$ENCCONF_PHASE $ENCCONF_HASH\" >> delivered"] + copies)
                .joined(separator: "\n")
            try Data(script.utf8).write(to: program.workingFolder.appendingPathComponent("deliver"))
            _ = try program.shell("chmod +x deliver")
        }

        var file: URL { program.workingFolder.appendingPathComponent("enc.yaml") }
        var text: String { (try? String(contentsOf: file, encoding: .utf8)) ?? "" }

        func write(_ text: String) throws { try Data(text.utf8).write(to: file) }

        var arguments: [String] {
            ["rollout", "enc.yaml", "--yes", "--deliver", "./deliver", "--archive", "old.yaml", "--settle", "0s"]
                + ["--timeout", "20s", "--max-rate", "0"] + cluster.kubernetesOptions + cluster.etcdOptions
        }

        func rollout(_ more: String...) throws -> Program.Result { try program.run(arguments + more) }

        /// What an audit says of the file and the etcd.
        func audit() throws -> Program.Result {
            try program.run(["audit", "--config", "enc.yaml"] + cluster.etcdOptions)
        }

        /// The names of the keys in the file, in their order.
        var keys: [String] {
            text.matches(of: #/name: "?([a-z0-9-]+)"?/#).map { String($0.output.1) }
        }
    }

    @Test func endsInAProof() throws {
        let scene = try Scene()
        defer { scene.program.remove() }
        let result = try scene.rollout("--key-name", "k2", "-o", "json")
        #expect(result.status == 0, "\(result.text) \(result.errors)")
        #expect(scene.keys == ["k2"])
        let stored = try scene.cluster.prefixes()
        #expect(Set(stored.values) == ["aesgcm k2"] && stored.count == 8)
        let lines = result.text.split(separator: "\n")
        #expect(
            lines.allSatisfy { $0.hasPrefix("{\"apiVersion\": \"encconf/v1\",\"kind\": \"RolloutEvent\"") },
            "\(lines.first ?? "")")
        #expect(lines.last?.contains("3 servers with enc.yaml") == true)
        let phases = try scene.program.shell(
            "cut -d' ' -f1 delivered | tr '\\n' ' '; ls -1 *.db | wc -l; stat -c %a old.yaml")
        #expect(phases.text == "added promoted retired 2\n600\n", "\(phases.text)")
        let opened = try scene.program.shell(
            "encconf decrypt-secret --config old.yaml --help > /dev/null; grep -c k1 old.yaml")
        #expect(opened.text == "1\n")
        // No key is in what was said.
        for key in ["k1", "k2"] { #expect(!(result.text + result.errors).contains(ShortFile.secret(of: key))) }
    }

    /// Typed twice, nothing is rotated twice.
    @Test func typedTwice() throws {
        let scene = try Scene(secrets: 3)
        defer { scene.program.remove() }
        #expect(try scene.rollout().status == 0)
        let text = scene.text
        let again = try scene.rollout()
        #expect(again.status == 0 && scene.text == text, "\(again.text) \(again.errors)")
        #expect(again.text.contains("done: 3 servers"))
        // It is no memory: a server that runs something else is seen.
        try scene.cluster.servers[1].deliver(Self.original)
        Thread.sleep(forTimeInterval: 1)
        let other = try scene.rollout()
        #expect(other.status != 0 && scene.text == text, "\(other.text)")
    }

    /// Killed at any moment and begun again, with a server that lags now and then, it ends the same, and no read fails
    /// meanwhile. `ENCCONF_TESTS=all` tries 500 seeds.
    @Test(arguments: 0..<(ProcessInfo.processInfo.environment["ENCCONF_TESTS"] == "all" ? 500 : 3))
    func resumes(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let scene = try Scene(secrets: 5)
        defer { scene.program.remove() }
        let load = try scene.cluster.startLoad(secrets: 5)
        var kills = 0
        while true {
            let run = try scene.program.start(scene.arguments + ["--no-snapshots"], input: .nullDevice)
            let lagging = scene.cluster.servers[Int.random(in: 0..<3, using: &random)]
            try lagging.misbehave(kills < 5 && Bool.random(using: &random) ? #"{"lag": true}"# : "{}")
            if kills >= 5 { for server in scene.cluster.servers { try server.misbehave("{}") } }
            if kills < 6 {
                Thread.sleep(forTimeInterval: Double.random(in: 0.05...1.8, using: &random))
                kill(run.process.processIdentifier, Bool.random(using: &random) ? SIGKILL : SIGINT)
            }
            kills += 1
            let result = try run.result()
            if result.status == 0 { break }
            guard kills < 12 else {
                Issue.record("\(result.status) \(result.text) \(result.errors)")
                return
            }
        }
        let (requests, failures) = load.stop()
        #expect(requests > 20 && failures.isEmpty, "\(requests) \(failures)")
        let stored = try scene.cluster.prefixes()
        #expect(scene.keys.count == 1 && scene.keys != ["k1"])
        #expect(Set(stored.values) == ["aesgcm \(scene.keys.first ?? "")"] && stored.count == 5)
        let left = try scene.program.shell("ls -A | grep -E 'lock|encconf-' || true")
        #expect(left.text == "")
    }

    /// A server that lags keeps the rollout from going on; its values stay readable.
    @Test func laggingServer() throws {
        let scene = try Scene(secrets: 3)
        defer { scene.program.remove() }
        try scene.cluster.servers[2].misbehave(#"{"lag": true}"#)
        let result = try scene.rollout("--timeout", "3s", "--key-name", "k2")
        #expect(result.status == 3 && result.errors.contains("not every server ran it in time"), "\(result.errors)")
        #expect(scene.keys == ["k1", "k2"], "the new key does not write yet")
        try scene.cluster.servers[2].misbehave("{}")
        let rest = try scene.rollout("--key-name", "k2")
        #expect(rest.status == 0 && scene.keys == ["k2"], "\(rest.text) \(rest.errors)")
    }

    /// A colleague's edit, another operator, another goal: refused, and nothing is written.
    @Test func othersAtWork() throws {
        let scene = try Scene(secrets: 2)
        defer { scene.program.remove() }
        try scene.cluster.servers[2].misbehave(#"{"lag": true}"#)
        #expect(try scene.rollout("--timeout", "1s", "--key-name", "k2").status == 3)
        try scene.cluster.servers[2].misbehave("{}")
        let other = try scene.rollout("--key-name", "k3")
        #expect(other.status == 64 && other.errors.contains("Another rollout"), "\(other.errors)")
        let text = scene.text
        try scene.write(text + "# changed by a colleague\n")
        let edited = try scene.rollout("--key-name", "k2")
        #expect(edited.status == 2 && edited.errors.contains("changed by another process"), "\(edited.errors)")
        try scene.write(text)
        // The colleague gave the servers a file of another key.
        try scene.cluster.deliver(ShortFile.configuration(keys: ["k9", "k1"]))
        Thread.sleep(forTimeInterval: 1)
        let foreign = try scene.rollout("--key-name", "k2")
        #expect(foreign.status == 2 && foreign.errors.contains("runs another file"), "\(foreign.errors)")
        for server in scene.cluster.servers {
            #expect(
                try String(contentsOf: server.configuration, encoding: .utf8).contains("k9"), "nothing was delivered")
        }
    }

    /// Back from each position; what was written with the new key is rewritten first.
    @Test(arguments: ["added", "promoted"]) func goesBack(from position: String) throws {
        let scene = try Scene(secrets: 4)
        defer { scene.program.remove() }
        let stop = position == "added" ? "promoted" : "retired"
        // The tool fails at the next phase, so that the rollout stops there.
        _ = try scene.program.shell("sed -i '2a [ \"$ENCCONF_PHASE\" != \(stop) ] || [ -e go ] || exit 7' deliver")
        let stopped = try scene.rollout("--key-name", "k2")
        #expect(stopped.status == 2, "\(stopped.text)")
        if position == "promoted" {
            let late = try scene.rollout("--key-name", "k2", "--abort")
            #expect(late.status == 2 && late.errors.contains("Cannot abort"), "\(late.errors)")
            return
        }
        #expect(scene.keys == ["k2", "k1"], "promote is written, and no server has it")
        _ = try scene.program.shell("touch go")
        let back = try scene.rollout("--key-name", "k2", "--abort")
        #expect(back.status == 0 && scene.keys == ["k1"], "\(back.text) \(back.errors)")
        #expect(Set(try scene.cluster.prefixes().values) == ["aesgcm k1"])
        // Taken back is no rotation that was done.
        let again = try scene.rollout("--no-snapshots")
        #expect(again.status == 0 && scene.keys.count == 1 && scene.keys != ["k1"], "\(again.text) \(again.errors)")
    }

    /// Back while the new file is on one server only, and a server that takes it and one that does not are mixed.
    @Test func goesBackFromMixedServers() throws {
        let scene = try Scene(secrets: 3)
        defer { scene.program.remove() }
        try scene.cluster.servers[2].misbehave(#"{"lag": true}"#)
        #expect(try scene.rollout("--timeout", "2s", "--key-name", "k2").status == 3)
        let back = try scene.rollout("--timeout", "5s", "--key-name", "k2", "--abort")
        #expect(back.status == 0 && scene.keys == ["k1"], "\(back.text) \(back.errors)")
        #expect(Set(try scene.cluster.prefixes().values) == ["aesgcm k1"])
    }

    /// A server that is about to end, and still serves, is not gone.
    @Test func endingServer() throws {
        let scene = try Scene(secrets: 2, options: ["--shutdown-delay", "30"])
        defer { scene.program.remove() }
        let file = scene.program.workingFolder.appendingPathComponent("other.yaml")
        try Data(ShortFile.configuration(keys: ["k1", "k2"]).utf8).write(to: file)
        for server in scene.cluster.servers.prefix(2) {
            try server.deliver(ShortFile.configuration(keys: ["k1", "k2"]))
        }
        let run = try scene.program.start(
            ["servers", "other.yaml", "--wait", "9s", "--settle", "0s"] + scene.cluster.kubernetesOptions,
            input: .nullDevice)
        Thread.sleep(forTimeInterval: 3)
        scene.cluster.servers[2].terminate()
        let result = try run.result()
        #expect(result.status == 1 || result.status == 3, "\(result.text) \(result.errors)")
    }

    /// From no file at all, and to another provider.
    @Test func enablesAndSwitches() throws {
        let first = """
            apiVersion: apiserver.config.k8s.io/v1
            kind: EncryptionConfiguration
            resources:
            - resources: [secrets]
              providers:
              - identity: {}
              - aescbc:
                  keys:
                  - {name: k1, secret: \(ShortFile.secret(of: "k1"))}

            """
        let scene = try Scene(first, secrets: 4)
        defer { scene.program.remove() }
        #expect(Set(try scene.cluster.prefixes().values) == ["plaintext"])
        let enabled = try scene.rollout("--no-snapshots", "--key-name", "k1")
        #expect(enabled.status == 0, "\(enabled.text) \(enabled.errors)")
        #expect(Set(try scene.cluster.prefixes().values) == ["aescbc k1"])
        let switched = try scene.rollout("--no-snapshots", "--to", "secretbox", "--key-name", "s1")
        #expect(switched.status == 0, "\(switched.text) \(switched.errors)")
        #expect(Set(try scene.cluster.prefixes().values) == ["secretbox s1"])
        let disabled = try scene.rollout("--no-snapshots", "--to", "identity")
        #expect(disabled.status == 0, "\(disabled.text) \(disabled.errors)")
        #expect(Set(try scene.cluster.prefixes().values) == ["plaintext"])
    }

    /// One server after the other, by its own name; the next one only when the one before runs the file.
    @Test func perServer() throws {
        let scene = try Scene(secrets: 2)
        defer { scene.program.remove() }
        let cases = scene.cluster.servers.map { "\($0.name)) target=\($0.configuration.path);;" }.joined(separator: " ")
        let script = """
            #!/bin/sh
            case "$ENCCONF_SERVER_HOST" in \(cases) *) exit 9;; esac
            echo "$ENCCONF_PHASE $ENCCONF_SERVER_HOST" >> delivered
            cp "$ENCCONF_FILE" "$target.new" && mv "$target.new" "$target"
            """
        try Data(script.utf8).write(to: scene.program.workingFolder.appendingPathComponent("deliver"))
        let result = try scene.rollout("--per-server", "--no-snapshots", "--key-name", "k2")
        #expect(result.status == 0, "\(result.text) \(result.errors)")
        let delivered = try scene.program.shell("head -3 delivered")
        #expect(delivered.text == "added control-plane-0\nadded control-plane-1\nadded control-plane-2\n")
    }

    /// What is wrong with the command line, or missing, is said before anything is done.
    @Test(arguments: [
        (["--archive", "a"], 64, "--etcd"), (["--etcd"], 64, "--archive"),
        (["--etcd", "--discard-retired-keys"], 64, "snapshot"),
        (["--etcd", "--archive", "a", "--restart", "x"], 64, "--deliver"),
        (["--etcd", "--archive", "a", "--evidence", "s.db"], 64, "--evidence"),
        (["--etcd", "--archive", "a", "--deliver", "ssh://host"], 64, "ssh://"),
        (["--etcd", "--archive", "a"], 64, "not a terminal"),
    ])
    func refusals(_ options: [String], status: Int32, text: String) throws {
        let program = try Program()
        defer { program.remove() }
        try Data(Self.original.utf8).write(to: program.workingFolder.appendingPathComponent("enc.yaml"))
        let result = try program.run(["rollout", "enc.yaml"] + options)
        #expect(result.status == status && result.errors.contains(text), "\(result.errors)")
    }
}
