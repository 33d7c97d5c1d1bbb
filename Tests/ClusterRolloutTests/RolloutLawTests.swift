import ClusterRollout
import KeyRotation
import Testing

/// What must hold for every decision of a rollout, over all facts that there can be.
struct RolloutLawTests {
    private static let standings: [RolloutRecord.Standing?] =
        [nil, .original] + RolloutPosition.allCases.map { .at($0) }
    private static let stored: [RolloutFacts.Stored] = [.notLooked, .clean, .stale(2), .unreadable(1), .unknown]
    private static let firstSteps: [RotationRequest.Step?] = [nil] + RotationRequest.Step.allCases
    private static let flags = [false, true]

    /// Every combination of facts.
    private static func forAll(_ body: (RolloutMachine, RolloutFacts) -> Void) {
        for goal in RolloutMachine.Goal.allCases {
            for standing in standings {
                for servers in RolloutFacts.Servers.allCases {
                    for stored in stored {
                        for firstStep in standing == .original ? firstSteps : [nil] {
                            for bits in 0..<64 {
                                var facts = RolloutFacts(standing: standing, wantsSnapshots: bits & 1 != 0)
                                (facts.servers, facts.stored, facts.firstStep) = (servers, stored, firstStep)
                                facts.isDelivered = bits & 2 != 0
                                facts.isJustWritten = bits & 4 != 0
                                facts.writesPrevious = bits & 8 != 0
                                facts.isSafeToBegin = bits & 16 != 0
                                facts.rewrites = bits & 32 != 0 ? RolloutMachine.rewriteLimit : 0
                                for keyIDs in goal == .newKMSKey ? RolloutFacts.KeyIDs.allCases : [.notAsked] {
                                    facts.keyIDs = keyIDs
                                    body(RolloutMachine(goal), facts)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Keys go only when every server runs the file, and every value was seen to be stored with its write key.
    @Test func keysGoWithAProof() {
        Self.forAll { machine, facts in
            guard machine.next(facts) == .act(.write(.retire)) else { return }
            #expect(facts.servers == .runFile && facts.stored == .clean, "\(machine.goal) \(facts)")
        }
    }

    /// A key writes only when every server reads it.
    @Test func keysWriteWhenAllRead() {
        Self.forAll { machine, facts in
            guard case .act(.write(let step)) = machine.next(facts) else { return }
            switch step {
            // On the way back both keys are read by every version that servers may run.
            case .promote, .abort:
                #expect(facts.servers == .runFile || machine.goal == .back && facts.servers == .runOurs)
            case .add, .retire: #expect(facts.servers == .runFile)
            }
            if step == .abort { #expect(machine.goal == .back && facts.standing == .at(.added)) }
            #expect(machine.goal != .newKMSKey, "its file stays as it is")
        }
    }

    /// A file goes to servers only if it is a proven step from what each of them runs.
    @Test func deliversProvenStepsAlone() {
        Self.forAll { machine, facts in
            guard machine.next(facts) == .act(.deliver) else { return }
            #expect(!facts.isDelivered, "once in a run")
            switch facts.servers {
            case .runOurs: #expect(facts.standing != .original)
            case .runNoFile: #expect(facts.standing == .original && facts.isSafeToBegin)
            default: Issue.record("\(facts)")
            }
            if facts.standing == .at(.retired) || facts.standing == .at(.aborted) {
                #expect(facts.isJustWritten || facts.stored == .clean, "\(facts)")
            }
        }
    }

    /// What is unknown is never enough, and done is said of what was seen.
    @Test func unknownIsNeverFine() {
        Self.forAll { machine, facts in
            let decision = machine.next(facts)
            if decision == .done {
                #expect(facts.servers == .runFile && facts.stored == .clean && facts.standing != nil, "\(facts)")
                #expect(machine.goal != .newKMSKey || facts.keyIDs == .agree)
            }
            if facts.standing == nil { #expect(decision == .stop(.fileChanged)) }
            if facts.servers == .unknown || facts.servers == .runAnother, facts.standing != nil {
                if case .stop = decision { return }
                Issue.record("\(machine.goal) \(facts) \(decision)")
            }
            if decision == .act(.rewrite) {
                #expect(facts.servers == .runFile && facts.rewrites < RolloutMachine.rewriteLimit)
            }
            if case .stop = decision { return }
            if case .unreadable = facts.stored, facts.servers == .runFile, decision != .act(.deliver) {
                // Before the first step, and wherever values were looked at.
                if case .act(.write(let step)) = decision { #expect(step != .retire && step != .add) }
            }
        }
    }

    /// Where it matters what requests wrote that began before, their end is waited for.
    @Test func settles() {
        Self.forAll { machine, facts in
            guard facts.stored == .clean, facts.servers == .runFile else { return }
            switch machine.next(facts) {
            case .act(.write(.retire)): #expect(machine.needsSettling(facts), "\(machine.goal) \(facts)")
            case .done where facts.standing == .original || machine.goal == .newKMSKey:
                #expect(machine.needsSettling(facts), "\(machine.goal) \(facts)")
            default: break
            }
        }
    }
}
