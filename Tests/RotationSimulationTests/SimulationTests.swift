import EncryptionConfig
import EnvelopeCrypto
import KeyRotation
import KeyTransition
import TestSupport
import Testing

/// Clusters whose keys are changed while they are at work. Whoever does what the program says, in any order of
/// restarts and requests, never has a value that a server cannot read.
struct SimulationTests {
    private static let schedules = 0..<160 as Range<UInt64>

    @Test(arguments: 0..<8 as Range<UInt64>)
    func nothingIsEverMisread(block: UInt64) throws {
        let planner = Planner()
        for schedule in Self.schedules {
            let scenario = Scenario(seed: block << 16 | schedule)
            var person = try scenario.start(planner)
            var provider = scenario.provider
            do {
                for _ in 0..<Int.random(in: 1...3, using: &person.cluster.random) {
                    try change(&person, &provider)
                }
            } catch {
                Issue.record("schedule \(schedule), \(scenario.serverCount) servers: \(error)")
            }
            #expect(person.cluster.accesses > 0)
        }
    }

    /// One whole change, or one that is taken back.
    private func change(_ person: inout Operator, _ provider: inout KeyedProvider?) throws {
        var random = person.cluster.random
        let choice = Int.random(in: 0..<8, using: &random)
        let target = provider?.other(&random) ?? KeyedProvider.allCases.randomElement(using: &random) ?? .secretbox
        person.cluster.random = random
        guard provider != nil else {
            guard choice > 1 else { return try person.takeBack(.to(.keyed(target))) }
            provider = target
            return try person.carryOut(.to(.keyed(target)))
        }
        switch choice {
        case 0: try person.takeBack(.rotate)
        case 1: try person.takeBack(.to(.keyed(target)))
        case 2: try person.takeBackAfterPromotion()
        case 3:
            provider = nil
            try person.carryOut(.to(.identity))
        case 4, 5:
            provider = target
            try person.carryOut(.to(.keyed(target)))
        default: try person.carryOut(.rotate)
        }
    }

    // MARK: Each instruction is needed

    private static let changes: [Operator.Change] = [.rotate, .to(.keyed(.secretbox)), .to(.identity)]

    /// How many of many schedules misread a value, or are refused, if an instruction is left out.
    private func outcomes(
        without omission: Operator.Omission?, servers: ClosedRange<Int> = 2...5,
        _ body: (inout Operator) throws -> Void
    ) throws -> (misread: Int, refused: Int, wellDone: Int) {
        var outcomes = (misread: 0, refused: 0, wellDone: 0)
        let planner = Planner()
        for seed in 1000..<1040 as Range<UInt64> {
            let provider: KeyedProvider = [.aescbc, .aesgcm][Int(seed % 2)]
            var person = try Scenario(seed: seed, provider: provider, serverCount: servers).start(planner)
            person.omission = omission
            do {
                try body(&person)
                outcomes.wellDone += 1
            } catch is Misreading {
                outcomes.misread += 1
            } catch is Operator.Refused {
                outcomes.refused += 1
            }
        }
        return outcomes
    }

    @Test(arguments: [
        (Operator.Omission.waitingBeforePromotion, 3), (.waitingBeforeEvidence, 1), (.rewriting, 20), (.steps, 8),
    ])
    func leftOutAnInstructionValuesAreLost(_ omission: Operator.Omission, _ leastLoss: Int) throws {
        for change in Self.changes {
            let without = try outcomes(without: omission) { try $0.carryOut(change) }
            // Some files read plaintext from the start, and evidence finds most of what was not waited for.
            #expect(without.misread >= leastLoss, "\(change): \(without)")
            let with = try outcomes(without: nil) { try $0.carryOut(change) }
            #expect(with == (0, 0, 40), "\(change)")
        }
    }

    /// With one server there is nobody to wait for, so that adding and promoting are one step.
    @Test func oneServerNeedsNoStepBetween() throws {
        for change in Self.changes {
            let outcomes = try outcomes(without: .steps, servers: 1...1) { try $0.carryOut(change) }
            #expect(outcomes == (0, 0, 40), "\(change)")
        }
    }

    /// The proof itself refuses the step that `--single-server` would allow.
    @Test func addingAndPromotingAtOnceIsNotProven() throws {
        let person = try Scenario(seed: 1, provider: .secretbox, serverCount: 3...3).start(Planner())
        let old = person.file.configuration
        var other = person
        try other.make(.add, of: .rotate, singleServer: true)
        let proof = TransitionProof(from: old, to: other.file.configuration)
        #expect(proof.safe == .yes)
        #expect(proof.rolling == .no)
    }

    /// Without evidence nobody knows; evidence of values that were not rewritten refuses the step.
    @Test func evidenceRefusesWhatWouldBeLost() throws {
        let outcomes = try outcomes(without: nil) { person in
            try person.make(.add, of: .rotate)
            try person.cluster.roll(out: person.file)
            try person.make(.promote, of: .rotate)
            try person.cluster.roll(out: person.file)
            try person.make(.retire, of: .rotate)
        }
        #expect(outcomes.misread == 0)
        // By chance all objects may have been written anew.
        #expect(outcomes.refused >= 36)
    }

    /// A key that has written is no key to take out, before all that it wrote is rewritten.
    @Test func abortAfterPromotionNeedsRewriting() throws {
        let without = try outcomes(without: .rewriting) { try $0.takeBackAfterPromotion() }
        #expect(without.misread > 0)
        let with = try outcomes(without: nil) { try $0.takeBackAfterPromotion() }
        #expect(with == (0, 0, 40))
    }

    /// The wrong order: the new key is gone from the file of some while it writes on others.
    @Test func retiringBeforeAllServersArePromotedLosesValues() throws {
        let outcomes = try outcomes(without: .rewriting) { person in
            try person.make(.add, of: .rotate)
            try person.cluster.roll(out: person.file)
            try person.make(.promote, of: .rotate)
            // Nobody loads the promoted file.
            try person.make(.retire, of: .rotate)
            try person.cluster.roll(out: person.file)
            try person.cluster.readAll()
        }
        #expect(outcomes.misread > 0)
    }

    /// A backup from before a rotation needs the keys that were retired.
    @Test(arguments: [Operator.Change.rotate, .to(.keyed(.secretbox)), .to(.identity)])
    func backupsNeedTheArchive(_ change: Operator.Change) throws {
        let planner = Planner()
        for seed in 0..<20 as Range<UInt64> {
            var person = try Scenario(seed: seed, provider: .aesgcm).start(planner)
            let backup = person.cluster.objects
            try person.carryOut(change)
            person.cluster.restore(backup)
            #expect(throws: Misreading.self) { try person.cluster.readAll() }
            let archive = try FileVersion(try #require(person.archive))
            for object in backup {
                // As `decrypt-secret --config FILE --config ARCHIVE` does.
                let readers = [person.file, archive].filter { version in
                    (try? Cluster.read(object, running: version, server: 0)) != nil
                }
                #expect(!readers.isEmpty || StoredPlaintext.isPlaintext(object), "\(object)")
            }
        }
    }
}

/// Plaintext needs no key; a file without identity does not read it, whatever the archive holds.
enum StoredPlaintext {
    static func isPlaintext(_ object: StoredObject) -> Bool { object.value == object.plaintext }
}
