public import KeyRotation

/// Decides what a rollout does next, from what is known (spec/rotation-procedures.md, section 2).
///
/// It is pure: the same facts give the same answer, so that a rollout which was stopped anywhere goes on where it was. No
/// phase begins before the facts that it needs are seen.
public struct RolloutMachine: Sendable {
    public enum Goal: Sendable, Equatable {
        /// A key is added, writes, and the old ones go.
        case newKey
        /// Back to the key that wrote before.
        case back
        /// The key within a KMS plugin is another one; the file stays as it is.
        case newKMSKey
    }

    /// What to do next.
    public enum Action: Sendable, Equatable {
        case askServers
        /// Look at what is stored, before the first step or at a revision after convergence.
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
        /// The file is none that this rollout wrote.
        case fileChanged
        /// Before the first step not every server runs the file.
        case serversRunAnother
        case serversUnknown
        /// The file was delivered, and not every server runs it in time.
        case notConverged
        /// Values cannot be read by the servers' file.
        case unreadable(Int)
        /// Values are still stored in another way, after so many rewrites.
        case stillStale(Int, rewrites: Int)
        case storedUnknown
        /// Keys were taken out already; a rollout goes only forward then.
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
        case .original: return beginning(facts)
        case .at(let position): return afterStep(position, facts)
        }
    }

    // MARK: Before the first step

    private func beginning(_ facts: RolloutFacts) -> Decision {
        guard goal == .newKey else { return .stop(.nothingToTakeBack) }
        if let decision = converged(facts) { return decision }
        switch facts.stored {
        case .notLooked: return .act(.audit)
        case .unreadable(let count): return .stop(.unreadable(count))
        case .unknown: return .stop(.storedUnknown)
        // Values that are stored otherwise are no obstacle: they can be read, and are rewritten in the end.
        case .clean, .stale: break
        }
        if facts.wantsSnapshotBefore { return .act(.snapshotBefore) }
        switch facts.firstStep {
        case nil, .abort?: return .stop(.nothingToTakeBack)
        case let step? where step != .retire: return .act(.write(step))
        // Somebody began by hand: the new key writes already, and what is stored otherwise is rewritten first.
        case _?: return cleaned(facts, isFinal: false) ?? .act(.write(.retire))
        }
    }

    /// Nil if every server runs the file.
    private func converged(_ facts: RolloutFacts) -> Decision? {
        switch facts.servers {
        case .notAsked: return .act(.askServers)
        case .runFile: return nil
        case .runNoFile where facts.isSafeToBegin && !facts.isDelivered: return .act(.deliver)
        case .runNoFile, .runAnother: return .stop(.serversRunAnother)
        case .unknown: return .stop(.serversUnknown)
        }
    }

    // MARK: Between and after the steps

    private func afterStep(_ position: RolloutPosition, _ facts: RolloutFacts) -> Decision {
        if goal == .back, position == .retired { return .stop(.cannotGoBack) }
        switch facts.servers {
        case .notAsked: return .act(.askServers)
        case .runFile: break
        case .runNoFile, .runAnother, .unknown: return facts.isDelivered ? .stop(.notConverged) : .act(.deliver)
        }
        switch position {
        case .added: return .act(.write(goal == .back ? .abort : .promote))
        case .promoted where goal == .back && !facts.writesPrevious: return .act(.write(.promote))
        case .promoted: return cleaned(facts, isFinal: false) ?? .act(.write(.retire))
        case .retired, .aborted:
            if let decision = cleaned(facts, isFinal: true) { return decision }
            return facts.wantsSnapshotAfter ? .act(.snapshotAfter) : .done
        }
    }

    /// - Parameter isFinal: Whether all was rewritten before the last step.
    /// - Returns: Nil if all that the file covers is stored as it says.
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

    // MARK: A new key within a plugin

    private func keyChange(_ facts: RolloutFacts) -> Decision {
        switch facts.servers {
        case .notAsked: return .act(.askServers)
        case .runFile: break
        case .runNoFile, .runAnother: return .stop(.serversRunAnother)
        case .unknown: return .stop(.serversUnknown)
        }
        switch facts.keyIDs {
        case .notAsked: return .act(.awaitKeyIDs)
        case .agree: break
        case .differ, .unknown: return .stop(.keyIDsDiffer)
        }
        if facts.wantsSnapshotBefore { return .act(.snapshotBefore) }
        if let decision = cleaned(facts, isFinal: false) { return decision }
        return facts.wantsSnapshotAfter ? .act(.snapshotAfter) : .done
    }
}
