import Foundation
import PatientTesting
import TestSupport
import Testing

/// `encconf audit` over the recorded cluster, against what Kubernetes itself reads there.
@Suite(.patient) struct AuditTests {
    struct Report: Decodable, Equatable {
        struct Source: Decodable, Equatable {
            let path: String
            let sha256Verified: Bool?
            let revision: Int
            let compactRevision: Int
            let bytes: Int
            let keys: Int
            let records: Int
            let problems: Int
        }
        struct Resource: Decodable, Equatable {
            struct Key: Decodable, Equatable {
                let provider: String
                let key: String?
                let fingerprint: String?
                let objects: Int
                let stale: Int
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

            /// As the recorded counts name it: `aescbc/key1`, and `identity` or `unknown` alone.
            var counts: [String: Int] {
                Dictionary(
                    uniqueKeysWithValues: byKey.map { ($0.key.map(labelled($0.provider)) ?? $0.provider, $0.objects) })
            }

            private func labelled(_ provider: String) -> (String) -> String {
                { $0.isEmpty ? provider : "\(provider)/\($0)" }
            }
        }
        struct Finding: Decodable, Equatable {
            let code: String
            let severity: String
            /// Nil for a finding about the file.
            let etcdKey: String?
            let revision: Int?
            let message: String
        }
        let kind: String
        let source: Source
        let resources: [Resource]
        let history: [Resource]?
        let findings: [Finding]
        let findingTotals: [String: Int]
        let verdict: String

        func findings(of etcdKey: String) -> [Finding] { findings.filter { $0.etcdKey == etcdKey } }
        func resource(_ name: String) -> Resource? { resources.first { $0.resource == name } }
    }

    struct Expected: Decodable {
        struct Key: Decodable {
            let etcd_key: String
            let resource: String
            let mod_revision: Int
            let provider: String
            let key_name: String
            let kms_key_id: String?
            let value_size: Int
            let ok: Bool
            let stale: Bool
            let error: String?
            let damage: String?
        }
        struct Past: Decodable {
            let etcd_key: String
            let tombstone: Bool
            let provider: String?
            let key_name: String?
            let live: Bool
        }
        let counts: [String: [String: Int]]
        let live_keys: Int
        let revisions_in_key_bucket: Int
        let keys: [Key]
        let history: [Past]

        func bytes(of resource: String) -> Int {
            keys.filter { $0.resource == resource }.reduce(0) { $0 + $1.value_size }
        }
    }

    private static let cluster = "testdata/cluster"

    /// Runs an audit; the report, and the exit status.
    private func audit(_ arguments: String) throws -> (report: Report, status: Int32) {
        let program = try Program()
        defer { program.remove() }
        let result = try program.shell("cd testdata/cluster && encconf audit -o json \(arguments)")
        #expect(result.errors.isEmpty)
        return (try JSONDecoder().decode(Report.self, from: Data(result.output)), result.status)
    }

    /// Runs an audit as a person would.
    private func run(_ line: String) throws -> Program.Result {
        let program = try Program()
        defer { program.remove() }
        return try program.shell("cd testdata/cluster && encconf audit \(line)")
    }

    // MARK: What Kubernetes reads

    /// Every key of the recorded cluster under every configuration: readable, stale, or the very error.
    @Test(
        arguments: try TestData.json("cluster/readability.json", as: RecordedDumpTests.Readability.self).configs.keys
            .sorted())
    func readsAsKubernetes(under name: String) throws {
        let recorded = try #require(
            TestData.json("cluster/readability.json", as: RecordedDumpTests.Readability.self).configs[name])
        guard recorded.load_ok else {
            let result = try run("--config \(name) snapshot.db")
            #expect(result.status == 2)
            #expect(result.output.isEmpty)
            #expect(result.errors.contains("duplicate KMS provider name"))
            return
        }
        let expected: Expected = try TestData.json("cluster/expected.json")
        let kms = Set(expected.keys.filter { $0.provider.hasPrefix("kms") }.map(\.etcd_key))
        let (report, status) = try audit("--limit 1000 --config \(name) snapshot.db")
        var (unreadable, stale, asked) = (0, 0, 0)
        for (etcdKey, key) in try #require(recorded.keys) {
            let findings = report.findings(of: etcdKey)
            let codes = Set(findings.map(\.code))
            let refused = findings.first { $0.code == "ENC0403" }
            if kms.contains(etcdKey), key.ok {
                // Kubernetes asked its plugin, this program has none to ask.
                #expect(codes == ["ENC0408"], "\(etcdKey)")
                asked += 1
                if key.stale == true { stale += 1 }
            } else if key.ok {
                #expect(refused == nil, "\(etcdKey)")
                #expect((key.stale ?? false) == !codes.isDisjoint(with: ["ENC0401", "ENC0402"]), "\(etcdKey)")
                if key.stale == true { stale += 1 }
            } else {
                let error = try #require(key.error)
                let message = try #require(refused?.message)
                #expect(message.hasPrefix("unreadable: \(error); prefix "), "\(etcdKey)")
                // Whoever has the disk reads plaintext.
                let isPlaintext = message.hasSuffix("; prefix plaintext")
                #expect(codes == (isPlaintext ? ["ENC0401", "ENC0403"] : ["ENC0403"]), "\(etcdKey)")
                unreadable += 1
            }
        }
        let resources = report.resources.filter { expected.counts[$0.resource] != nil }
        #expect(resources.count == 3)
        #expect(resources.reduce(0) { $0 + $1.unreadable } == unreadable)
        #expect(resources.reduce(0) { $0 + $1.stale } == stale)
        #expect(resources.reduce(0) { $0 + $1.needsPlugin } == asked)
        #expect(report.findingTotals["ENC0403"] ?? 0 == unreadable)
        let plaintext = ["ENC0401", "ENC0410"].reduce(0) { $0 + (report.findingTotals[$1] ?? 0) }
        let isBad = plaintext + unreadable > 0
        #expect(report.verdict == (isBad ? "findings" : asked > 0 ? "unknown" : "clean"))
        #expect(status == (isBad ? 1 : asked > 0 ? 3 : 0))
        for (resource, counts) in expected.counts {
            let row = try #require(report.resource(resource))
            #expect(row.counts == counts)
            #expect(row.bytes == expected.bytes(of: resource))
            #expect(row.plaintext == counts["identity"] ?? 0)
        }
    }

    @Test(arguments: ["snapshot.db", "damaged.db"])
    func countsWhatIsRecorded(in file: String) throws {
        let isDamaged = file == "damaged.db"
        let expected: Expected = try TestData.json(
            isDamaged ? "cluster/damaged-expected.json" : "cluster/expected.json")
        let (report, _) = try audit("--history --limit 1000 --config config-all.yaml \(file)")
        #expect(report.kind == "AuditReport")
        #expect(report.source.sha256Verified == true)
        #expect(report.source.keys == expected.live_keys)
        #expect(report.source.records == expected.revisions_in_key_bucket)
        #expect(report.source.problems == 0)
        #expect(Set(report.resources.map(\.resource)) == Set(expected.counts.keys))
        for (resource, counts) in expected.counts { #expect(report.resource(resource)?.counts == counts) }
        var past: [String: [String: Int]] = [:]
        for record in expected.history where !record.live && !record.tombstone {
            let label = [record.provider ?? "", record.key_name ?? ""].filter { !$0.isEmpty }
            past[Self.resource(of: record.etcd_key), default: [:]][label.joined(separator: "/"), default: 0] += 1
        }
        let history = try #require(report.history).filter { $0.objects > 0 }
        #expect(Dictionary(uniqueKeysWithValues: history.map { ($0.resource, $0.counts) }) == past)
        #expect(past.isEmpty == isDamaged)
        // Each finding names the revision that wrote the value.
        let revisions = Dictionary(uniqueKeysWithValues: expected.keys.map { ($0.etcd_key, $0.mod_revision) })
        for finding in report.findings where !["ENC0411", "ENC0412"].contains(finding.code) {
            // A key that was deleted since then has old revisions only.
            guard let revision = revisions[finding.etcdKey ?? ""] else { continue }
            #expect(finding.revision == revision)
        }
    }

    private static func resource(of etcdKey: String) -> String {
        let segments = etcdKey.split(separator: "/").map { String($0) }
        return segments[1].contains(".") ? "\(segments[2]).\(segments[1])" : segments[1]
    }

    // MARK: Damage

    /// How each value that was damaged by hand is classified.
    @Test(arguments: [
        ("default/empty-value", ["ENC0401", "ENC0404"], "not a Kubernetes object"),
        ("default/garbage", ["ENC0401", "ENC0404"], "not a Kubernetes object"),
        ("default/json-secret", ["ENC0401"], "plaintext"),
        ("default/header-only", ["ENC0403"], "; prefix aescbc without a key name"),
        ("default/unknown-key", ["ENC0403"], "; prefix aescbc lost-key"),
        ("default/unknown-provider", ["ENC0403"], "no matching prefix found; prefix an unknown provider"),
        ("default/kms-1", ["ENC0408"], "needs KMS provider cloud-kms (key ID 1)"),
        ("ingress/gcm-2", ["ENC0403"], "cipher: message authentication failed"),
        ("ingress/gcm-copy", ["ENC0403"], "cipher: message authentication failed"),
        (
            "payments/cbc-copy", ["ENC0402", "ENC0405"],
            "moved: holds Secret payments/cbc-one-0 (aescbc key1)"
        ),
        ("team-a/box-1", ["ENC0403"], "output array was not large enough for encryption"),
        ("team-a/cbc-two-0", ["ENC0403"], "the stored data is not a multiple of the block size"),
    ])
    func classifiesDamage(_ name: String, codes: [String], message: String) throws {
        let expected: Expected = try TestData.json("cluster/damaged-expected.json")
        let key = try #require(expected.keys.first { $0.etcd_key == "/registry/secrets/\(name)" })
        #expect(key.damage != nil)
        let (report, status) = try audit("--limit 1000 --config config-all.yaml damaged.db")
        #expect(status == 1)
        let findings = report.findings(of: key.etcd_key)
        #expect(findings.map(\.code) == codes)
        #expect(try #require(findings.last).message.contains(message))
        if let error = key.error, !key.provider.hasPrefix("kms") {
            #expect(findings.contains { $0.message.hasPrefix("unreadable: \(error); prefix ") })
        }
    }

    /// And nothing else is called damaged.
    @Test func classifiesNothingElse() throws {
        let expected: Expected = try TestData.json("cluster/damaged-expected.json")
        let damaged = Set(expected.keys.filter { $0.damage != nil }.map(\.etcd_key))
        #expect(damaged.count == 12)
        let (report, _) = try audit("--limit 1000 --config config-all.yaml damaged.db")
        let (sound, _) = try audit("--limit 1000 --config config-all.yaml snapshot.db")
        for code in ["ENC0403", "ENC0404", "ENC0405", "ENC0406", "ENC0407"] {
            #expect(report.findings.filter { $0.code == code }.allSatisfy { damaged.contains($0.etcdKey ?? "") })
            #expect(sound.findingTotals[code] == nil)
        }
        let secrets = try #require(report.resource("secrets"))
        #expect((secrets.unreadable, secrets.notObjects, secrets.needsPlugin) == (7, 3, 9))
    }

    // MARK: Options

    @Test func aCensusOpensNothing() throws {
        let (report, status) = try audit("--census-only --fail-on unreadable --config config-all.yaml snapshot.db")
        #expect((status, report.verdict) == (0, "clean"))
        let (full, _) = try audit("--config config-all.yaml snapshot.db")
        #expect(report.resources.map(\.counts) == full.resources.map(\.counts))
        #expect(report.resources.map(\.stale) == full.resources.map(\.stale))
        #expect(report.resources.allSatisfy { $0.needsPlugin == 0 })
        // What the labels alone prove is told: no key of that name, no provider, no identity.
        for (name, count) in [("missing-key", 6), ("static-only", 10), ("no-identity", 14), ("secrets-only", 6)] {
            let (census, status) = try audit(
                "--census-only --limit 1000 --fail-on unreadable --config config-\(name).yaml snapshot.db")
            let (full, _) = try audit("--limit 1000 --config config-\(name).yaml snapshot.db")
            #expect((status, census.findingTotals["ENC0403"]) == (1, count))
            #expect(census.findings.filter { $0.code == "ENC0403" } == full.findings.filter { $0.code == "ENC0403" })
            #expect(census.resources.map(\.stale) == full.resources.map(\.stale))
        }
        #expect(try audit("--census-only --fail-on stale --config config-all.yaml snapshot.db").status == 1)
        #expect(try audit("--census-only --config config-all.yaml damaged.db").status == 1)
    }

    @Test(arguments: [
        ("plaintext", "snapshot.db", "config-all.yaml", true),
        ("stale", "snapshot.db", "config-identity-first.yaml", true),
        ("plaintext", "snapshot.db", "config-identity-first.yaml", true),
        ("unreadable", "snapshot.db", "config-missing-key.yaml", true),
        ("unreadable", "snapshot.db", "config-all.yaml", false),
        ("notObject", "damaged.db", "config-all.yaml", true), ("notObject", "snapshot.db", "config-all.yaml", false),
        ("moved", "damaged.db", "config-all.yaml", true), ("moved", "snapshot.db", "config-all.yaml", false),
        ("nonce", "damaged.db", "config-all.yaml", false), ("padding", "damaged.db", "config-all.yaml", false),
        ("writes", "damaged.db", "config-all.yaml", false), ("nonce,moved", "damaged.db", "config-all.yaml", true),
    ])
    func failsOn(_ kinds: String, file: String, configuration: String, fails: Bool) throws {
        let (report, status) = try audit("--fail-on \(kinds) --config \(configuration) \(file)")
        // Else KMS values are left, of which nothing is known.
        #expect((status, report.verdict) == (fails ? (1, "findings") : (3, "unknown")))
    }

    @Test func theLimitBoundsTheListAlone() throws {
        let (all, _) = try audit("--limit 1000 --config config-all.yaml damaged.db")
        for limit in [0, 1, 3] {
            let (few, status) = try audit("--limit \(limit) --config config-all.yaml damaged.db")
            #expect(status == 1)
            #expect(few.findingTotals == all.findingTotals)
            #expect(few.resources == all.resources)
            for code in all.findingTotals.keys {
                let first = all.findings.filter { $0.code == code }.prefix(limit)
                #expect(few.findings.filter { $0.code == code } == Array(first))
            }
        }
    }

    @Test func reportsTheResourcesThatAreAskedFor() throws {
        let (all, _) = try audit("--limit 1000 --config config-all.yaml snapshot.db")
        let (some, status) = try audit(
            "--limit 1000 --resources configmaps,widgets.example.com --fail-on plaintext --config config-all.yaml snapshot.db"
        )
        #expect(some.resources == all.resources.filter { $0.resource != "secrets" })
        #expect(some.findings == all.findings.filter { $0.etcdKey?.hasPrefix("/registry/secrets/") == false })
        #expect(some.findingTotals["ENC0401"] == 8)
        #expect(some.source == all.source)
        #expect(status == 1)
        // What stands elsewhere is no reason to fail; what is named and that no entry encrypts is one.
        #expect(try audit("--resources services --fail-on moved --config config-all.yaml snapshot.db").status == 0)
        let (named, failed) = try audit("--resources services --config config-all.yaml snapshot.db")
        #expect(failed == 1 && Set(named.findings.map(\.code)) == ["ENC0410"])
        // What is neither stored nor in the file is a slip of the pen, and was not judged.
        for names in ["secret", "secrets,configmap", "pods"] {
            #expect(
                try audit("--resources \(names) --fail-on moved --config config-static-only.yaml snapshot.db").status
                    == 3)
        }
    }

    @Test(arguments: ["snapshot.db", "damaged.db"])
    func threadsMakeNoDifference(in file: String) throws {
        let reports = try [1, 2, 7, 200].map {
            try audit("--history --jobs \($0) --limit 3 --config config-all.yaml \(file)").report
        }
        #expect(Set(reports.map(\.findings.count)).count == 1)
        for report in reports { #expect(report == reports[0]) }
    }

    @Test func severalSnapshotsMakeAMatrix() throws {
        let result = try run("--config config-all.yaml snapshot.db damaged.db")
        #expect(result.status == 1)
        let matrix = result.text.components(separatedBy: "Live values by key and snapshot.")
        let rows = try #require(matrix.last).split(separator: "\n").map {
            $0.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        }
        #expect(matrix.count == 2)
        #expect(rows.contains("KEY snapshot.db damaged.db NEEDED-BY"))
        #expect(rows.contains("aescbc key1 6 7 snapshot.db, damaged.db"))
        #expect(rows.contains("aescbc lost-key - 1 damaged.db"))
    }

    @Test func anArchiveIsNamed() throws {
        let (report, status) = try audit("--config config-missing-key.yaml --config config-all.yaml snapshot.db")
        #expect(status == 1)
        let messages = report.findings.filter { $0.code == "ENC0416" }.map(\.message)
        #expect(messages.count == 6)
        #expect(messages.allSatisfy { $0.hasSuffix("; config-all.yaml decrypts it") })
    }

    // MARK: Files that are none

    @Test func refusesOtherFiles() throws {
        let program = try Program()
        defer { program.remove() }
        func write(_ name: String, _ bytes: [UInt8]) throws {
            try Data(bytes).write(to: program.workingFolder.appendingPathComponent(name))
        }
        let snapshot = try TestData.bytes("cluster/snapshot.db")
        var garbled = snapshot
        // Every page but the first three is gone.
        for offset in 12288..<garbled.count - 32 { garbled[offset] = 0xa5 }
        try write("truncated.db", Array(snapshot.prefix(600_000)))
        try write("short.db", Array(snapshot.prefix(100)))
        try write("garbled.db", garbled)
        try write("empty.db", [])
        for (file, message) in [
            ("truncated.db", "truncated.db: truncated: 600000 of 1310720 bytes"),
            ("short.db", "short.db: truncated: 100 of 1310720 bytes"),
            ("garbled.db", "garbled.db: page 318 is damaged: its number is "),
            ("empty.db", "empty.db: the file is empty"), ("missing.db", "missing.db: no such file or directory"),
            ("testdata/cluster/config-all.yaml", "config-all.yaml: not an etcd snapshot: it has no valid meta page"),
            ("testdata", "testdata: is not a regular file"),
        ] {
            let result = try program.encconf("audit", "--config", "testdata/cluster/config-all.yaml", file)
            #expect(result.status == 2, "\(file)")
            #expect(result.output.isEmpty)
            #expect(result.errors.contains("encconf: error: ") && result.errors.contains(message), "\(result.errors)")
            #expect(result.errors.components(separatedBy: "error: ").count == 2)
        }
        // The digest of what is cut short is gone; that of what was changed does not match, which is a finding.
        for (file, status, verdict) in [("truncated.db", Int32(3), "unknown"), ("garbled.db", 1, "findings")] {
            let result = try program.encconf(
                "audit", "--salvage", "--config", "testdata/cluster/config-all.yaml", "-o", "json", file)
            let report = try JSONDecoder().decode(Report.self, from: Data(result.output))
            #expect(report.source.problems > 0)
            #expect((result.status, report.verdict) == (status, verdict))
        }
    }

    /// What can be read is read, and never called clean.
    @Test func salvagesTheRest() throws {
        let program = try Program()
        defer { program.remove() }
        var bytes = try TestData.bytes("cluster/snapshot.db")
        // One page that holds records becomes another page.
        let starts: [Int] = Array(stride(from: 4 * 4096, to: bytes.count - 4096, by: 4096))
        let page = try #require(
            starts.first { (start: Int) -> Bool in
                let (number, flags, count) = (Int(bytes[start]), bytes[start + 8], bytes[start + 10])
                return number == (start / 4096) & 0xff && flags == 2 && count > 4
            })
        bytes[page] ^= 0x55
        try Data(bytes).write(to: program.workingFolder.appendingPathComponent("one.db"))
        let arguments = [
            "--config", "testdata/cluster/config-all.yaml", "one.db", "--fail-on", "unreadable", "-o", "json",
        ]
        let refused = try program.shell("encconf audit \(arguments.joined(separator: " "))")
        let salvaged = try program.shell("encconf audit --salvage \(arguments.joined(separator: " "))")
        #expect(refused.status == 2)
        #expect(refused.errors.contains("page \(page / 4096) is damaged"))
        #expect(salvaged.status == 3)
        let report = try JSONDecoder().decode(Report.self, from: Data(salvaged.output))
        #expect(report.source.problems == 1)
        #expect(report.source.sha256Verified == false)
        #expect(report.source.keys > 100 && report.source.keys < 307)
    }

    @Test(arguments: [
        "snapshot.db", "--config config-all.yaml", "--config config-all.yaml --jobs 0 snapshot.db",
        "--config config-all.yaml --jobs 257 snapshot.db", "--config config-all.yaml --limit -1 snapshot.db",
        "--config config-all.yaml --fail-on nothing snapshot.db", "--config config-all.yaml -",
        "--config config-all.yaml -o pdf snapshot.db",
    ])
    func refusesTheCommandLine(_ line: String) throws {
        let result = try run(line)
        #expect(result.status == 64, "\(result.errors)")
        #expect(result.output.isEmpty)
    }
}
