import ClusterSupport
import Foundation
import Reports
import SecretMemory
import ShownText
import StorageAudit
import TestSupport
import Testing

/// One ledger for every audit: text, JSON, HTML, OpenMetrics and the exit status tell the same.
struct AuditFormatTests {
    /// What one format says.
    private struct Said: Equatable {
        var verdict: String
        /// The number of findings by code.
        var totals: [String: Int]
    }

    private static func shown(_ phrase: Phrase) -> String { Redactor().shown(phrase).text }

    @Test(arguments: 0..<120)
    func formatsAgree(seed: Int) throws {
        var audit = RandomAudit(seed: UInt64(seed))
        let report = try audit.report()
        let judgement = report.judgement
        let expected = Said(
            verdict: judgement.verdict.rawValue,
            totals: Dictionary(
                uniqueKeysWithValues: judgement.totals.filter { $0.value > 0 }.map { ($0.key.rawValue, $0.value) }))
        #expect(try text(report) == expected)
        #expect(try json(report, limit: audit.options.findingLimit) == expected)
        #expect(try page(report) == expected)
        #expect(try metrics(report) == expected)
        #expect(report.status.rawValue == ["clean": 0, "findings": 1, "unknown": 3][expected.verdict])
    }

    /// Every record is booked once, and what nobody could judge is a doubt.
    @Test(arguments: 0..<120)
    func everyRecordIsBooked(seed: Int) throws {
        var audit = RandomAudit(seed: UInt64(seed))
        let report = try audit.report()
        let records = report.judgement.coverage.records
        #expect(records.judged + records.unknown + records.outOfScope == audit.recordCount)
        #expect(report.result.source.snapshot?.records == audit.recordCount)
        #expect(records.withFindings <= records.judged)
        let bytes = report.judgement.coverage.bytes
        #expect(bytes.judged + bytes.unknown + bytes.outOfScope == report.result.source.byteCount)
        let counted = report.judgement.totals.contains { $0.value > 0 && audit.failOn.contains($0.key) }
        let doubtful =
            records.unknown > 0 || bytes.unknown > 0 || audit.isDamaged || !audit.snapshot.hasDigest
            || audit.options.unknownVersion != nil
        if doubtful { #expect(!report.judgement.doubts.isEmpty) }
        #expect(
            report.judgement.verdict
                == (counted ? .findings : report.judgement.doubts.isEmpty ? .clean : .unknown))
        #expect((report.status.rawValue == 0) == (!counted && report.judgement.doubts.isEmpty))
    }

    /// The seeds have met every verdict, every kind of doubt that a snapshot can have and most codes.
    @Test func theSeedsMeetEverything() throws {
        var (verdicts, doubts, codes): (Set<String>, Set<String>, Set<FindingCode>) = ([], [], [])
        for seed in 0..<120 {
            var audit = RandomAudit(seed: UInt64(seed))
            let judgement = try audit.report().judgement
            verdicts.insert(judgement.verdict.rawValue)
            for doubt in judgement.doubts { doubts.insert("\(doubt)".prefix { $0 != "(" }.description) }
            codes.formUnion(judgement.totals.filter { $0.value > 0 }.keys)
        }
        #expect(verdicts == ["clean", "findings", "unknown"])
        #expect(
            doubts.isSuperset(of: [
                "noDigest", "damage", "noObjects", "missing", "plugins", "encoding", "identity", "unknownKeys",
                "unknownObjects", "unknownGroup", "unexplained", "version",
            ]), "\(doubts)")
        #expect(
            codes.isSuperset(of: [
                .plaintext, .stale, .unreadable, .notObject, .moved, .needsPlugin, .uncovered, .oldPlaintext,
                .oldUnreadable, .freePlaintext,
            ]), "\(codes)")
    }

    // MARK: The formats

    private func text(_ report: AuditReport) throws -> Said {
        let text = Self.shown(try report.text())
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let verdict = try #require(lines[0].firstMatch(of: #/^s\.db: (clean|FINDINGS|UNKNOWN)\b/#)?.1)
        var totals: [String: Int] = [:]
        for line in lines {
            guard let heading = line.firstMatch(of: #/^(ENC04\d\d) (error|warning|note): (\d*)/#) else { continue }
            // A file has one digest.
            totals[String(heading.1)] = Int(heading.3) ?? 1
        }
        #expect(lines.count { $0.hasPrefix("Not checked: ") } == report.judgement.doubts.count)
        for resource in report.judgement.uncovered.prefix(2) {
            #expect(text.contains("\(resource.resource) \(resource.plaintext)"))
        }
        for sentence in text.split(separator: "\n") { #expect(!sentence.hasSuffix("..") && !sentence.contains(": :")) }
        return Said(verdict: verdict.lowercased(), totals: totals)
    }

    private func json(_ report: AuditReport, limit: Int) throws -> Said {
        struct Document: Decodable {
            struct Finding: Decodable {
                let code: String
                let severity: String
                let etcdKey: String?
                let message: String
            }
            struct Doubt: Decodable {
                let reason: String
                let message: String
            }
            struct Records: Decodable {
                let judged: Int
                let unknown: Int
                let outOfScope: Int
                let unknownReasons: [String: Int]
                let outOfScopeReasons: [String: Int]
            }
            struct Coverage: Decodable {
                let records: Records
                let bytes: [String: Int]
            }
            struct Uncovered: Decodable {
                let resource: String
                let plaintext: Int
            }
            let apiVersion: String
            let kind: String
            let verdict: String
            let findings: [Finding]
            let findingTotals: [String: Int]
            let doubts: [Doubt]
            let coverage: Coverage
            let uncovered: [Uncovered]
        }
        let bytes = try report.value().document(Redactor())
        let document = try JSONDecoder().decode(Document.self, from: Data(bytes.bytes.copiedToArray()))
        #expect(document.apiVersion == "encconf/v1" && document.kind == "AuditReport")
        for (code, total) in document.findingTotals {
            let listed = document.findings.count { $0.code == code }
            let isOfFile = ["ENC0413", "ENC0415", "ENC0409", "ENC0417", "ENC0418", "ENC0419", "ENC0420"].contains(code)
            #expect(listed == (isOfFile ? 1 : min(limit, total)), "\(code)")
        }
        #expect(document.findings.allSatisfy { !$0.message.isEmpty && document.findingTotals[$0.code] != nil })
        #expect(document.doubts.count == report.judgement.doubts.count)
        let records = document.coverage.records
        let ledger = report.judgement.coverage.records
        #expect(
            (records.judged, records.unknown, records.outOfScope) == (ledger.judged, ledger.unknown, ledger.outOfScope))
        #expect(records.unknownReasons.values.reduce(0, +) == records.unknown)
        #expect(records.outOfScopeReasons.values.reduce(0, +) == records.outOfScope)
        #expect(
            document.uncovered.map { "\($0.resource) \($0.plaintext)" }
                == report.judgement.uncovered.map { "\($0.resource) \($0.plaintext)" })
        return Said(verdict: document.verdict, totals: document.findingTotals)
    }

    private func page(_ report: AuditReport) throws -> Said {
        let page = Self.shown(try AuditPage([report], missing: [], version: "1").text())
        let sentence = try #require(page.firstMatch(of: #/<p class="verdict (\w+)">(clean|FINDINGS|UNKNOWN)\b/#))
        let verdict = sentence.2.lowercased()
        // Green is only what is clean; what nobody opened is not.
        if sentence.1 == "clean" { #expect(verdict == "clean") }
        var totals: [String: Int] = [:]
        for heading in page.matches(of: #/<h4>(ENC04\d\d) (?:error|warning|note): (\d*)/#) {
            totals[String(heading.1)] = Int(heading.2) ?? 1
        }
        #expect(page.contains("<div class=\"doubts unknown\">") == !report.judgement.doubts.isEmpty)
        let ledger = report.judgement.coverage.records
        #expect(
            page.contains(
                "Records: \(ledger.judged) judged, \(ledger.unknown) not judged, \(ledger.outOfScope) out of scope."))
        for resource in report.judgement.uncovered {
            #expect(page.contains("\(resource.resource) (\(resource.plaintext))"))
        }
        return Said(verdict: verdict, totals: totals)
    }

    private func metrics(_ report: AuditReport) throws -> Said {
        let text = Self.shown(AuditReport.openMetrics([report]))
        #expect(text.hasSuffix("# EOF\n"))
        let verdicts = text.matches(of: #/encconf_verdict\{snapshot="s.db",verdict="(\w+)"\} ([01])\n/#)
        #expect(verdicts.count == 3)
        let verdict = try #require(verdicts.first { $0.2 == "1" })
        #expect(verdicts.count { $0.2 == "1" } == 1)
        var totals: [String: Int] = [:]
        for sample in text.matches(of: #/encconf_findings\{snapshot="s.db",code="(\w+)",counted="(\w+)"\} (\d+)\n/#) {
            let code = try #require(FindingCode(rawValue: String(sample.1)))
            #expect((sample.2 == "true") == report.judgement.failOn.contains(code))
            if sample.3 != "0" { totals[String(sample.1)] = Int(sample.3) }
        }
        #expect(text.matches(of: #/encconf_doubts\{/#).count == report.judgement.doubts.count)
        let ledger = report.judgement.coverage.records
        for (name, count) in [
            ("judged", ledger.judged), ("unknown", ledger.unknown), ("outOfScope", ledger.outOfScope),
        ] {
            #expect(text.contains("encconf_records{snapshot=\"s.db\",coverage=\"\(name)\"} \(count)\n"))
        }
        for resource in report.judgement.uncovered {
            #expect(
                text.contains(
                    "encconf_uncovered_plaintext_objects{snapshot=\"s.db\",resource=\"\(resource.resource)\"} \(resource.plaintext)\n"
                ))
        }
        // No sample twice.
        let samples = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0.prefix { $0 != "}" } }
        #expect(Set(samples).count == samples.count)
        return Said(verdict: String(verdict.1), totals: totals)
    }
}
