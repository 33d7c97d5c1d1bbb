import ClusterSupport
import Foundation
import KubernetesResources
import SecretMemory
import ShownText
import StorageAudit
import TestSupport
import Testing

@testable import Reports

/// Each value is in one state, and the bars of the page show all of them.
struct StateBarTests {
    /// Whatever the numbers are, the parts fill the bar, and what is there can be seen.
    @Test(arguments: 0..<400 as Range<UInt64>)
    func partsFillTheBar(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let counts = (0..<5).map { _ -> Int in
            switch Int.random(in: 0..<4, using: &random) {
            case 0: 0
            case 1: 1
            case 2: Int.random(in: 0...100, using: &random)
            default: Int.random(in: 0...(Int.max / 8), using: &random)
            }
        }
        let bar = StateBar(
            ValueStates(
                current: counts[0], stale: counts[1], plaintext: counts[2], unreadable: counts[3], unknown: counts[4]))
        let widths = bar.widths
        #expect(widths.reduce(0, +) == (counts.contains { $0 > 0 } ? StateBar.width : 0))
        for (count, width) in zip(counts, widths) {
            #expect(count == 0 ? width == 0 : width >= StateBar.leastWidth)
        }
        // More is never narrower.
        for (left, right) in zip(zip(counts, widths), zip(counts, widths).dropFirst()) where left.0 > right.0 {
            #expect(left.1 >= right.1)
        }
    }

    /// The states of every resource add up to its values, in the audit, in JSON and on the page.
    @Test(arguments: 0..<120)
    func statesAddUp(seed: Int) throws {
        struct Document: Decodable {
            struct Resource: Decodable {
                let resource: String
                let objects: Int
                let states: [String: Int]
            }
            let resources: [Resource]
        }
        var audit = RandomAudit(seed: UInt64(seed))
        let report = try audit.report()
        for census in [report.result.live, report.result.history].compactMap(\.self) {
            for (resource, numbers) in census.resources {
                let states = numbers.states(isCensusOnly: audit.options.isCensusOnly)
                #expect(states.total == numbers.objects, "\(resource): \(states), \(numbers)")
                #expect(states.named.allSatisfy { $0.count >= 0 }, "\(resource): \(states), \(numbers)")
                #expect(states.plaintext == numbers.plaintext && states.current <= numbers.current)
                if audit.options.isCensusOnly { #expect(states.current == 0) }
            }
        }
        let json = try report.value().document(Redactor())
        let document = try JSONDecoder().decode(Document.self, from: Data(json.bytes.copiedToArray()))
        for row in document.resources { #expect(row.states.values.reduce(0, +) == row.objects) }
        let page = Redactor().shown(try AuditPage([report], missing: [], version: "1").text()).text
        for bar in page.components(separatedBy: "<svg ").dropFirst() {
            let widths = bar.prefix(while: { $0 != "\n" }).matches(of: #/ width="(\d+)"/#).compactMap { Int($0.1) }
            #expect(widths.isEmpty || widths.reduce(0, +) == StateBar.width)
        }
        let rows = document.resources.filter { $0.objects > 0 }
        #expect(page.components(separatedBy: "<div class=\"resource\">").count - 1 == rows.count)
        for (row, part) in zip(rows, page.components(separatedBy: "<div class=\"resource\">").dropFirst()) {
            let legend = part.components(separatedBy: "</ul>")[0].matches(of: #/<b>(\d+)<\/b>/#).compactMap {
                Int($0.1)
            }
            #expect(legend.reduce(0, +) == row.objects, "\(row.resource)")
        }
    }

    /// Each kind of value has its state.
    @Test func eachKindHasItsState() throws {
        let file = try ShortConfiguration("secrets: secretbox new=2 old=1; kms v2 vault@run/vault.sock; identity")
            .file()
        func states(_ build: (inout SnapshotBuilder) throws -> Void, census: Bool = false) throws -> ValueStates {
            var snapshot = SnapshotBuilder()
            try build(&snapshot)
            let result = try snapshot.audit(under: [file], AuditOptions(isCensusOnly: census))
            let secrets = GroupResource(resource: "secrets")
            return try #require(result.live.resources[secrets]).states(isCensusOnly: census)
        }
        func put(_ value: [UInt8]) -> (inout SnapshotBuilder) -> Void {
            { $0.put("/registry/secrets/default/s", value) }
        }
        func sealed(_ short: String, _ object: [UInt8] = MadeObject.secret("s")) throws -> [UInt8] {
            try ShortConfiguration(short).configuration().sealed(object, at: "/registry/secrets/default/s")
        }
        let envelope: [UInt8] =
            [0x0a, 30] + [UInt8](repeating: 1, count: 30) + [0x12, 1, 0x37, 0x1a, 2, 8, 9, 0x28, 1]
        #expect(try states(put(sealed("secrets: secretbox new=2"))) == ValueStates(current: 1))
        #expect(try states(put(sealed("secrets: secretbox old=1"))) == ValueStates(stale: 1))
        // Another key of the name, at a later place of the list, would be stale; without one it is unreadable.
        #expect(try states(put(sealed("secrets: secretbox new=9"))) == ValueStates(unreadable: 1))
        #expect(try states(put(MadeObject.secret("s"))) == ValueStates(plaintext: 1))
        #expect(try states(put(Array("rubbish".utf8))) == ValueStates(plaintext: 1))
        #expect(
            try states(put(sealed("secrets: secretbox new=2", MadeObject.secret("t")))) == ValueStates(unreadable: 1))
        #expect(try states(put(Array("k8s:enc:kms:v2:vault:".utf8) + envelope)) == ValueStates(unknown: 1))
        // Without decryption nothing is current.
        #expect(try states(put(sealed("secrets: secretbox new=2")), census: true) == ValueStates(unknown: 1))
        #expect(try states(put(sealed("secrets: secretbox old=1")), census: true) == ValueStates(stale: 1))
        #expect(try states(put(MadeObject.secret("s")), census: true) == ValueStates(plaintext: 1))
    }

    /// What identity writes is plaintext, also if it is as the configuration says.
    @Test func plaintextIsNeverCurrent() throws {
        let file = try ShortConfiguration("secrets: identity; secretbox old=1").file()
        var snapshot = SnapshotBuilder()
        snapshot.put("/registry/secrets/default/s", MadeObject.secret("s"))
        let numbers = try #require(
            try snapshot.audit(under: [file]).live.resources[GroupResource(resource: "secrets")])
        #expect(numbers.current == 1 && numbers.states(isCensusOnly: false) == ValueStates(plaintext: 1))
    }

    /// Names of resources, keys and files stay text, also in attributes.
    @Test func hostileNamesStayText() throws {
        let bar = StateBar([("\"><script>", 1)])
        let page = Redactor().shown(bar.html.phrase).text + Redactor().shown(bar.legend.phrase).text
        #expect(!page.contains("<script>") && page.contains("&quot;&gt;&lt;script&gt;"))
        var table = TextTable(header: ["KEY", "A\"B"])
        table.append(["<b>", "'x'"])
        let cards = Redactor().shown(HTML.cards(table).phrase).text
        #expect(
            cards.contains("data-head=\"A&quot;B\"") && cards.contains("&lt;b&gt;") && cards.contains("&#39;x&#39;"))
    }
}
