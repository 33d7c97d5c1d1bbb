import AuditControls
import ClusterSupport
import Foundation
import SecretMemory
import ShownText
import StorageAudit
import TestSupport
import Testing

@testable import Reports

/// An audit beside an earlier one: the same numbers, read in the same way from both.
struct AuditChangesTests {
    private static let file = "secrets: secretbox new=2 old=1; identity"
    private static let uid = "2f6e4b1c-0000-4000-8000-00000000000a"

    private func report(
        _ file: String = file, uid: String? = uid, history: Bool = false, failOn: Set<FindingCode>? = nil,
        policy: PolicyPreset? = nil, _ build: (inout SnapshotBuilder) throws -> Void
    ) throws -> AuditReport {
        var snapshot = SnapshotBuilder()
        if let uid { snapshot.put("/registry/namespaces/kube-system", MadeObject.clusterNamespace(uid: uid)) }
        try build(&snapshot)
        let file = try ShortConfiguration(file).file()
        return AuditReport(
            path: "s.db", configurations: [file], result: try snapshot.audit(under: [file], history: history),
            failOn: failOn ?? Set(FindingCode.allCases.filter(\.countsByDefault)), options: AuditOptions(),
            policy: policy?.policy)
    }

    private func json(_ report: AuditReport) throws -> [UInt8] {
        try report.value().document(Redactor()).bytes.copiedToArray()
    }

    private func numbers(_ report: AuditReport) throws -> AuditNumbers { try numbers(try json(report)) }

    private func numbers(_ json: [UInt8]) throws -> AuditNumbers { try AuditNumbers(json: json.span.rawBytes) }

    private func changes(_ before: AuditReport, _ after: AuditReport) throws -> AuditChanges {
        try AuditChanges(from: numbers(before), at: "b.json", to: numbers(after))
    }

    private func encrypted(_ snapshot: inout SnapshotBuilder) throws {
        try snapshot.put(secret: "a", by: "secrets: secretbox old=1")
        try snapshot.put(secret: "b", by: Self.file)
    }

    /// Whatever an audit finds, its report is read, and has not changed since itself.
    @Test(arguments: 0..<120)
    func everyReportIsRead(seed: Int) throws {
        var audit = RandomAudit(seed: UInt64(seed))
        let report = try audit.report()
        let numbers = try numbers(report)
        #expect(numbers.verdict == report.judgement.verdict.rawValue)
        #expect(
            numbers.findings
                == Dictionary(uniqueKeysWithValues: report.judgement.totals.map { ($0.key.rawValue, Int64($0.value)) }))
        #expect(numbers.revision == report.result.source.revision)
        #expect(numbers.controls?.count == Control.allCases.count)
        let changes = try AuditChanges(from: numbers, at: "b.json", to: numbers)
        #expect(changes.changes.isEmpty && changes.differences.isEmpty && changes.table == nil)
    }

    @Test func whatIsTheSameIsNoChange() throws {
        let changes = try changes(report { try encrypted(&$0) }, report { try encrypted(&$0) })
        #expect(changes.changes.isEmpty && changes.notes.isEmpty && changes.isSameCluster == true)
        #expect(Redactor().shown(changes.text).text.contains("No number and no verdict changed."))
    }

    @Test func whatChangedIsNamed() throws {
        let before = try report { try encrypted(&$0) }
        let after = try report {
            try encrypted(&$0)
            try $0.put(secret: "a", by: Self.file)
            $0.put("/registry/secrets/default/p", MadeObject.secret("p"))
        }
        let found = try changes(before, after).changes
        func change(_ subject: AuditChanges.Change.Subject, _ name: String, _ field: String? = nil) throws
            -> AuditChanges.Change
        {
            try #require(found.first { $0.subject == subject && $0.name == name && $0.field == field })
        }
        let verdict = try change(.verdict, "")
        #expect(verdict.before == .word("clean") && verdict.after == .word("findings") && verdict.direction == .worse)
        let plaintext = try change(.finding, "ENC0401")
        #expect(plaintext.before == nil && plaintext.after == .number(1) && plaintext.direction == .worse)
        #expect(try change(.resource, "secrets", "objects").direction == .neutral)
        #expect(try change(.resource, "secrets", "plaintext").after == .number(1))
        #expect(try change(.key, "secretbox new", "objects").after == .number(2))
        let gone = try change(.key, "secretbox old", "objects")
        #expect(gone.before == .number(1) && gone.after == nil)
        let control = try change(.control, "DISA Kubernetes STIG V-274882")
        #expect(control.before == .word("met") && control.after == .word("notMet") && control.direction == .worse)
        // The way back is better.
        let back = try changes(after, before).changes
        #expect(back.count == found.count)
        #expect(back.first { $0.subject == .verdict }?.direction == .better)
        #expect(back.first { $0.name == "DISA Kubernetes STIG V-274882" }?.direction == .better)
        let opposite: [AuditChanges.Change.Direction: AuditChanges.Change.Direction] = [
            .better: .worse, .worse: .better, .neutral: .neutral,
        ]
        #expect(back.map(\.direction) == found.map { opposite[$0.direction] })
    }

    /// Numbers of audits that were asked different questions differ for that reason, and it is said.
    @Test func otherQuestionsAreSaid() throws {
        let plain = try report { try encrypted(&$0) }
        func differences(_ other: AuditReport) throws -> [AuditChanges.Difference] {
            try changes(plain, other).differences
        }
        #expect(try differences(report("secrets: secretbox new=2 old=1") { try encrypted(&$0) }) == [.configuration])
        #expect(try differences(report(history: true) { try encrypted(&$0) }) == [.history])
        #expect(try differences(report(failOn: [.moved]) { try encrypted(&$0) }) == [.failOn])
        #expect(try differences(report(policy: .stig) { try encrypted(&$0) }) == [.policy])
    }

    @Test func anotherClusterIsRefused() throws {
        let here = try report { try encrypted(&$0) }
        let there = try report(uid: "2f6e4b1c-0000-4000-8000-00000000000b") { try encrypted(&$0) }
        #expect(throws: BaselineFault.otherCluster) { _ = try changes(there, here) }
        // Without a UID nothing shows which cluster it is.
        for (before, after) in [(nil, Self.uid), (Self.uid, nil), (nil, nil)] {
            let changes = try changes(
                report(uid: before) { try encrypted(&$0) }, report(uid: after) { try encrypted(&$0) })
            #expect(changes.isSameCluster == nil)
            #expect(Redactor().shown(changes.text).text.contains("Cannot tell whether both reports are of one cluster"))
        }
    }

    @Test func aLaterBaselineIsSaid() throws {
        let late = try report {
            $0.skip(to: 100)
            try encrypted(&$0)
        }
        let changes = try changes(late, report { try encrypted(&$0) })
        #expect(changes.isLater && changes.notes.contains("The earlier report is of a later revision."))
    }

    // MARK: Files that are no report

    private static let good = #"""
        {"apiVersion":"encconf/v1","kind":"AuditReport","source":{"revision":3,"clusterUID":null},"configurations":[],
        "resources":[{"resource":"secrets","objects":1,"plaintext":0,"stale":0,"unreadable":0,"archived":0,"notObjects":0,
        "unchecked":0,"byKey":[{"provider":"identity","key":null,"objects":1}]}],"findingTotals":{"ENC0401":1},"limits":[],
        "failOn":["stale"],"verdict":"clean"}
        """#

    /// Reports of earlier versions have no time, policy or controls.
    @Test func anEarlierReportIsRead() throws {
        let numbers = try numbers(Array(Self.good.utf8))
        #expect(numbers.time == nil && numbers.policy == nil && numbers.controls == nil && numbers.revision == 3)
        #expect(numbers.keys == ["identity": ["objects": 1]] && numbers.findings == ["ENC0401": 1])
        let changes = try AuditChanges(from: numbers, at: "b", to: self.numbers(report { try encrypted(&$0) }))
        #expect(!changes.changes.contains { $0.subject == .control })
    }

    @Test(arguments: [
        ("", "", BaselineFault.otherKind), ("encconf/v1", "encconf/v2", .otherKind),
        ("AuditReport", "VerifyReport", .otherKind), (#""verdict":"clean"}"#, #""verdict":"clean"}{}"#, .otherKind),
        (#""verdict":"clean""#, #""verdict":"clean","error":{"message":"x"}"#, .failed),
        (#""verdict":"clean""#, #""verdict":"fine""#, .malformed("verdict")),
        (#""verdict":"clean""#, #""verdict":1"#, .malformed("verdict")),
        (#""revision":3"#, #""revision":-3"#, .malformed("revision")),
        (#""revision":3"#, #""revision":3.5"#, .malformed("revision")),
        (#""revision":3"#, #""revision":9223372036854775808"#, .malformed("revision")),
        (#""source":{"revision":3,"clusterUID":null}"#, #""source":[]"#, .malformed("source")),
        (#""clusterUID":null"#, #""clusterUID":7"#, .malformed("clusterUID")),
        (#""configurations":[]"#, #""configurations":{}"#, .malformed("configurations")),
        (#""ENC0401":1"#, #""ENC0401":"1""#, .malformed("findingTotals")),
        (#""findingTotals":{"ENC0401":1}"#, #""findingTotals":[1]"#, .malformed("findingTotals")),
        (#""plaintext":0,"#, "", .malformed("plaintext")),
        (
            #""objects":1}]"#, #""objects":9223372036854775807},{"provider":"identity","objects":1}]"#,
            .malformed("objects")
        ),
        (#""provider":"identity","#, "", .malformed("byKey")),
        (#"[{"resource""#, #"[{},{"resource""#, .malformed("resource")),
        (#"[{"resource":"secrets","#, #"[{"resource":5,"#, .malformed("resource")),
        (#""failOn":["stale"]"#, #""failOn":[1]"#, .malformed("failOn")),
        (#""limits":[],"#, "", .malformed("limits")),
        (#""verdict":"clean""#, #""verdict":"clean","controls":[{}]"#, .malformed("controls")),
    ])
    func whatIsNoReportIsRefused(old: String, new: String, fault: BaselineFault) throws {
        let text = old.isEmpty ? new : Self.good.replacingOccurrences(of: old, with: new)
        #expect(old.isEmpty || text != Self.good)
        #expect(throws: fault) { _ = try numbers(Array(text.utf8)) }
        #expect(!Redactor().shown(fault.explanation).text.isEmpty && !Redactor().shown(fault.hint).text.isEmpty)
    }

    /// Two rows of one resource would hide one of them.
    @Test func aResourceIsThereOnce() throws {
        let row = try #require(Self.good.firstRange(of: #/\{"resource"(?s:.*?)\]\}/#))
        let text = Self.good.replacingCharacters(in: row, with: "\(Self.good[row]),\(Self.good[row])")
        #expect(throws: BaselineFault.malformed("resources")) { _ = try numbers(Array(text.utf8)) }
        #expect(try numbers(Array(Self.good.utf8)).resources.count == 1)
    }

    /// A report that was cut anywhere is no report.
    @Test func aCutReportIsRefused() throws {
        let whole = Array(Self.good.utf8)
        for count in stride(from: 0, to: whole.count - 1, by: 7) {
            #expect(throws: BaselineFault.self) { _ = try numbers(Array(whole.prefix(count))) }
        }
    }

    /// Nesting without end, a text without end and many members take bounded memory.
    @Test func hostileReportsAreBounded() throws {
        let long = String(repeating: "x", count: 5000)
        for text in [
            String(repeating: "[", count: 1_000_000), String(repeating: "{\"a\":", count: 100_000),
            Self.good.replacingOccurrences(of: "secrets", with: long),
            Self.good.replacingOccurrences(of: "ENC0401", with: long),
            "[" + String(repeating: "0,", count: 2_100_000) + "0]",
        ] {
            #expect(throws: BaselineFault.self) { _ = try numbers(Array(text.utf8)) }
        }
    }

    /// Any change of a byte gives a report or a refusal.
    @Test func mutantsAreReadOrRefused() throws {
        var random = SeededGenerator(seed: 11)
        let whole = Array(Self.good.utf8)
        var refused = 0
        for _ in 0..<3000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                guard let place = bytes.indices.randomElement(using: &random) else { continue }
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
            do throws(BaselineFault) { _ = try AuditNumbers(json: bytes.span.rawBytes) } catch { refused += 1 }
        }
        #expect(refused > 1000 && refused < 3000)
    }
}
