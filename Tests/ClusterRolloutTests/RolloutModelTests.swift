import ClusterRollout
import Foundation
import KeyRotation
import TestSupport
import Testing

/// Rollouts of a model cluster under a load of writes, with servers that lag, killed and begun anew at random, and taken
/// back: no value is ever unreadable, and what is called done is true.
struct RolloutModelTests {
    /// `ENCCONF_TESTS=all` runs twenty times as many.
    private static let seeds = 0..<(ProcessInfo.processInfo.environment["ENCCONF_TESTS"] == "all" ? 40_000 : 2_000)

    @Test func everyValueStaysReadable() {
        var (finished, turned) = (0, 0)
        for seed in Self.seeds {
            var trial = Trial(seed: UInt64(seed))
            trial.run()
            if trial.isDone { finished += 1 }
            if trial.isBack { turned += 1 }
            guard trial.complaints.isEmpty else {
                Issue.record("seed \(seed): \(trial.complaints.prefix(3))")
                return
            }
        }
        // The trials do reach their ends, in both directions.
        #expect(finished > Self.seeds.count * 8 / 10 && turned > Self.seeds.count / 20, "\(finished) \(turned)")
    }

    /// A trial whose machine is replaced by one that forgets a guard finds it.
    @Test(arguments: ["deliver", "retire", "promote"]) func findsAMissingGuard(_ guardName: String) {
        let isFound = Self.seeds.prefix(500).contains { seed in
            var trial = Trial(seed: UInt64(seed))
            trial.forgets = guardName
            trial.run()
            return !trial.complaints.isEmpty
        }
        #expect(isFound)
    }
}

private struct Trial {
    var random: SeededGenerator
    var model: RolloutModel
    var facts = RolloutFacts(standing: .original, wantsSnapshots: false)
    var complaints: [String] = []
    var isDone = false
    var isBack = false
    /// A guard that the decisions lack, to show that it is needed.
    var forgets: String?

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        model = RolloutModel(
            serverCount: Int.random(in: 1...3, using: &random), valueCount: Int.random(in: 1...5, using: &random))
    }

    mutating func run() {
        for _ in 0..<400 where !isDone && complaints.isEmpty {
            disturb()
            facts = model.facts(facts)
            switch decision() {
            case .done:
                // Between a look and the word somebody may have done something; the command looks again.
                guard model.seen == .runFile else { restart(); continue }
                isDone = true
                if model.values.contains(where: { $0 != model.file[0] }) { complain("done with stale values") }
                if model.file.count != 1 { complain("done with several keys") }
            case .stop(.cannotGoBack):
                // Only forward from here.
                isBack = false
                model.record?.isGoingBack = false
            case .stop: restart()
            case .act(let action): act(action)
            }
            check()
        }
    }

    private mutating func decision() -> RolloutMachine.Decision {
        let machine = RolloutMachine(isBack ? .back : .newKey)
        var seen = facts
        switch forgets {
        case "deliver" where facts.standing == .at(.retired) && facts.servers == .runOurs: return .act(.deliver)
        case "retire" where facts.standing == .at(.promoted) && facts.servers == .runFile: seen.stored = .clean
        case "promote" where facts.standing == .at(.added): seen.servers = .runFile
        default: break
        }
        return machine.next(seen)
    }

    /// What goes on meanwhile.
    private mutating func disturb() {
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            model.write(
                Int.random(in: model.values.indices, using: &random),
                through: Int.random(in: model.servers.indices, using: &random))
        }
        for index in model.lags.indices where Int.random(in: 0..<6, using: &random) == 0 {
            model.lags[index].toggle()
        }
        // A backup of etcd is put back, while every server reads what is in it.
        if model.record?.standing(of: model.fileHash) == .at(.retired), !model.servers.contains(model.file),
            Int.random(in: 0..<20, using: &random) == 0
        {
            model.values[0] = "k1"
            restart()
        }
        // The program is killed, and the command typed again; sometimes with --abort.
        if Int.random(in: 0..<12, using: &random) == 0 { restart() }
        if model.record != nil, !isBack, Int.random(in: 0..<40, using: &random) == 0 {
            isBack = true
            model.record?.isGoingBack = true
            restart()
        }
        check()
    }

    private mutating func restart() {
        facts = RolloutFacts(standing: .original, wantsSnapshots: false)
        if model.record?.pending?.hash == model.fileHash { model.record?.complete() }
        for index in model.lags.indices where Bool.random(using: &random) { model.lags[index] = false }
    }

    private mutating func act(_ action: RolloutMachine.Action) {
        switch action {
        case .askServers:
            facts.servers = model.seen
            // Nobody but this rollout gives files to servers here.
            if facts.servers == .runAnother { complain("\(model.servers) are taken for foreign beside \(model.file)") }
        case .audit: facts.stored = model.stored
        case .rewrite:
            // Through any server; one object may be changed by others meanwhile.
            for value in model.values.indices {
                model.write(value, through: Int.random(in: model.servers.indices, using: &random))
            }
            (facts.rewrites, facts.stored) = (facts.rewrites + 1, .notLooked)
        case .deliver:
            for index in model.servers.indices where !model.lags[index] {
                model.servers[index] = model.file
                // Not all at once.
                check()
                model.write(Int.random(in: model.values.indices, using: &random), through: index)
                check()
                if Int.random(in: 0..<10, using: &random) == 0 { return restart() }
            }
            (facts.isDelivered, facts.isJustWritten) = (true, false)
            (facts.stored, facts.rewrites, facts.servers) = (.notLooked, 0, model.seen)
        case .write(let step): write(step)
        case .snapshotBefore, .snapshotAfter, .awaitKeyIDs: complain("\(action) was not wanted")
        }
    }

    private mutating func write(_ step: RotationRequest.Step) {
        let new = model.after(step, isBack: isBack)
        let position: RolloutPosition = isBack && step == .retire ? .aborted : RolloutPosition(after: step)
        let isConverged = facts.servers == .runFile
        if model.record == nil {
            model.record = RolloutRecord(goal: "", originalHash: model.fileHash, previousKey: "k1")
        }
        if isBack { model.record?.isGoingBack = true }
        model.record?.prepare(
            RolloutRecord.Version(hash: RolloutModel.hash(new), position: position), isConverged: isConverged)
        // Killed between the record and the file.
        if Int.random(in: 0..<10, using: &random) == 0 { return restart() }
        model.file = new
        // Killed between the file and the record.
        if Int.random(in: 0..<10, using: &random) == 0 { return restart() }
        model.record?.complete()
        (facts.servers, facts.stored, facts.rewrites) = (isConverged ? .runOurs : .notAsked, .notLooked, 0)
        (facts.isDelivered, facts.isJustWritten) = (false, isConverged)
    }

    private mutating func check() {
        if !model.isReadable { complain("unreadable: \(model.servers) \(model.values) file \(model.file)") }
    }

    private mutating func complain(_ text: String) { complaints.append(text) }
}
