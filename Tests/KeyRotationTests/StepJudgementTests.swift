import ClusterSupport
import EncryptionConfig
import KeyRotation
import KeyTransition
import KubernetesResources
import SecretMemory
import StorageEvidence
import TestSupport
import Testing

extension StepFacts {
    /// What was seen of the stored values.
    fileprivate var evidence: StorageEvidence? {
        get { stored.evidence }
        set { stored = newValue.map { .seen($0) } ?? .unseen }
    }
}

/// What stands against a step, fact by fact: with all that it demands it may be written, and without any one of them it
/// may not.
struct StepJudgementTests {
    private static let added = "secrets: secretbox key-20260101t000000z=1 key-20260601t000000z=2; identity"
    private static let promoted = "secrets: secretbox key-20260601t000000z=2 key-20260101t000000z=1; identity"
    private static let settled = "secrets: secretbox key-20260101t000000z=1; identity"
    private static let new = "secrets: secretbox key-20260601t000000z=2"
    private static let old = "secrets: secretbox key-20260101t000000z=1"
    private static let hash = "sha256:" + String(repeating: "0123456789abcdef", count: 4)
    private static let loaded = HashPrefix("01234567").map { ServersFact.word($0) }

    /// What was found, in one word each.
    private struct Judged: Equatable {
        var refusals: [String] = []
        var remarks: [String] = []
        var authority: String?
    }

    private func judge(
        _ file: String, _ step: RotationRequest.Step, to target: RotationRequest.Target? = nil,
        removesIdentity: Bool = false, singleServer: Bool = false, isDryRun: Bool = false,
        _ change: (inout StepFacts) -> Void = { _ in }
    ) throws -> Judged {
        let document = try ConfigurationDocument.read(SecretBytes(Array(ShortConfiguration(file).text.utf8)))
        let request = RotationRequest(
            step: step, singleServer: singleServer, target: target, removesIdentity: removesIdentity)
        let source = NewKeySource(name: "key-20260729t120000z") { SecretKey(ShortConfiguration.key("new")) }
        let plan = try RotationPlan(request, for: document, newKeys: source, options: .lenient)
        #expect(!plan.isDone)
        var facts = StepFacts(
            hash: Self.hash, isSingleServer: singleServer, isAbsencePromised: false, destination: nil)
        change(&facts)
        let judgement = StepJudgement(
            plan, from: try ShortConfiguration(file).configuration(), facts, isDryRun: isDryRun)
        var judged = Judged(
            refusals: judgement.refusals.map(Self.text), remarks: judgement.remarks.map(Self.text))
        judged.authority = judgement.step.map { $0.absence == nil ? "word" : "proof" }
        // Only what has no refusals may be written.
        let isAwaited = if case .awaited = facts.stored { true } else { false }
        #expect((judgement.step != nil) == (judgement.refusals.isEmpty && !isDryRun && !isAwaited))
        return judged
    }

    private static func text(_ refusal: StepJudgement.Refusal) -> String {
        switch refusal {
        case .serversNotLoaded: "serversNotLoaded"
        case .serversRunAnother: "serversRunAnother"
        case .pluginNotAsked: "pluginNotAsked"
        case .pluginUnhealthy: "pluginUnhealthy"
        case .destroyedWithoutProof: "destroyedWithoutProof"
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
        case .onWord: "onWord"
        }
    }

    /// What a snapshot with some Secrets shows under a file.
    private func evidence(
        _ file: String, _ secrets: [String], others: [String: [UInt8]] = [:], hasDigest: Bool = true,
        since convergence: Convergence? = Convergence(revision: 1, isBeforeReading: true)
    ) throws -> StorageEvidence {
        let configuration = try ShortConfiguration(file).file()
        var snapshot = SnapshotBuilder()
        snapshot.hasDigest = hasDigest
        for (number, short) in secrets.enumerated() { try snapshot.put(secret: "s\(number)", by: short) }
        for (key, value) in others.sorted(by: { $0.key < $1.key }) { snapshot.put(key, value) }
        let source = EvidenceSource(name: "s.db", result: try snapshot.audit(under: [configuration]))
        return StorageEvidence(under: configuration, [source], isWholeStore: false, convergence: convergence)
    }

    // MARK: add and promote

    @Test func addDemandsNothing() throws {
        #expect(try judge(Self.settled, .add) == Judged(authority: "word"))
        #expect(try judge(Self.settled, .add, singleServer: true) == Judged(authority: "word"))
        // But what is said must be true of this file: the same command typed again makes no second step.
        #expect(
            try judge(Self.settled, .add) { $0.servers = HashPrefix("11111111").map { .word($0) } }
                == Judged(refusals: ["serversRunAnother"]))
    }

    /// A server that does not run the file could not read what others write.
    @Test func promoteDemandsThatServersRunTheFile() throws {
        #expect(try judge(Self.added, .promote) == Judged(refusals: ["serversNotLoaded"]))
        #expect(try judge(Self.added, .promote) { $0.servers = Self.loaded } == Judged(authority: "word"))
        #expect(
            try judge(Self.added, .promote) { $0.servers = HashPrefix("012345670").map { .word($0) } }
                == Judged(refusals: ["serversRunAnother"]))
        #expect(try judge(Self.added, .promote, singleServer: true) == Judged(authority: "word"))
        #expect(
            try judge(Self.added, .promote, isDryRun: true) == Judged(remarks: ["waived serversNotLoaded"]))
    }

    /// A plugin that does not answer would make every server unready, and unable to write.
    @Test func aPluginHasToBeHealthy() throws {
        let target = RotationRequest.Target.kms(name: "hsm", endpoint: "unix:///run/hsm.sock")
        let both = "secrets: secretbox k=1; kms v2 hsm@run/hsm.sock; identity"
        for (file, step) in [(Self.settled, RotationRequest.Step.add), (both, .promote)] {
            let cases: [(StepFacts.PluginHealth?, [String])] = [
                (nil, ["pluginNotAsked"]), (.unhealthy(.noRandomBytes), ["pluginUnhealthy"]), (.healthy, []),
                (.waived, []),
            ]
            for (health, refusals) in cases {
                let judged = try judge(file, step, to: target) {
                    $0.plugin = health
                    $0.servers = Self.loaded
                }
                #expect(judged == Judged(refusals: refusals, authority: refusals.isEmpty ? "word" : nil))
            }
        }
    }

    // MARK: retire

    private func retire(_ change: (inout StepFacts) throws -> Void) throws -> Judged {
        var facts = StepFacts(
            hash: Self.hash, servers: Self.loaded, isSingleServer: false,
            stored: .seen(try self.evidence(Self.promoted, [Self.new, Self.new])), isAbsencePromised: false,
            destination: .archive)
        try change(&facts)
        let changed = facts
        return try judge(Self.promoted, .retire) { $0 = changed }
    }

    @Test func retireWithAllThatItDemands() throws {
        #expect(try retire { _ in } == Judged(authority: "proof"))
        #expect(try retire { $0.destination = .destruction } == Judged(remarks: ["unreadStores"], authority: "proof"))
    }

    @Test func retireWithoutOneOfIt() throws {
        #expect(try retire { $0.servers = nil } == Judged(refusals: ["serversNotLoaded"]))
        #expect(
            try retire { $0.servers = HashPrefix("11111111").map { .word($0) } }
                == Judged(refusals: ["serversRunAnother"]))
        // That there is one server only does not show that it has loaded the file.
        #expect(
            try retire {
                $0.servers = nil
                $0.isSingleServer = true
            } == Judged(refusals: ["serversNotLoaded"]))
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
        #expect(promised == Judged(remarks: ["onWord"], authority: "word"))
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
            }.refusals.prefix(2) == ["used 1 secrets inUse", "used 1 configmaps orphaned"])
    }

    /// Two keys of one name differ in bytes that no label shows.
    @Test func retireOfAKeyThatSharesItsName() throws {
        let file = "secrets: secretbox k=2 k=1; identity"
        let shown = try evidence(file, ["secrets: secretbox k=2"])
        let judged = try judge(file, .retire) { facts in
            facts.evidence = shown
            facts.servers = Self.loaded
            facts.destination = .archive
        }
        #expect(judged.refusals == ["gaps", "unsettled"] && judged.authority == nil)
        let promised = try judge(file, .retire) { facts in
            facts.evidence = shown
            facts.servers = Self.loaded
            facts.destination = .archive
            facts.isAbsencePromised = true
        }
        #expect(promised.refusals.isEmpty && promised.authority == "word")
    }

    /// A source tells what is needed only if every server ran the file when it was taken.
    @Test func retireWithEvidenceThatIsTooEarly() throws {
        let revision = try evidence(Self.promoted, [Self.new]).sources[0].revision
        let cases: [(Convergence?, Bool)] = [
            (nil, false), (Convergence(revision: nil, isBeforeReading: true), false),
            (Convergence(revision: revision + 1, isBeforeReading: true), false),
            (Convergence(revision: revision, isBeforeReading: false), true),
            (Convergence(revision: revision, clusterUID: "another", isBeforeReading: true), false),
        ]
        for (convergence, isEnough) in cases {
            let shown = try evidence(Self.promoted, [Self.new], since: convergence)
            let judged = try retire { $0.evidence = shown }
            #expect(judged.authority == (isEnough ? "proof" : nil), "\(String(describing: convergence))")
            #expect(judged.refusals.first == (isEnough ? nil : "gaps"))
            let destroyed = try retire {
                $0.evidence = shown
                $0.destination = .destruction
                $0.isAbsencePromised = true
            }
            #expect(destroyed.refusals.contains("destroyedWithoutProof") != isEnough)
            #expect((destroyed.authority == nil) != isEnough)
        }
    }

    /// Nobody's word destroys a key.
    @Test func destructionNeedsAProof() throws {
        let judged = try retire {
            $0.evidence = nil
            $0.isAbsencePromised = true
            $0.destination = .destruction
        }
        #expect(judged == Judged(refusals: ["destroyedWithoutProof"], remarks: ["onWord"]))
    }

    /// What is still to be looked at is never written before that.
    @Test func evidenceThatIsAwaited() throws {
        for destination: StepFacts.Destination in [.archive, .destruction] {
            let judged = try retire {
                $0.stored = .awaited
                $0.destination = destination
                $0.isAbsencePromised = true
            }
            #expect(judged.refusals.isEmpty && judged.authority == nil)
        }
    }

    @Test func aDryRunSaysWhatIsMissing() throws {
        let judged = try judge(Self.promoted, .retire, isDryRun: true)
        #expect(judged.refusals.isEmpty)
        #expect(
            judged.remarks == ["waived serversNotLoaded", "waived notShownUnused", "waived noDestination"])
        // What is seen stands against a dry run too.
        let shown = try evidence(Self.promoted, [Self.new, Self.old])
        let used = try judge(Self.promoted, .retire, isDryRun: true) { $0.evidence = shown }
        #expect(used.refusals.first == "used 1 secrets inUse")
    }

    /// Plaintext is taken out as a key is, with nothing to keep.
    @Test func identityGoesWithProof() throws {
        func judged(_ secrets: [String], promised: Bool = false) throws -> Judged {
            let shown = try evidence(Self.settled, secrets)
            return try judge(Self.settled, .retire, removesIdentity: true) {
                $0.servers = Self.loaded
                $0.isAbsencePromised = promised
                if !secrets.isEmpty { $0.evidence = shown }
            }
        }
        #expect(try judged([Self.old]) == Judged(authority: "proof"))
        #expect(try judged([]) == Judged(refusals: ["notShownUnused"]))
        #expect(try judged([], promised: true) == Judged(remarks: ["onWord"], authority: "word"))
        let used = try judged([Self.old, "secrets: identity"], promised: true)
        #expect(used.refusals.first == "used 1 secrets inUse" && used.authority == nil)
    }

    // MARK: abort

    @Test func abort() throws {
        #expect(try judge(Self.added, .abort) == Judged(refusals: ["notShownUnused", "noDestination"]))
        func abort(_ shown: StorageEvidence) throws -> Judged {
            try judge(Self.added, .abort) {
                $0.evidence = shown
                $0.destination = .archive
            }
        }
        #expect(try abort(try evidence(Self.added, [Self.old])) == Judged(authority: "proof"))
        let used = try abort(try evidence(Self.added, [Self.old, Self.new]))
        #expect(used.refusals.first == "used 1 secrets inUse" && used.authority == nil)
        #expect(try abort(try evidence(Self.added, [Self.old], hasDigest: false)).refusals.first == "gaps")
        #expect(try abort(try evidence(Self.added, [Self.old], since: nil)).refusals.first == "gaps")
        let promised = try judge(Self.added, .abort) {
            $0.isAbsencePromised = true
            $0.destination = .archive
        }
        #expect(promised == Judged(remarks: ["onWord"], authority: "word"))
    }
}
