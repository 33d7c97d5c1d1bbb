import ClusterSupport
import EncryptionConfig
import KeyRotation
import KeyTransition
import KubernetesResources
import SecretMemory
import StorageEvidence
import TestSupport
import Testing

/// What stands against a step, fact by fact: with all that it demands it may be written, and without any one of them it
/// may not.
struct StepJudgementTests {
    private static let added = "secrets: secretbox key-20260101t000000z=1 key-20260601t000000z=2; identity"
    private static let promoted = "secrets: secretbox key-20260601t000000z=2 key-20260101t000000z=1; identity"
    private static let settled = "secrets: secretbox key-20260101t000000z=1; identity"
    private static let new = "secrets: secretbox key-20260601t000000z=2"
    private static let old = "secrets: secretbox key-20260101t000000z=1"

    /// What was found, in one word each.
    private struct Judged: Equatable {
        var refusals: [String] = []
        var remarks: [String] = []
        var authority: String?
    }

    private func judge(
        _ file: String, _ step: RotationRequest.Step, singleServer: Bool = false, isDryRun: Bool = false,
        _ change: (inout StepFacts) -> Void = { _ in }
    ) throws -> Judged {
        let document = try ConfigurationDocument.read(SecretBytes(Array(ShortConfiguration(file).text.utf8)))
        let request = RotationRequest(step: step, singleServer: singleServer)
        let source = NewKeySource(name: "key-20260729t120000z") { SecretKey(ShortConfiguration.key("new")) }
        let plan = try RotationPlan(request, for: document, newKeys: source, options: .lenient)
        #expect(!plan.isDone)
        var facts = StepFacts(
            serversLoaded: false, isSingleServer: singleServer, evidence: nil, isAbsencePromised: false,
            destination: nil)
        change(&facts)
        let judgement = StepJudgement(
            plan, from: try ShortConfiguration(file).configuration(), facts, isDryRun: isDryRun)
        var judged = Judged(
            refusals: judgement.refusals.map(Self.text), remarks: judgement.remarks.map(Self.text))
        switch judgement.authority {
        case .proof?: judged.authority = "proof"
        case .word?: judged.authority = "word"
        case nil: break
        }
        // Only what has no refusals may be written.
        #expect((judgement.authority != nil) == (judgement.refusals.isEmpty && !isDryRun))
        return judged
    }

    private static func text(_ refusal: StepJudgement.Refusal) -> String {
        switch refusal {
        case .serversNotLoaded: "serversNotLoaded"
        case .notShownUnused: "notShownUnused"
        case .noDestination: "noDestination"
        case .used(let uses): "used \(uses.map { "\($0.count) \($0.resource) \($0.kind)" }.joined(separator: ", "))"
        case .gaps: "gaps"
        case .unsafe: "unsafe"
        case .unsettled: "unsettled"
        }
    }

    private static func text(_ remark: StepJudgement.Remark) -> String {
        switch remark {
        case .waived(let refusal): "waived \(text(refusal))"
        case .orphans(let uses):
            "orphans \(uses.map { "\($0.count) \($0.resource) \($0.kind)" }.joined(separator: ", "))"
        case .unreadStores: "unreadStores"
        case .mayHaveWritten: "mayHaveWritten"
        }
    }

    /// What a snapshot with some Secrets shows under a file.
    private func evidence(
        _ file: String, _ secrets: [String], others: [String: [UInt8]] = [:], hasDigest: Bool = true
    ) throws -> StorageEvidence {
        let configuration = try ShortConfiguration(file).file()
        var snapshot = SnapshotBuilder()
        snapshot.hasDigest = hasDigest
        for (number, short) in secrets.enumerated() { try snapshot.put(secret: "s\(number)", by: short) }
        for (key, value) in others.sorted(by: { $0.key < $1.key }) { snapshot.put(key, value) }
        let source = EvidenceSource(name: "s.db", result: try snapshot.audit(under: [configuration]))
        return StorageEvidence(under: configuration, [source], isWholeStore: false)
    }

    // MARK: add and promote

    @Test func addDemandsNothing() throws {
        #expect(try judge(Self.settled, .add) == Judged(authority: "word"))
        #expect(try judge(Self.settled, .add, singleServer: true) == Judged(authority: "word"))
    }

    /// A server that does not run the file could not read what others write.
    @Test func promoteDemandsThatServersRunTheFile() throws {
        #expect(try judge(Self.added, .promote) == Judged(refusals: ["serversNotLoaded"]))
        #expect(try judge(Self.added, .promote) { $0.serversLoaded = true } == Judged(authority: "word"))
        #expect(try judge(Self.added, .promote, singleServer: true) == Judged(authority: "word"))
        #expect(
            try judge(Self.added, .promote, isDryRun: true) == Judged(remarks: ["waived serversNotLoaded"]))
    }

    // MARK: retire

    private func retire(_ change: (inout StepFacts) throws -> Void) throws -> Judged {
        var evidence: StorageEvidence? = try self.evidence(Self.promoted, [Self.new, Self.new])
        var facts = StepFacts(
            serversLoaded: false, isSingleServer: false, evidence: evidence, isAbsencePromised: false,
            destination: .archive)
        try change(&facts)
        evidence = facts.evidence
        let changed = facts
        return try judge(Self.promoted, .retire) { $0 = changed }
    }

    @Test func retireWithAllThatItDemands() throws {
        #expect(try retire { _ in } == Judged(authority: "proof"))
        #expect(try retire { $0.destination = .destruction } == Judged(remarks: ["unreadStores"], authority: "proof"))
    }

    @Test func retireWithoutOneOfIt() throws {
        #expect(try retire { $0.evidence = nil } == Judged(refusals: ["notShownUnused"]))
        #expect(try retire { $0.destination = nil } == Judged(refusals: ["noDestination"]))
        #expect(
            try retire {
                $0.evidence = nil
                $0.destination = nil
            } == Judged(refusals: ["notShownUnused", "noDestination"]))
        // Evidence that shows a use, and evidence that proves nothing.
        let used = try retire { $0.evidence = try evidence(Self.promoted, [Self.new, Self.old]) }
        #expect(used.refusals == ["used 1 secrets inUse", "unsafe"] && used.authority == nil)
        let open = try retire { $0.evidence = try evidence(Self.promoted, [Self.new], hasDigest: false) }
        #expect(open.refusals.first == "gaps" && open.authority == nil)
        let foreign = try retire {
            $0.evidence = try evidence(Self.promoted, ["secrets: secretbox key-20260601t000000z=9"])
        }
        #expect(foreign.refusals.first == "gaps" && foreign.authority == nil)
    }

    /// Who says that nothing needs the keys takes the responsibility, but not against what is seen.
    @Test func retireOnAPromise() throws {
        let promised = try retire {
            $0.evidence = nil
            $0.isAbsencePromised = true
        }
        #expect(promised == Judged(authority: "word"))
        let open = try retire {
            $0.evidence = try evidence(Self.promoted, [Self.new], hasDigest: false)
            $0.isAbsencePromised = true
        }
        #expect(open == Judged(remarks: ["waived gaps"], authority: "word"))
        let used = try retire {
            $0.evidence = try evidence(Self.promoted, [Self.new, Self.old])
            $0.isAbsencePromised = true
        }
        #expect(used.refusals.first == "used 1 secrets inUse" && used.authority == nil)
    }

    /// Values that the file does not cover need the key too: kept in an archive it is not lost to them, destroyed it is.
    @Test func retireWithValuesThatTheFileDoesNotCover() throws {
        let key = "/registry/configmaps/default/c"
        let value = try ShortConfiguration("configmaps: secretbox key-20260101t000000z=1").configuration()
            .sealed(MadeObject.configMap("c"), at: key, for: "configmaps")
        let shown = try evidence(Self.promoted, [Self.new], others: [key: value])
        #expect(
            try retire { $0.evidence = shown }
                == Judged(remarks: ["orphans 1 configmaps orphaned"], authority: "proof"))
        let destroyed = try retire {
            $0.evidence = shown
            $0.destination = .destruction
        }
        #expect(destroyed.refusals == ["used 1 configmaps orphaned"] && destroyed.authority == nil)
        // So do values that nobody reads.
        let lost = try evidence(Self.promoted, [Self.new, "secrets: secretbox renamed=1"])
        #expect(
            try retire {
                $0.evidence = lost
                $0.destination = .destruction
            }.refusals == ["used 1 secrets lost"])
        #expect(try retire { $0.evidence = lost }.remarks == ["orphans 1 secrets lost"])
        // Both kinds are named, with the uses.
        let both = try evidence(Self.promoted, [Self.new, Self.old], others: [key: value])
        #expect(
            try retire {
                $0.evidence = both
                $0.destination = .destruction
            }.refusals.first == "used 1 secrets inUse, 1 configmaps orphaned")
    }

    /// Two keys of one name differ in bytes that no label shows.
    @Test func retireOfAKeyThatSharesItsName() throws {
        let file = "secrets: secretbox k=2 k=1; identity"
        let shown = try evidence(file, ["secrets: secretbox k=2"])
        let judged = try judge(file, .retire) { facts in
            facts.evidence = shown
            facts.destination = .archive
        }
        #expect(judged.refusals == ["unsettled"] && judged.authority == nil)
        let promised = try judge(file, .retire) { facts in
            facts.evidence = shown
            facts.destination = .archive
            facts.isAbsencePromised = true
        }
        #expect(promised.refusals.isEmpty && promised.authority == "proof")
    }

    @Test func aDryRunSaysWhatIsMissing() throws {
        let judged = try judge(Self.promoted, .retire, isDryRun: true)
        #expect(judged.refusals.isEmpty)
        #expect(judged.remarks == ["waived notShownUnused", "waived noDestination"])
        // What is seen stands against a dry run too.
        let shown = try evidence(Self.promoted, [Self.new, Self.old])
        let used = try judge(Self.promoted, .retire, isDryRun: true) { $0.evidence = shown }
        #expect(used.refusals.first == "used 1 secrets inUse")
    }

    // MARK: abort

    @Test func abort() throws {
        #expect(try judge(Self.added, .abort) == Judged(remarks: ["mayHaveWritten"], authority: "word"))
        let unused = try evidence(Self.added, [Self.old])
        #expect(try judge(Self.added, .abort) { $0.evidence = unused } == Judged(authority: "proof"))
        let used = try evidence(Self.added, [Self.old, Self.new])
        let judged = try judge(Self.added, .abort) { $0.evidence = used }
        #expect(judged.refusals.first == "used 1 secrets inUse" && judged.authority == nil)
        let open = try evidence(Self.added, [Self.old], hasDigest: false)
        #expect(try judge(Self.added, .abort) { $0.evidence = open }.refusals.first == "gaps")
    }
}
