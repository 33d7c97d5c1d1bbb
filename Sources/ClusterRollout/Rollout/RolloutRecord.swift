/// The files that a rollout has written so far. The record is beside the file, so the same command can continue. It
/// contains no key.
///
/// It names only the goal and the files of this rollout. The state of the cluster is read each time.
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
    public private(set) var current: Version?
    /// The step that is about to be written: after a crash the file is this version, or the one before.
    public private(set) var pending: Version?
    /// Versions that servers may run beside the last one: its transition from each of them is proven.
    public private(set) var besides: [String]
    /// Whether the rollout goes back to the key that wrote before.
    public var isGoingBack = false
    /// The key that wrote before, to which a rollout goes back; nil if there were several.
    public let previousKey: String?
    /// The key that the rollout added; nil if there were several, or none.
    public let newKey: String?
    /// When it was over, in seconds since 1970; nil while it is not.
    public var finished: Int64?

    public init(goal: String, originalHash: String, previousKey: String?, newKey: String? = nil) {
        self.goal = goal
        self.originalHash = originalHash
        self.previousKey = previousKey
        self.newKey = newKey
        besides = []
    }

    public init(
        goal: String, originalHash: String, previousKey: String?, newKey: String?, current: Version?, pending: Version?,
        besides: [String], isGoingBack: Bool, finished: Int64?
    ) {
        self.goal = goal
        self.originalHash = originalHash
        self.previousKey = previousKey
        self.newKey = newKey
        self.current = current
        self.pending = pending
        self.besides = besides
        self.isGoingBack = isGoingBack
        self.finished = finished
    }

    /// Notes a version before it is written.
    ///
    /// - Parameter isConverged: Whether every server was seen to run the version before.
    public mutating func prepare(_ version: Version, isConverged: Bool) {
        pending = version
        besides = (isConverged ? [] : besides) + [current?.hash ?? originalHash]
    }

    /// Notes that the version is written.
    public mutating func complete() {
        current = pending ?? current
        pending = nil
    }

    /// Records that the present file is at a position already.
    public mutating func note(_ version: Version) {
        current = version
        pending = nil
    }

    /// The position of the file with a hash; nil for a foreign file.
    public func standing(of hash: String) -> Standing? {
        if let pending, pending.hash == hash { return .at(pending.position) }
        if let current, current.hash == hash { return .at(current.position) }
        return hash == originalHash && current == nil ? .original : nil
    }

    /// Whether a server may run a file while the rollout's file is delivered.
    public func mayRun(_ hash: String?, beside file: String) -> Bool {
        guard let hash else { return false }
        return hash == file || besides.contains(hash)
    }

    public enum Standing: Equatable, Sendable {
        /// Nothing is written yet.
        case original
        case at(RolloutPosition)
    }
}
