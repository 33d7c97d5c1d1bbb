/// What a rollout has written so far. It stands beside the file until the rollout is over, so that the same command goes on
/// where it was stopped. It holds no key.
///
/// It only names the goal and the files that are this rollout's own. Where the cluster stands is asked each time.
public struct RolloutRecord: Sendable, Equatable {
    /// One version of the file.
    public struct Version: Sendable, Equatable {
        /// `sha256:` and 64 hex digits.
        public let hash: String
        public let position: RolloutPosition

        public init(hash: String, position: RolloutPosition) {
            self.hash = hash
            self.position = position
        }
    }

    /// What was asked for, in a form that is compared: another goal is another rollout.
    public let goal: String
    /// What the file was before the rollout.
    public let originalHash: String
    /// The last step that is written.
    public var current: Version?
    /// The step that is about to be written: after a crash the file is this version, or the one before.
    public var pending: Version?
    /// Whether the rollout goes back to the key that wrote before.
    public var isGoingBack = false
    /// The key that wrote before, to which a rollout goes back; nil if there were several.
    public var previousKey: String?

    public init(goal: String, originalHash: String, previousKey: String?) {
        self.goal = goal
        self.originalHash = originalHash
        self.previousKey = previousKey
    }

    /// Where the file with a hash stands; nil if it is none of this rollout.
    public func standing(of hash: String) -> Standing? {
        if let pending, pending.hash == hash { return .at(pending.position) }
        if let current, current.hash == hash { return .at(current.position) }
        return hash == originalHash && current == nil ? .original : nil
    }

    public enum Standing: Equatable, Sendable {
        /// Nothing is written yet.
        case original
        case at(RolloutPosition)
    }
}
