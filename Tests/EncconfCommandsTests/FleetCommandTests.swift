import Foundation
import PatientTesting
import TestSupport
import Testing

@Suite(.patient) struct FleetCommandTests {
    /// A folder with the configurations of the recorded cluster and audits of it.
    private static func folder() throws -> Program {
        let program = try Program()
        let made = try program.shell(
            """
            cp testdata/cluster/*.yaml .
            for name in all static-only wrong-key; do
                encconf audit --config config-$name.yaml testdata/cluster/snapshot.db --no-kms -o json > $name.json
            done
            encconf audit --config config-static-only.yaml testdata/cluster/snapshot.db --resources configmaps -o jsonl \
                > configmaps.json
            sed 's/"limits": *[[][^]]*]/"limits":[]/' configmaps.json > whole.json
            encconf audit --config config-all.yaml testdata/cluster/snapshot.db --census-only -o json > census.json
            cat all.json all.json > two.json
            encconf audit --config config-all.yaml none.db -o json > failed.json 2> errors
            encconf show config-all.yaml -o json > other.json
            head -c 2000 all.json > cut.json
            """)
        #expect(made.status == 0, "\(made.errors)")
        return program
    }

    static let statuses: [(line: String, status: Int32)] = [
        ("a=config-all.yaml b=config-all.yaml", 0),
        ("config-all.yaml config-static-only.yaml", 1),
        ("prod/a=config-all.yaml stage/a=config-static-only.yaml", 1),
        // KMS plugins are not asked.
        ("config-all.yaml all.json", 3),
        ("config-static-only.yaml all.json", 1),
        ("config-no-identity.yaml all.json", 1),
        ("config-static-only.yaml whole.json", 0),
        // --resources leaves out what else is stored.
        ("config-static-only.yaml configmaps.json", 3),
        ("config-static-only.yaml census.json", 1),
        ("config-static-only.yaml a=config-static-only.yaml whole.json --archive config-all.yaml", 0),
        ("config-all.yaml two.json", 2), ("config-all.yaml failed.json", 2), ("config-all.yaml other.json", 2),
        ("config-all.yaml cut.json", 2), ("config-all.yaml none.yaml", 2),
        ("config-all.yaml config-invalid-kms-name-reused.yaml", 2),
        ("config-all.yaml", 64), ("", 64), ("all.json static-only.json", 64), ("a=- b=-", 64),
        ("a=config-all.yaml a=config-static-only.yaml", 64), ("config-all.yaml config-all.yaml", 64),
        ("prod/a=config-all.yaml b=config-all.yaml", 64),
    ]

    @Test func statusesOfEveryFormat() throws {
        let program = try Self.folder()
        defer { program.remove() }
        let keys = KeyMaterial(try program.shell("cat *.yaml").output)
        for (line, status) in Self.statuses {
            for format in ["text", "json"] {
                let result = try program.shell("encconf fleet \(line) -o \(format)")
                #expect(result.status == status, "\(line): \(result.errors)\(result.text)")
                #expect(!keys.isFound(in: result.text) && !keys.isFound(in: result.errors), "\(line)")
                guard status != 64 else { continue }
                if format == "text" {
                    let word = [0: ": same.", 1: ": DIFFERENT.", 3: ": UNKNOWN."][status]
                    #expect(word.map { result.text.contains($0) } ?? result.text.isEmpty, "\(line)")
                } else {
                    let report =
                        try JSONSerialization.jsonObject(with: Data(result.output)) as? [String: Any] ?? [:]
                    #expect(report["kind"] as? String == "FleetReport")
                    let word = [0: "same", 1: "different", 3: "unknown"][status]
                    #expect(report["verdict"] as? String == word, "\(line)")
                    #expect((report["error"] != nil) == (status == 2), "\(line)")
                }
            }
        }
    }

    /// An audit with another configuration shows fingerprints of keys that wrote nothing.
    @Test func aForeignFingerprintIsNoProof() throws {
        let program = try Self.folder()
        defer { program.remove() }
        let result = try program.shell("encconf fleet config-wrong-key.yaml wrong-key.json -o json")
        #expect(result.status == 3)
        let report = try JSONSerialization.jsonObject(with: Data(result.output)) as? [String: Any]
        let audits = try #require(report?["audits"] as? [[String: Any]])
        let needs = try #require(audits.first?["needs"] as? [[String: Any]])
        let groups = try needs.filter { $0["key"] as? String == "gcm-key" }
            .flatMap { try #require($0["groups"] as? [[String: Any]]) }
        #expect(groups.count == 2 && groups.allSatisfy { $0["reason"] as? String == "notDecrypted" })
    }

    /// A weak key has no fingerprint, and is compared all the same.
    @Test func weakKeys() throws {
        let program = try Program()
        defer { program.remove() }
        let made = try program.shell(
            """
            for name in a:c2VjcmV0IGlzIHNlY3VyZSwgaXMgaXQ/ b:c2VjcmV0IGlzIHNlY3VyZSwgaXMgaXQ/ \
                c:YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY=; do
                printf 'apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n  - aescbc:\n      keys:\n      - {name: key1, secret: %s}\n' ${name#*:} > ${name%%:*}.yaml
            done
            """)
        #expect(made.status == 0)
        #expect(try program.shell("encconf fleet a.yaml b.yaml").status == 0)
        let different = try program.shell("encconf fleet a.yaml c.yaml")
        #expect(different.status == 1 && different.text.contains("key1 has different key bytes"))
        let shared = try program.shell("encconf fleet p/a=a.yaml s/b=b.yaml")
        #expect(shared.status == 1 && shared.text.contains("(weak key)"))
        #expect(shared.text.firstMatch(of: /\b[0-9a-f]{16}\b/) == nil)
        #expect(try program.shell("encconf fleet p/a=a.yaml s/b=c.yaml").status == 0)
    }

    /// Reports that no version of the program writes.
    @Test func malformedReports() throws {
        let program = try Self.folder()
        defer { program.remove() }
        let edits = [
            #"s/"kind": "AuditReport"/"kind": "Other"/"#, #"s/"resources": \[/"resources": {}, "x": [/"#,
            #"s/"objects": [0-9]*/"objects": -1/"#, #"s/"objects": [0-9]*/"objects": "1"/"#,
            #"s/"fingerprint": "[^"]*"/"fingerprint": "xyz"/"#, #"s/"byKey"/"keys"/"#, #"s/"doubts"/"d"/"#,
            #"s/"limits": \[\]/"limits": [1]/"#, #"s/"hash"/"h"/"#, #"s/"source"/"s"/"#,
            #"s/"provider": "/"provider": 1, "p": "/"#, #"s/"archived"/"a"/"#,
        ]
        for edit in edits {
            let result = try program.shell("sed '\(edit)' all.json > bad.json; encconf fleet config-all.yaml bad.json")
            #expect(result.status == 2 && result.errors.contains("bad.json"), "\(edit): \(result.errors)\(result.text)")
        }
        let failed = try program.shell("encconf fleet config-all.yaml failed.json")
        #expect(failed.errors.contains("this audit failed"))
        // A report of an older version does not say what was decrypted.
        let old = try program.shell(
            #"grep -v '"decrypted"' all.json > old.json; "# + "encconf fleet config-all.yaml old.json -o json")
        #expect(old.status == 3 && old.text.contains("notDecrypted"), "\(old.errors)")
    }

    /// Lines fit the terminal; words that are too long and commands stay whole.
    @Test(arguments: [40, 80]) func fits(columns: Int) throws {
        let program = try Self.folder()
        defer { program.remove() }
        let result = try program.shell(
            "COLUMNS=\(columns) encconf fleet cp-1=config-all.yaml cp-2=config-wrong-key.yaml snap=all.json")
        #expect(result.status == 1)
        let long = result.text.split(separator: "\n").filter { $0.count > columns && !$0.contains("encconf diff ") }
        #expect(long.allSatisfy { $0.split(separator: " ").count == 1 }, "\(long)")
        #expect(result.text.split(separator: "\n").count > 40)
        // The command is whole, and runs.
        let command = try #require(result.text.split(separator: "\n").last { $0.hasPrefix("  encconf ") })
        #expect([1, 3].contains(try program.shell(String(command)).status))
    }

    /// The sample of the README is what the program prints.
    @Test func readme() throws {
        let readme = try String(
            contentsOf: TestData.packageRoot.appendingPathComponent("README.md"), encoding: .utf8)
        let samples = readme.matches(of: /```console\n\$ (encconf fleet [^\n]*)\n((?:(?!```)[^\n]*\n)*)```/)
        #expect(samples.count == 1)
        for sample in samples {
            let program = try Program()
            defer { program.remove() }
            let result = try program.shell("cd testdata/cluster && COLUMNS=100 \(sample.1)")
            #expect(result.text == sample.2)
        }
    }
}
