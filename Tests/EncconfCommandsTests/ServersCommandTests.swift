import Foundation
import PatientTesting
import TestSupport
import Testing

/// Which servers run a file: three fake ones over a real etcd, as they behave and as they misbehave.
@Suite(.patient) struct ServersCommandTests {
    static let configuration = ShortFile.configuration(keys: ["k1"])

    /// A cluster, a program and the file that the servers run.
    private struct Scene {
        let cluster: FakeCluster
        let program: Program
        let file: URL

        init(_ options: [String] = [], reload: Double? = 0.2) throws {
            cluster = try FakeCluster(ServersCommandTests.configuration, reload: reload, options: options)
            program = try Program()
            file = program.workingFolder.appendingPathComponent("enc.yaml")
            try Data(ServersCommandTests.configuration.utf8).write(to: file)
        }

        func servers(_ arguments: String...) throws -> Report {
            let result = try program.run(
                ["servers", "enc.yaml", "-o", "json"] + cluster.kubernetesOptions + arguments)
            return try Report(result)
        }
    }

    /// The parts of a report that are looked at.
    struct Report: Decodable {
        struct Server: Decodable {
            let host: String?
            let address: String?
            let loaded: String
            let ready: Bool?
            let problems: [String]
            let hash: String?
        }
        var status: Int32 = 0
        let servers: [Server]
        let converged: String
        let revision: Int?
        let clusterUID: String?
        let leases: Int?
        let endpoints: Int?
        let gaps: [String]

        private enum CodingKeys: CodingKey {
            case servers, converged, revision, clusterUID, leases, endpoints, gaps
        }

        init(_ result: Program.Result) throws {
            do {
                self = try JSONDecoder().decode(Report.self, from: Data(result.output))
            } catch {
                Issue.record("\(result.status) \(result.text) \(result.errors)")
                throw error
            }
            status = result.status
        }
    }

    @Test func allRunIt() throws {
        let scene = try Scene()
        defer { scene.program.remove() }
        let report = try scene.servers("--settle", "0s", "--receipt", "receipt.json")
        #expect(report.status == 0 && report.converged == "yes" && report.gaps == [])
        #expect(report.servers.map(\.loaded) == ["yes", "yes", "yes"] && report.leases == 3 && report.endpoints == 3)
        #expect(report.revision ?? 0 > 0 && report.clusterUID != nil)
        // The receipt is what `rotate` takes.
        let steps = try scene.program.shell(
            "encconf rotate enc.yaml --step add --key-name k2 > /dev/null && encconf rotate enc.yaml --step promote --key-name k2 --receipt receipt.json"
        )
        #expect(steps.status == 2 && steps.errors.contains("enc.yaml"), "\(steps.errors)")
        let mode = try scene.program.shell("stat -c %a receipt.json")
        #expect(mode.text == "600\n")
    }

    /// `rotate --servers` asks them itself, and sees a server that lags.
    @Test func rotateAsksThem() throws {
        let scene = try Scene()
        defer { scene.program.remove() }
        let options = scene.cluster.kubernetesOptions.joined(separator: " ")
        let add = try scene.program.shell("encconf rotate enc.yaml --step add --key-name k2 -o json")
        #expect(add.status == 0)
        let early = try scene.program.shell("encconf rotate enc.yaml --step promote --key-name k2 --servers \(options)")
        #expect(early.status == 2 && early.errors.contains("control-plane-0: runs another file"))
        let text = try String(contentsOf: scene.file, encoding: .utf8)
        try scene.cluster.servers[1].misbehave(#"{"lag": true}"#)
        try scene.cluster.deliver(text)
        let wait = try scene.program.run(
            ["servers", "enc.yaml", "--wait", "3s", "--settle", "0s", "-o", "json"] + scene.cluster.kubernetesOptions)
        let report = try Report(wait)
        #expect(report.status == 1 && report.servers.map(\.loaded) == ["yes", "no", "yes"])
        let lagging = try scene.program.shell(
            "encconf rotate enc.yaml --step promote --key-name k2 --servers \(options)")
        #expect(lagging.status == 2 && lagging.errors.contains("control-plane-1: runs another file"))
        try scene.cluster.servers[1].misbehave("{}")
        let converged = try scene.program.run(
            ["servers", "enc.yaml", "--wait", "20s", "--settle", "0s"] + scene.cluster.kubernetesOptions)
        #expect(converged.status == 0, "\(converged.errors)")
        let promoted = try scene.program.shell(
            "encconf rotate enc.yaml --step promote --key-name k2 --servers \(options)")
        #expect(promoted.status == 0, "\(promoted.errors)")
    }

    /// What is not seen is unknown, and unknown is status 3.
    @Test(arguments: [
        (#"{"freeze": true}"#, 3, "no answer in time"), (#"{"fail_metrics": true}"#, 3, "failed (503)"),
        (#"{"hide_hash": true}"#, 1, "runs without an encryption file"), (#"{"not_ready": true}"#, 0, "not ready"),
        (#"{"throttle": 1}"#, 0, ""), (#"{"expired_token": true}"#, 3, "does not accept the credentials"),
    ])
    func oneMisbehaves(_ faults: String, status: Int32, problem: String) throws {
        let scene = try Scene()
        defer { scene.program.remove() }
        try scene.cluster.servers[2].misbehave(faults)
        let report = try scene.servers("--settle", "0s", "--request-timeout", "2s")
        let last = try #require(report.servers.last)
        #expect(report.status == status, "\(report)")
        #expect(problem.isEmpty || last.problems.joined().contains(problem), "\(last.problems)")
        #expect(report.servers.dropLast().allSatisfy { $0.loaded == "yes" })
    }

    /// A killed server leaves its Lease: it may start again with whatever is on its disk. One that was stopped is gone.
    @Test func deadServers() throws {
        let scene = try Scene(["--endpoint-life", "1"])
        defer { scene.program.remove() }
        scene.cluster.servers[2].kill()
        let killed = try scene.servers("--settle", "0s")
        #expect(killed.status == 3 && killed.converged == "unknown" && killed.leases == 3)
        #expect(killed.servers.last?.problems.joined().contains("its Lease is not renewed") == true, "\(killed)")
        try scene.cluster.servers[2].start()
        scene.cluster.servers[2].stop()
        let stopped = try scene.servers("--settle", "0s")
        #expect(stopped.status == 0 && stopped.leases == 2 && stopped.endpoints == 2, "\(stopped)")
    }

    /// Two sources must agree, and one alone is not believed, unless a person names every server.
    @Test func sources() throws {
        let scene = try Scene(["--endpoints", "none"])
        defer { scene.program.remove() }
        let alone = try scene.servers("--settle", "0s")
        #expect(
            alone.status == 3 && alone.endpoints == nil && alone.gaps.joined().contains("Only one list of the servers"))
        let urls = scene.cluster.servers.flatMap { ["--server", $0.url] }
        let named = try Report(
            scene.program.run(
                ["servers", "enc.yaml", "-o", "json", "--settle", "0s"] + scene.cluster.kubernetesOptions + urls))
        #expect(named.status == 0 && named.servers.count == 3, "\(named)")
        let two = try Report(
            scene.program.run(
                ["servers", "enc.yaml", "-o", "json", "--settle", "0s"] + scene.cluster.kubernetesOptions
                    + urls.prefix(4)))
        #expect(two.status == 3 && two.gaps.joined().contains("disagree"))
    }

    /// Servers before 1.34 show no hash: a canary shows what they write with, and not that they run the file.
    @Test func canary() throws {
        let scene = try Scene(["--no-hash-metric", "--kube-version", "v1.33.4"])
        defer { scene.program.remove() }
        let blind = try scene.servers()
        #expect(blind.status == 3 && blind.servers.allSatisfy { $0.problems.joined().contains("1.34") })
        let options = scene.cluster.kubernetesOptions + scene.cluster.etcdOptions
        let result = try scene.program.run(["servers", "enc.yaml", "-o", "json", "--canary"] + options)
        #expect(result.status == 3 && result.text.contains(#""writesAsFile": true"#), "\(result.text) \(result.errors)")
        // The counters tell what it did, too.
        let text = try scene.program.run(["servers", "enc.yaml", "--canary"] + options)
        #expect(text.text.contains("since its start it wrote Secrets with k1:"), "\(text.text)")
        let left = try scene.cluster.prefixes().keys
        #expect(left.isEmpty, "canaries are deleted")
        try scene.cluster.servers[1].deliver(ShortFile.configuration(keys: ["k2", "k1"]))
        Thread.sleep(forTimeInterval: 1)
        let other = try scene.program.run(["servers", "enc.yaml", "-o", "json", "--canary"] + options)
        #expect(other.status == 1 && other.text.contains("writes Secrets with another key"), "\(other.text)")
    }

    /// Another cluster's etcd proves nothing about this one.
    @Test func otherEtcd() throws {
        let (scene, other) = (try Scene(), try FakeCluster(Self.configuration, count: 1))
        defer { scene.program.remove() }
        let result = try scene.program.run(
            ["servers", "enc.yaml"] + scene.cluster.kubernetesOptions + other.etcdOptions)
        #expect(result.status == 3 && result.errors.contains("is not the etcd of the cluster"), "\(result.errors)")
    }

    /// The token of the kubeconfig is nowhere, whatever is answered.
    @Test func tokenIsNotShown() throws {
        let scene = try Scene()
        defer { scene.program.remove() }
        for faults in ["{}", #"{"expired_token": true}"#, #"{"fail_metrics": true}"#] {
            for server in scene.cluster.servers { try server.misbehave(faults) }
            for format in ["text", "json"] {
                let result = try scene.program.run(
                    ["servers", "enc.yaml", "-o", format, "--settle", "0s"] + scene.cluster.kubernetesOptions)
                #expect(!result.text.contains("admin-token") && !result.errors.contains("admin-token"))
            }
        }
    }
}
