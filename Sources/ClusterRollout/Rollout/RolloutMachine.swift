public import KeyRotation

/// Decides what a rollout does next, from what is known.
///
/// It is pure: the same facts give the same answer, so that a rollout which was stopped anywhere goes on where it was. No
/// phase begins before the facts that it needs are seen, and what is not seen stops it.
public struct RolloutMachine: Sendable {
    public enum Goal: Sendable, Equatable, CaseIterable {
        /// A key is added, writes, and the old ones go.
        case newKey
        /// Back to the key that wrote before.
        case back
        /// The KMS plugin has a new key; the file stays unchanged.
        case newKMSKey
    }

    /// What to do next.
    public enum Action: Sendable, Equatable {
        case askServers
        /// Audit the stored values.
        case audit
        case snapshotBefore
        case snapshotAfter
        case write(RotationRequest.Step)
        /// Give the file to the servers, and wait until each of them runs it.
        case deliver
        /// Wait until each server has the new key id of the plugin.
        case awaitKeyIDs
        case rewrite
    }

    /// Why a rollout cannot go on.
    public enum Stop: Sendable, Equatable {
        /// This rollout did not write the file.
        case fileChanged
        /// A server runs a file from which this one is no proven step.
        case serversRunAnother
        /// No server runs a file, and this one may not be the first.
        case serversRunNone
        case serversUnknown
        /// The file was delivered, and not every server runs it in time.
        case notConverged
        /// Values cannot be read by the servers' file.
        case unreadable(Int)
        /// Values are still stored in another way, after so many rewrites.
        case stillStale(Int, rewrites: Int)
        /// Values are stored with keys that the file, which is not delivered yet, has no more.
        case neededAgain(Int)
        case storedUnknown
        /// Keys were removed already, so the rollout can no longer be undone.
        case cannotGoBack
        /// There is nothing to go back from.
        case nothingToTakeBack
        case keyIDsDiffer
    }

    public enum Decision: Sendable, Equatable {
        case act(Action)
        case stop(Stop)
        case done
    }

    /// A conflict leaves an object for the next time; after so many times something else is wrong.
    public static let rewriteLimit = 3

    public let goal: Goal

    public init(_ goal: Goal) { self.goal = goal }

    public func next(_ facts: RolloutFacts) -> Decision {
        guard let standing = facts.standing else { return .stop(.fileChanged) }
        if goal == .newKMSKey { return keyChange(facts) }
        switch standing {
        case .original: return goal == .back ? .stop(.nothingToTakeBack) : beginning(facts)
        case .at(let position): return goal == .back ? backward(position, facts) : forward(position, facts)
        }
    }

    /// Whether it matters that requests have ended which began before the last server changed over: they may have written
    /// with a key that is looked for afterwards.
    public func needsSettling(_ facts: RolloutFacts) -> Bool {
        if goal == .newKMSKey { return true }
        switch facts.standing {
        // What the version before wrote is what this one writes, or does not matter yet.
        case .at(.added)?, .at(.retired)?, .at(.aborted)?: return false
        case .original?: return facts.firstStep != .add && facts.firstStep != .promote
        default: return true
        }
    }

    // MARK: Before the first step

    private func beginning(_ facts: RolloutFacts) -> Decision {
        switch facts.servers {
        case .notAsked: return .act(.askServers)
        case .runFile: break
        case .runNoFile where facts.isSafeToBegin: return facts.isDelivered ? .stop(.notConverged) : .act(.deliver)
        case .runNoFile: return .stop(.serversRunNone)
        case .runOurs, .runAnother: return .stop(.serversRunAnother)
        case .unknown: return .stop(.serversUnknown)
        }
        switch facts.stored {
        case .notLooked: return .act(.audit)
        case .unreadable(let count): return .stop(.unreadable(count))
        case .unknown: return .stop(.storedUnknown)
        // Values that are stored otherwise are no obstacle: they can be read, and are rewritten in the end.
        case .clean, .stale: break
        }
        switch facts.firstStep {
        // The key that was asked for is alone already.
        case nil: return cleaned(facts, isFinal: true) ?? .done
        case .abort?: return .stop(.nothingToTakeBack)
        default: break
        }
        if facts.wantsSnapshotBefore { return .act(.snapshotBefore) }
        guard facts.firstStep == .retire else { return .act(.write(facts.firstStep ?? .add)) }
        // A rotation was started by hand: the new key is the write key already, and stale values are re-encrypted
        // first.
        return cleaned(facts, isFinal: false) ?? .act(.write(.retire))
    }

    // MARK: Between and after the steps

    private func forward(_ position: RolloutPosition, _ facts: RolloutFacts) -> Decision {
        if let decision = converged(facts, isFinal: position.isFinal) { return decision }
        switch position {
        case .added: return .act(.write(.promote))
        case .promoted: return cleaned(facts, isFinal: false) ?? .act(.write(.retire))
        case .retired, .aborted: return ending(facts)
        }
    }

    private func backward(_ position: RolloutPosition, _ facts: RolloutFacts) -> Decision {
        switch position {
        case .retired: return .stop(.cannotGoBack)
        // All versions that servers may run read both keys, so that it does not matter which of them they run.
        case .added: return seen(facts) ?? .act(.write(.abort))
        case .promoted where !facts.writesPrevious: return seen(facts) ?? .act(.write(.promote))
        case .promoted:
            return converged(facts, isFinal: false) ?? cleaned(facts, isFinal: false) ?? .act(.write(.retire))
        case .aborted: return converged(facts, isFinal: true) ?? ending(facts)
        }
    }

    /// Nil if every server was seen to run a version of this rollout.
    private func seen(_ facts: RolloutFacts) -> Decision? {
        switch facts.servers {
        case .notAsked: .act(.askServers)
        case .runFile, .runOurs: nil
        case .runNoFile, .runAnother: .stop(.serversRunAnother)
        case .unknown: .stop(.serversUnknown)
        }
    }

    /// Nil if every server runs the file.
    ///
    /// - Parameter isFinal: Whether the file has lost keys.
    private func converged(_ facts: RolloutFacts, isFinal: Bool) -> Decision? {
        switch facts.servers {
        case .notAsked: return .act(.askServers)
        case .runFile: return nil
        case .runOurs where facts.isDelivered: return .stop(.notConverged)
        case .runOurs:
            // Between the step and now somebody may have written with a key that the file has no more.
            guard isFinal, !facts.isJustWritten else { return .act(.deliver) }
            switch facts.stored {
            case .notLooked: return .act(.audit)
            case .clean: return .act(.deliver)
            case .stale(let count), .unreadable(let count): return .stop(.neededAgain(count))
            case .unknown: return .stop(.storedUnknown)
            }
        case .runNoFile, .runAnother: return .stop(.serversRunAnother)
        case .unknown: return .stop(facts.isDelivered ? .notConverged : .serversUnknown)
        }
    }

    /// Nil if all that the file covers is stored as it says.
    ///
    /// - Parameter isFinal: Whether all was rewritten before the last step.
    private func cleaned(_ facts: RolloutFacts, isFinal: Bool) -> Decision? {
        switch facts.stored {
        case .notLooked: return .act(facts.rewrites == 0 && !isFinal ? .rewrite : .audit)
        case .clean: return nil
        case .stale(let count):
            return facts.rewrites < Self.rewriteLimit
                ? .act(.rewrite) : .stop(.stillStale(count, rewrites: facts.rewrites))
        case .unreadable(let count): return .stop(.unreadable(count))
        case .unknown: return .stop(.storedUnknown)
        }
    }

    private func ending(_ facts: RolloutFacts) -> Decision {
        if let decision = cleaned(facts, isFinal: true) { return decision }
        return facts.wantsSnapshotAfter ? .act(.snapshotAfter) : .done
    }

    // MARK: A new key within a plugin

    private func keyChange(_ facts: RolloutFacts) -> Decision {
        switch facts.servers {
        case .notAsked: return .act(.askServers)
        case .runFile: break
        case .runNoFile, .runOurs, .runAnother: return .stop(.serversRunAnother)
        case .unknown: return .stop(.serversUnknown)
        }
        switch facts.keyIDs {
        case .notAsked: return .act(.awaitKeyIDs)
        case .agree: break
        case .differ, .unknown: return .stop(.keyIDsDiffer)
        }
        if facts.wantsSnapshotBefore { return .act(.snapshotBefore) }
        return cleaned(facts, isFinal: false) ?? ending(facts)
    }
}
