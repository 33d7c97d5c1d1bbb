import Foundation
import PatientTesting
import TestSupport
import Testing

/// `encconf rescue` and `encconf audit --triage` on the recorded cluster after damage.
@Suite(.patient) struct RescueCommandTests {
    struct Group: Decodable {
        struct Value: Decodable { let etcdKey: String }
        struct Key: Decodable { let from: String? }
        struct Delete: Decodable { let requests: [String?] }
        let cause: String
        let apiserverError: String?
        let objects: Int
        let listed: [Value]
        /// Only in an audit.
        let keys: [Key]?
        let unsafeDelete: Delete?
    }
    struct Rescue: Decodable {
        let verdict: String
        let unreadable: [Group]
    }
    struct Audit: Decodable { let triage: [Group] }

    /// What no key makes readable: what Kubernetes itself does not read with every key, and plaintext that is not an object.
    private static func lost() throws -> Set<String> {
        let expected: AuditTests.Expected = try TestData.json("cluster/damaged-expected.json")
        let damaged = expected.keys.filter { $0.damage != nil && $0.provider != "kmsv2" && $0.provider != "kmsv1" }
        return Set(
            damaged.filter { key in
                !key.ok || ["empty value", "neither protobuf, JSON nor encrypted"].contains(key.damage)
            }.map(\.etcd_key))
    }

    /// Whatever file is damaged, every value that some key decrypts comes back, and the rest is named.
    @Test(arguments: ["config-missing-key.yaml", "config-wrong-key.yaml", "config-no-identity.yaml"])
    func everyValueThatAKeyDecryptsComesBack(file: String) throws {
        let program = try Program()
        defer { program.remove() }
        let cluster = "testdata/cluster"
        let result = try program.shell(
            "encconf rescue \(cluster)/\(file) --from \(cluster)/config-all.yaml \(cluster)/damaged.db --no-kms "
                + "--limit 1000 --output-file fixed.yaml -o json")
        #expect(result.status == 1)
        let report = try JSONDecoder().decode(Rescue.self, from: Data(result.output))
        #expect(report.verdict == "incomplete")
        #expect(Set(report.unreadable.flatMap(\.listed).map(\.etcdKey)) == (try Self.lost()))
        // The change is safe, and the audit alone says the same of the new file.
        #expect(try program.shell("encconf diff \(cluster)/\(file) fixed.yaml").status == 0)
        let audit = try program.shell(
            "encconf audit --config fixed.yaml --triage --no-kms --limit 1000 -o json \(cluster)/damaged.db")
        let triage = try JSONDecoder().decode(Audit.self, from: Data(audit.output)).triage
        #expect(Set(triage.flatMap(\.listed).map(\.etcdKey)) == (try Self.lost()))
        #expect(triage.flatMap { $0.keys ?? [] }.isEmpty)
    }

    /// The values of a running etcd, with a plugin that answers: nothing stays unreadable.
    @Test func fromARunningEtcdWithItsPlugin() throws {
        let plugin = try PluginProcess()
        let etcd = try EtcdMember(restoring: TestData.path("cluster/snapshot.db"))
        let program = try Program()
        defer { program.remove() }
        let source = "--etcd --endpoints \(etcd.endpoint)"
        let plugins = ["cloud-kms", "cloud-kms-old"].map { "--kms-endpoint \($0)=unix://\(plugin.socket)" }
            .joined(separator: " ")
        let result = try program.shell(
            "encconf rescue testdata/cluster/config-missing-key.yaml --from testdata/cluster/config-all.yaml "
                + "\(source) \(plugins) --output-file fixed.yaml -o json")
        #expect(result.status == 0, "\(result.errors)")
        let report = try JSONDecoder().decode(Rescue.self, from: Data(result.output))
        #expect(report.verdict == "complete" && report.unreadable.isEmpty)
        let audit = try program.shell(
            "encconf audit --config fixed.yaml \(source) \(plugins) --fail-on unreadable,notObject,moved")
        #expect(audit.status == 0, "\(audit.text)")
        // Without the plugin it is not proven.
        let unproven = try program.shell(
            "encconf rescue testdata/cluster/config-missing-key.yaml --from testdata/cluster/config-all.yaml "
                + "\(source) --no-kms --output-file unproven.yaml -o json")
        #expect(unproven.status == 3)
    }

    /// Triage says what kube-apiserver says, and proposes to delete only what no key decrypts.
    @Test func triageAgreesWithKubernetes() throws {
        let program = try Program()
        defer { program.remove() }
        let result = try program.shell(
            "cd testdata/cluster && encconf audit --config config-missing-key.yaml --config config-all.yaml --triage "
                + "--no-kms --limit 1000 -o json damaged.db")
        let triage = try JSONDecoder().decode(Audit.self, from: Data(result.output)).triage
        let expected: AuditTests.Expected = try TestData.json("cluster/damaged-expected.json")
        let errors = Dictionary(uniqueKeysWithValues: expected.keys.map { ($0.etcd_key, $0.error) })
        let lost = try Self.lost()
        for group in triage {
            for value in group.listed {
                #expect((group.keys?.isEmpty == true) == lost.contains(value.etcdKey))
                if lost.contains(value.etcdKey) { #expect(group.apiserverError == errors[value.etcdKey]) }
            }
            #expect((group.unsafeDelete == nil) == (group.keys?.isEmpty == false))
            // The version of a group is not known from etcd: a program gets no request then.
            for (value, request) in zip(group.listed, group.unsafeDelete?.requests ?? []) {
                let isCore = ["secrets", "configmaps"].contains { value.etcdKey.hasPrefix("/registry/\($0)/") }
                #expect((request != nil) == isCore, "\(value.etcdKey)")
                #expect(request?.hasPrefix("DELETE /api/v1/") ?? true)
            }
            #expect(group.objects == group.listed.count)
        }
    }
}
