import Foundation
import PatientTesting
import TestSupport
import Testing

/// Stored values are written anew through fake servers over a real etcd, which tells what came of it.
@Suite(.patient) struct RewriteCommandTests {
    private static let old = ShortFile.configuration(keys: ["k1", "k2"])
    private static let new = ShortFile.configuration(keys: ["k2", "k1"])

    /// Secrets under k1, and every server runs a file that writes k2.
    private struct Scene {
        let cluster: FakeCluster
        let program: Program

        init(count: Int = 20, resources: [String] = ["secrets"]) throws {
            cluster = try FakeCluster(ShortFile.configuration(keys: ["k1", "k2"], resources: resources))
            try cluster.makeSecrets(count)
            program = try Program()
            let new = ShortFile.configuration(keys: ["k2", "k1"], resources: resources)
            try Data(new.utf8).write(to: program.workingFolder.appendingPathComponent("enc.yaml"))
            try cluster.deliver(new)
            let wait = try program.run(
                ["servers", "enc.yaml", "--wait", "20s", "--settle", "0s"] + cluster.kubernetesOptions)
            #expect(wait.status == 0, "\(wait.text) \(wait.errors)")
        }

        func rewrite(_ arguments: [String]) throws -> (result: Program.Result, report: Report?) {
            let result = try program.run(
                ["rewrite", "enc.yaml", "-o", "json", "--max-rate", "0"] + cluster.kubernetesOptions + arguments)
            return (result, try? JSONDecoder().decode(Report.self, from: Data(result.output)))
        }
    }

    struct Report: Decodable {
        struct Row: Decodable {
            struct Refused: Decodable {
                let object: String
                let code: String
                let reason: String
            }
            let resource: String
            let rewritten: Int
            let current: Int
            let gone: Int
            let conflicts: Int
            let refused: [Refused]
            let failedTotal: Int
        }
        struct Audit: Decodable {
            let objects: Int
            let stale: Int
            let unreadable: Int
            let unknown: Int
        }
        let resources: [Row]
        let audit: Audit?
    }

    /// With etcd only what is stale, without it all; typed twice it has nothing left to do.
    @Test(arguments: [true, false]) func rewritesAll(withEtcd: Bool) throws {
        let scene = try Scene()
        defer { scene.program.remove() }
        let options = withEtcd ? scene.cluster.etcdOptions : []
        #expect(try Set(scene.cluster.prefixes().values) == ["aesgcm k1"])
        let dry = try scene.rewrite(options + ["--dry-run"])
        #expect(try dry.result.status == 0 && Set(scene.cluster.prefixes().values) == ["aesgcm k1"])
        let (result, report) = try scene.rewrite(options)
        #expect(result.status == 0 && report?.resources.first?.rewritten == 20, "\(result.text) \(result.errors)")
        let stored = try scene.cluster.prefixes()
        #expect(Set(stored.values) == ["aesgcm k2"], "\(stored)")
        // Its own word is no proof: with etcd at hand it ends with an audit.
        #expect((report?.audit != nil) == withEtcd)
        if let audit = report?.audit {
            #expect(audit.objects == 20 && audit.stale == 0 && audit.unreadable == 0 && audit.unknown == 0)
        }
        let again = try scene.rewrite(options)
        #expect(again.result.status == 0 && (again.report?.resources.first?.rewritten ?? 0) == 0)
        // No content was asked for.
        for server in scene.cluster.servers {
            for line in try server.requests() where line.contains("encconf") || line.contains("PATCH") {
                #expect(!line.contains("/secrets?fieldManager"))
            }
        }
    }

    /// A server that still writes the old key would write values back.
    @Test func refusesBeforeConvergence() throws {
        let scene = try Scene(count: 3)
        defer { scene.program.remove() }
        try scene.cluster.servers[2].deliver(Self.old)
        Thread.sleep(forTimeInterval: 1)
        let (result, _) = try scene.rewrite(scene.cluster.etcdOptions)
        #expect(
            result.status == 2 && result.errors.contains("control-plane-2: runs another file"), "\(result.errors)")
        #expect(try Set(scene.cluster.prefixes().values) == ["aesgcm k1"])
        try scene.cluster.servers[2].misbehave(#"{"fail_metrics": true}"#)
        #expect(try scene.rewrite([]).result.status == 3)
    }

    /// What is refused is listed by object with the reason, the rest is done, and nothing of the server's words is shown.
    @Test func refusals() throws {
        let scene = try Scene()
        defer { scene.program.remove() }
        for server in scene.cluster.servers {
            try server.misbehave(#"{"deny": ["s1"], "webhook_down": ["s2"]}"#)
        }
        let dry = try scene.rewrite(scene.cluster.etcdOptions + ["--dry-run"])
        #expect(dry.result.status == 1, "refusals are found beforehand")
        let (result, report) = try scene.rewrite(scene.cluster.etcdOptions)
        let row = try #require(report?.resources.first)
        #expect(result.status == 1 && row.rewritten == 18)
        #expect(
            Set(row.refused.map { "\($0.object) \($0.code)" }) == [
                "default/s1 policy", "default/s2 webhookUnreachable",
            ])
        #expect(!result.text.contains("may not be changed") && !result.text.contains("connection refused"))
        let left = try scene.cluster.prefixes().filter { $0.value == "aesgcm k1" }.keys.sorted()
        #expect(left == ["default/s1", "default/s2"])
        for server in scene.cluster.servers { try server.misbehave("{}") }
        let again = try scene.rewrite(scene.cluster.etcdOptions)
        #expect(again.result.status == 0 && again.report?.resources.first?.rewritten == 2)
    }

    /// Connections that end before or after the write, throttling, and an object that is changed meanwhile: nothing is
    /// lost or dropped.
    @Test(arguments: [
        #"{"cut_after_patch": 0.2}"#, #"{"cut_before_patch": 0.2}"#, #"{"throttle_every": 7}"#,
        #"{"continue_expires": true}"#,
    ]) func surviveFaults(_ faults: String) throws {
        let scene = try Scene(count: 30)
        defer { scene.program.remove() }
        for server in scene.cluster.servers { try server.misbehave(faults) }
        let (result, report) = try scene.rewrite(faults.contains("continue") ? [] : scene.cluster.etcdOptions)
        #expect(result.status == 0, "\(result.text) \(result.errors)")
        let row = try #require(report?.resources.first)
        #expect(row.rewritten + row.current + row.conflicts + row.gone == 30 && row.failedTotal == 0)
        let stored = try scene.cluster.prefixes()
        #expect(Set(stored.values) == ["aesgcm k2"], "\(stored)")
    }

    /// One server dies under way: the others do its part.
    @Test func serverDies() throws {
        let scene = try Scene(count: 60)
        defer { scene.program.remove() }
        try scene.cluster.servers[1].misbehave(#"{"freeze": true}"#)
        let blind = try scene.rewrite(scene.cluster.etcdOptions + ["--request-timeout", "2s"])
        #expect(blind.result.status == 3, "a server that is not seen may write the old key")
        try scene.cluster.servers[1].misbehave("{}")
        let run = try scene.program.start(
            ["rewrite", "enc.yaml", "--max-rate", "30", "-o", "json"] + scene.cluster.kubernetesOptions
                + scene.cluster.etcdOptions, input: .nullDevice)
        Thread.sleep(forTimeInterval: 1)
        scene.cluster.servers[1].kill()
        let result = try run.result()
        // All is rewritten, and that the dead server is not seen at the end is said.
        #expect(result.status == 3, "\(result.text) \(result.errors)")
        let stored = try scene.cluster.prefixes()
        #expect(Set(stored.values) == ["aesgcm k2"], "\(stored)")
    }

    /// Ctrl-C ends it between two objects, with a report; run again it goes on with what is left.
    @Test func interrupted() throws {
        let scene = try Scene(count: 60)
        defer { scene.program.remove() }
        let run = try scene.program.start(
            ["rewrite", "enc.yaml", "--max-rate", "20", "-o", "json"] + scene.cluster.kubernetesOptions
                + scene.cluster.etcdOptions, input: .nullDevice)
        Thread.sleep(forTimeInterval: 1.5)
        kill(run.process.processIdentifier, SIGINT)
        let result = try run.result()
        let report = try JSONDecoder().decode(Report.self, from: Data(result.output))
        let done = report.resources.first?.rewritten ?? 0
        #expect(done > 0 && done < 60 && result.status != 0)
        #expect(try scene.cluster.prefixes().values.filter { $0 == "aesgcm k2" }.count >= done)
        let rest = try scene.rewrite(scene.cluster.etcdOptions)
        #expect(try rest.result.status == 0 && Set(scene.cluster.prefixes().values) == ["aesgcm k2"])
    }

    /// Who may list and patch, and nothing else, can rewrite.
    @Test func fewRights() throws {
        let scene = try Scene(count: 5)
        defer { scene.program.remove() }
        let kubeconfig = scene.program.workingFolder.appendingPathComponent("rewriter")
        try Data(scene.cluster.kubeconfig(user: "rewriter").utf8).write(to: kubeconfig)
        let result = try scene.program.run(
            ["rewrite", "enc.yaml", "--kubeconfig", "rewriter", "--max-rate", "0"] + scene.cluster.etcdOptions)
        #expect(result.status == 0, "\(result.text) \(result.errors)")
        try Data(scene.cluster.kubeconfig(user: "nobody").utf8).write(to: kubeconfig)
        let nobody = try scene.program.run(["rewrite", "enc.yaml", "--kubeconfig", "rewriter"])
        #expect(nobody.status == 3 && nobody.errors.contains("403"), "\(nobody.errors)")
    }
}
