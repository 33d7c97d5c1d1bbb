import ClusterSupport
import Foundation
import JSONText
import PatientTesting
import TestSupport
import Testing

/// `encconf audit --policy`, as a user runs it.
@Suite(.patient) struct PolicyCommandTests {
    private struct Report: Decodable {
        struct Policy: Decodable {
            struct Limit: Decodable {
                let used: Int
                let kubernetes: Int
                let nist: Int
            }
            let preset: String?
            let path: String?
            let hash: String?
            let gcmWriteLimit: Limit
            let elsewhere: [String]
        }
        struct Control: Decodable {
            let framework: String
            let version: String
            let id: String
            let verdict: String
            let by: [String]
            let evidence: String
            let reading: String
        }
        struct Key: Decodable {
            let provider: String
            let key: String?
            let fingerprint: String?
            let writeKey: Bool
            let objects: Int
            let oldRevisions: Int?
            let firstRevision: Int?
            let lastRevision: Int?
            let created: String?
            let ageDays: Int?
        }
        struct Finding: Decodable {
            let code: String
            let details: [String]?
        }
        let policy: Policy?
        let controls: [Control]
        let keys: [Key]
        let findings: [Finding]
        let verdict: String
    }

    private func json(_ folder: AuditCase, _ line: String) throws -> (report: Report, status: Int32) {
        let result = try folder.run("audit -o json \(line)")
        for format in ["text", "html", "openmetrics"] {
            #expect(try folder.run("audit -o \(format) \(line)").status == result.status, "\(format)")
        }
        return (try JSONDecoder().decode(Report.self, from: Data(result.output)), result.status)
    }

    private static let old = "secrets: secretbox key-20200101t000000z=1"

    private func folder(_ configuration: String = old) throws -> AuditCase {
        let folder = try AuditCase()
        try folder.configure(configuration)
        try folder.save { snapshot in
            for name in ["a", "b"] { try snapshot.put(secret: name, by: configuration) }
        }
        return folder
    }

    /// A preset is a name; a file of the same name is given with its folder.
    @Test func presetsAndFiles() throws {
        let folder = try folder()
        defer { folder.remove() }
        try folder.write("cis", Array("apiVersion: encconf/v1\nkind: AuditPolicy\ngcmWriteLimit: 7\n".utf8))
        let preset = try json(folder, "--config c.yaml --policy cis s.db")
        #expect(preset.report.policy?.preset == "cis" && preset.report.policy?.path == nil && preset.status == 0)
        #expect(preset.report.policy?.gcmWriteLimit.used == 200_000)
        #expect(preset.report.policy?.gcmWriteLimit.kubernetes == 200_000)
        #expect(preset.report.policy?.gcmWriteLimit.nist == 1 << 32)
        let file = try json(folder, "--config c.yaml --policy ./cis s.db")
        #expect(file.report.policy?.preset == nil && file.report.policy?.path == "./cis" && file.status == 0)
        #expect(file.report.policy?.gcmWriteLimit.used == 7)
        #expect(file.report.policy?.hash?.hasPrefix("sha256:") == true)
        let none = try json(folder, "--config c.yaml s.db")
        #expect(none.report.policy == nil && none.report.controls.count == 14 && none.status == 0)
    }

    /// A finding of the policy counts, in every format, unless `--fail-on` names others.
    @Test func findingsCount() throws {
        let folder = try folder()
        defer { folder.remove() }
        let old = try json(folder, "--config c.yaml --policy pci s.db")
        #expect(old.status == 1 && old.report.verdict == "findings")
        #expect(old.report.findings.map(\.code) == ["ENC0418"])
        let detail = try #require(old.report.findings.first?.details?.first)
        #expect(detail.hasPrefix("secretbox key-20200101t000000z: ") && detail.hasSuffix("the policy allows 365d"))
        #expect(old.report.controls.first { $0.id == "3.7.4" }?.verdict == "notMet")
        #expect(old.report.controls.first { $0.id == "3.7.4" }?.by == ["ENC0418"])
        #expect(try json(folder, "--config c.yaml --policy pci --fail-on plaintext s.db").status == 0)
        #expect(try json(folder, "--config c.yaml --policy pci --fail-on policy s.db").status == 1)
        #expect(try json(folder, "--config c.yaml --policy pci --fail-on ENC0417 s.db").status == 0)
        // FIPS allows no secretbox, and says what is shown elsewhere.
        let fips = try json(folder, "--config c.yaml --policy fips s.db")
        #expect(fips.status == 1 && fips.report.findings.map(\.code) == ["ENC0417"])
        #expect(fips.report.policy?.elsewhere.contains { $0.contains("certificate") } == true)
        let text = try folder.run("audit --config c.yaml --policy fips s.db").text
        #expect(
            text.contains("  policy         fips (preset)\n") && text.contains("  elsewhere      That kube-apiserver"))
        #expect(text.contains("\n  secretbox key-20200101t000000z: 2 values, and it is a write key\n"))
    }

    @Test func anUnknownAgeIsNotProven() throws {
        let folder = try folder("secrets: secretbox key1=1")
        defer { folder.remove() }
        let report = try json(folder, "--config c.yaml --policy pci s.db")
        #expect(report.status == 3 && report.report.verdict == "unknown")
        #expect(report.report.controls.first { $0.id == "3.7.4" }?.verdict == "notShown")
    }

    /// The figure in use stands beside those of Kubernetes and NIST.
    @Test func theFiguresAreSaid() throws {
        let folder = try folder("secrets: aesgcm k=1")
        defer { folder.remove() }
        try folder.write("p.yaml", Array("apiVersion: encconf/v1\nkind: AuditPolicy\ngcmWriteLimit: 2\n".utf8))
        let text = try folder.run("audit --config c.yaml --policy p.yaml s.db").text
        #expect(
            text.contains(
                "Limit of the policy: 2. Kubernetes recommends 200000; NIST SP 800-38D allows 4294967296 (2^32)."))
    }

    /// Every key, with its age, and the first and last revision that it wrote.
    @Test func keysHaveTheirRevisions() throws {
        let folder = try AuditCase()
        defer { folder.remove() }
        let new = "secrets: secretbox key-20260101t000000z=2 old=1; aescbc unused=3; identity"
        try folder.configure(new)
        try folder.save { snapshot in
            snapshot.skip(to: 10)
            try snapshot.put(secret: "a", by: "secrets: secretbox old=1")
            try snapshot.put(secret: "b", by: "secrets: secretbox old=1")
            try snapshot.put(secret: "c", by: new)
            try snapshot.put(secret: "a", by: new)
            try snapshot.put(secret: "d", by: new)
        }
        let keys = try json(folder, "--config c.yaml s.db").report.keys
        func key(_ name: String, of keys: [Report.Key]) throws -> Report.Key {
            try #require(keys.first { $0.key == name })
        }
        let write = try key("key-20260101t000000z", of: keys)
        #expect(write.writeKey && write.objects == 3 && write.firstRevision == 13 && write.lastRevision == 15)
        #expect(write.created == "2026-01-01T00:00:00Z" && write.ageDays != nil && write.fingerprint != nil)
        let read = try key("old", of: keys)
        #expect(!read.writeKey && read.objects == 1 && read.firstRevision == 12 && read.lastRevision == 12)
        #expect(read.created == nil && read.ageDays == nil && read.oldRevisions == nil)
        let unused = try key("unused", of: keys)
        #expect(unused.objects == 0 && unused.firstRevision == nil && unused.lastRevision == nil)
        // An old revision is a value that the key wrote, too.
        let all = try json(folder, "--config c.yaml --history s.db").report.keys
        #expect(try key("old", of: all).firstRevision == 11 && key("old", of: all).oldRevisions == 1)
        #expect(try key("unused", of: all).oldRevisions == 0)
    }

    @Test(arguments: [
        ("--policy p.yaml", "p.yaml:3:1: unknown field mustEncrpyt\n", 2),
        ("--policy gone.yaml", "gone.yaml: no such file or directory", 2),
        ("--policy c.yaml", "c.yaml: not a policy of kind AuditPolicy", 2),
        ("--policy cis --resources configmaps", "--resources leaves out secrets, which the policy wants encrypted", 64),
        ("--policy hipaa", "hipaa: no such file or directory", 2),
    ])
    func whatCannotBeHonouredIsRefused(options: String, message: String, status: Int32) throws {
        let folder = try folder()
        defer { folder.remove() }
        try folder.write("p.yaml", Array("apiVersion: encconf/v1\nkind: AuditPolicy\nmustEncrpyt: [a]\n".utf8))
        for format in ["text", "json", "html", "openmetrics"] {
            let result = try folder.run("audit --config c.yaml \(options) -o \(format) s.db")
            #expect(result.status == status)
            #expect(result.errors.contains(message), "\(result.errors)")
        }
        #expect(try folder.run("audit --config - --policy - s.db").status == 64)
    }

    /// The example of the README is a policy.
    @Test func theExampleOfTheReadmeIsRead() throws {
        let folder = try folder()
        defer { folder.remove() }
        let readme = try String(contentsOf: TestData.packageRoot.appendingPathComponent("README.md"), encoding: .utf8)
        let example = try #require(
            readme.components(separatedBy: "```yaml\n").map { $0.components(separatedBy: "```")[0] }
                .first { $0.contains("kind: AuditPolicy") })
        try folder.write("p.yaml", Array(example.utf8))
        let report = try json(folder, "--config c.yaml --policy p.yaml s.db")
        #expect(report.report.policy?.preset == "pci" && report.status == 1)
    }

    /// No report calls anything compliant: that is the word of an auditor.
    @Test func nothingIsCalledCompliant() throws {
        let folder = try folder()
        defer { folder.remove() }
        for format in ["text", "json", "html", "openmetrics"] {
            for policy in ["cis", "stig", "fips", "pci"] {
                let result = try folder.run("audit --config c.yaml --policy \(policy) -o \(format) s.db")
                #expect(!result.text.lowercased().contains("complian"))
            }
        }
        #expect(!(try folder.run("audit --help").text.lowercased().contains("complian")))
    }
}
