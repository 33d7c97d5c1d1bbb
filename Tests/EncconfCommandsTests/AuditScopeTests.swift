import Foundation
import PatientTesting
import TestSupport
import Testing

/// What reports of `encconf audit` say of themselves: what was asked, under which files, and what is not known.
@Suite(.patient) struct AuditScopeTests {
    private struct Report: Decodable {
        struct Configuration: Decodable {
            let path: String
            let hash: String
        }
        let configurations: [Configuration]
    }

    /// Runs an audit as a person would.
    private func run(_ line: String) throws -> Program.Result {
        let program = try Program()
        defer { program.remove() }
        return try program.shell("cd testdata/cluster && encconf audit \(line)")
    }

    /// Of a source that could not be read nobody knows which keys it needs.
    @Test func missingSourcesStandInTheMatrix() throws {
        let two = try run("--config config-all.yaml --no-kms gone.db snapshot.db")
        #expect(two.status == 2)
        let rows = two.text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        #expect(rows.contains("KEY snapshot.db gone.db NEEDED-BY"))
        #expect(rows.contains("aescbc key1 6 ? snapshot.db"))
        #expect(two.text.contains(" Destroy no key until these snapshots can be read.\n"))
        #expect(!two.text.contains("Keep a key until"))
        #expect(try run("--config config-all.yaml --no-kms gone.db none.db").output.isEmpty)
        #expect(!(try run("--config config-all.yaml --no-kms snapshot.db").text.contains("by key and snapshot")))
        // Other resources were not counted.
        let some = try run("--config config-all.yaml --no-kms --resources secrets snapshot.db damaged.db")
        #expect(some.text.contains("Only secrets: other resources may need any key.\n"))
    }

    /// Whether plugins were asked does not depend on how many findings are listed.
    @Test(arguments: [0, 3]) func aPluginThatWasAskedIsNotBlamedOnAnOption(limit: Int) throws {
        let line = "--config config-all.yaml --limit \(limit) snapshot.db"
        let doubt = "\nNot checked: 10 values need a KMS plugin"
        #expect(try run(line).text.contains("\(doubt), and no plugin decrypted them.\n"))
        #expect(try run("--no-kms \(line)").text.contains("\(doubt) (--no-kms).\n"))
    }

    /// The text says what was asked, under which files, and why nobody can tell.
    @Test func theTextSaysWhatItRestsOn() throws {
        let hashes = [
            "config-missing-key.yaml": try hash("config-missing-key.yaml"),
            "config-all.yaml": try hash("config-all.yaml"),
        ]
        let files = "--config config-missing-key.yaml --config config-all.yaml"
        let unknown = try run("\(files) --no-kms --fail-on moved snapshot.db")
        #expect(unknown.status == 3)
        #expect(
            unknown.text.contains(
                "\n  configuration  config-missing-key.yaml\n"
                    + "  hash           \(hashes["config-missing-key.yaml"] ?? "")\n"
                    + "  archive        config-all.yaml\n"
                    + "  hash           \(hashes["config-all.yaml"] ?? "")\n"))
        #expect(
            unknown.text.hasPrefix(
                "snapshot.db: UNKNOWN. 10 values were not checked; 34 findings that --fail-on does not count.\n"))
        #expect(unknown.text.contains("\nNot checked: 10 values need a KMS plugin (--no-kms).\n"))
        let clean = try run("--config config-all.yaml --resources configmaps --fail-on moved snapshot.db")
        #expect(clean.status == 0)
        #expect(
            clean.text.hasPrefix(
                "snapshot.db: clean. 10 values checked; 7 findings that --fail-on does not count.\n"))
        let json = try run("\(files) --no-kms -o json snapshot.db")
        let report = try JSONDecoder().decode(Report.self, from: Data(json.output))
        #expect(report.configurations.map(\.path) == ["config-missing-key.yaml", "config-all.yaml"])
        #expect(report.configurations.map(\.hash) == report.configurations.map { hashes[$0.path] ?? "" })
    }

    private func hash(_ name: String) throws -> String {
        let program = try Program()
        defer { program.remove() }
        return "sha256:" + (try program.shell("sha256sum testdata/cluster/\(name)").text.prefix { $0 != " " })
    }
}
