import ClusterSupport
import Foundation
import PatientTesting
import TestSupport
import Testing

/// `encconf audit --baseline`, as a user runs it.
@Suite(.patient) struct BaselineCommandTests {
    private struct Report: Decodable {
        struct Baseline: Decodable {
            struct Change: Decodable {
                let subject: String
                let name: String?
                let field: String?
                let direction: String
            }
            let path: String
            let revision: Int
            let sameCluster: Bool?
            let changes: [Change]
        }
        let baseline: Baseline?
        let verdict: String
    }

    private func folder() throws -> AuditCase {
        let folder = try AuditCase()
        try folder.configure("secrets: secretbox k=1; identity")
        for (name, uid, isWorse) in [("one.db", "a", false), ("two.db", "a", true), ("other.db", "b", false)] {
            try folder.save(name) { snapshot in
                snapshot.put("/registry/namespaces/kube-system", MadeObject.clusterNamespace(uid: "uid-\(uid)"))
                try snapshot.put(secret: "s", by: "secrets: secretbox k=1")
                if isWorse { snapshot.put("/registry/secrets/default/p", MadeObject.secret("p")) }
            }
        }
        try folder.write("last.json", try folder.run("audit --config c.yaml -o json one.db").output)
        return folder
    }

    /// What changed is said in text, JSON and HTML, and never changes the status.
    @Test func changesAreSaid() throws {
        let folder = try folder()
        defer { folder.remove() }
        for (name, status) in [("one.db", 0), ("two.db", 1)] as [(String, Int32)] {
            let json = try folder.run("audit --config c.yaml --baseline last.json -o json \(name)")
            #expect(json.status == status)
            #expect(try folder.run("audit --config c.yaml \(name)").status == status)
            let baseline = try #require(try JSONDecoder().decode(Report.self, from: Data(json.output)).baseline)
            #expect(baseline.path == "last.json" && baseline.sameCluster == true && baseline.revision == 3)
            #expect(baseline.changes.isEmpty == (status == 0))
            let text = try folder.run("audit --config c.yaml --baseline last.json \(name)")
            #expect(text.status == status && text.text.contains("Changes since last.json ("))
            let html = try folder.run("audit --config c.yaml --baseline last.json -o html \(name)")
            #expect(html.status == status && html.text.contains("Changes since last.json ("))
            if status == 1 {
                #expect(baseline.changes.first?.subject == "verdict" && baseline.changes.first?.direction == "worse")
                #expect(text.text.contains("\nverdict") && text.text.contains("\nsecrets plaintext"))
                #expect(html.text.contains("<th scope=\"row\">secrets plaintext</th>"))
            } else {
                #expect(text.text.contains("No number and no verdict changed."))
            }
        }
        // Better is no reason for status 0 either.
        try folder.write("worse.json", try folder.run("audit --config c.yaml -o json two.db").output)
        #expect(try folder.run("audit --config c.yaml --baseline worse.json two.db").status == 1)
        #expect(try folder.run("audit --config c.yaml --baseline worse.json one.db").status == 0)
        let none = try folder.run("audit --config c.yaml -o json one.db")
        #expect(try JSONDecoder().decode(Report.self, from: Data(none.output)).baseline == nil)
    }

    /// A name that the redactor hides is hidden in both reports, and has not changed.
    @Test func aNameThatIsHiddenHasNotChanged() throws {
        let folder = try folder()
        defer { folder.remove() }
        let name = ShortConfiguration.secret("7")
        try folder.configure("secrets: secretbox \(name)=7; identity")
        try folder.save("h.db") { try $0.put(secret: "s", by: "secrets: secretbox \(name)=7") }
        let json = try folder.run("audit --config c.yaml -o json h.db")
        #expect(!json.text.contains(name))
        try folder.write("h.json", json.output)
        let again = try folder.run("audit --config c.yaml --baseline h.json -o json h.db")
        #expect(try #require(try JSONDecoder().decode(Report.self, from: Data(again.output)).baseline).changes.isEmpty)
        #expect(!again.text.contains(name))
    }

    @Test(arguments: [
        ("--baseline gone.json one.db", "gone.json: no such file or directory", 2),
        ("--baseline c.yaml one.db", "c.yaml: not one report of kind AuditReport", 2),
        ("--baseline last.json other.db", "last.json: a report of another cluster", 2),
        ("--baseline two.json one.db", "two.json: not one report of kind AuditReport", 2),
        ("--baseline cut.json one.db", "cut.json: not one report of kind AuditReport", 2),
        ("--baseline failed.json one.db", "failed.json: a report of an audit that failed", 2),
        ("--baseline last.json one.db two.db", "--baseline compares one source", 64),
        ("--baseline last.json -o openmetrics one.db", "--baseline needs the output text, json or html", 64),
        ("--baseline - --policy - one.db", "only one of --config, --policy and --baseline", 64),
    ])
    func whatCannotBeComparedIsRefused(line: String, message: String, status: Int32) throws {
        let folder = try folder()
        defer { folder.remove() }
        let report = try folder.bytes("last.json")
        try folder.write("two.json", report + report)
        try folder.write("cut.json", Array(report.prefix(report.count / 2)))
        try folder.write("failed.json", try folder.run("audit --config c.yaml -o json gone.db").output)
        let result = try folder.run("audit --config c.yaml \(line)")
        #expect(result.status == status && result.errors.contains(message), "\(result.errors)")
        // The file with keys is not quoted.
        #expect(!result.errors.contains(ShortConfiguration.secret("1")))
    }
}
