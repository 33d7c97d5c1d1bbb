public import KeyRotation

/// What is known when it is decided what a rollout does next.
public struct RolloutFacts: Sendable, Equatable {
    /// What the servers run.
    public enum Servers: Sendable, Equatable, CaseIterable {
        case notAsked
        /// Every server runs the present file, and older requests have ended.
        case runFile
        /// Every one was seen to run the file, or the version of this rollout from which it is a proven step.
        case runOurs
        /// None runs a file at all, or those that do run this one.
        case runNoFile
        /// One is seen to run something else.
        case runAnother
        case unknown
    }

    /// The stored values.
    public enum Stored: Sendable, Equatable {
        /// Not read since every server runs the present file.
        case notLooked
        /// All that the file covers is stored as it says, and everything can be read.
        case clean
        /// So many values are stored in another way, and everything can be read.
        case stale(Int)
        /// So many values cannot be read by the file.
        case unreadable(Int)
        /// Something could not be judged.
        case unknown
    }

    /// What the plugins of a file write with.
    public enum KeyIDs: Sendable, Equatable, CaseIterable {
        case notAsked
        /// Every server has used the key ID of the plugin for so long that none writes with another.
        case agree
        case differ
        case unknown
    }

    /// The position of the file in the rollout; nil for a foreign file.
    public var standing: RolloutRecord.Standing?
    /// The next step of the file before the rollout; nil if no step remains.
    public var firstStep: RotationRequest.Step?
    public var servers = Servers.notAsked
    public var stored = Stored.notLooked
    /// Of a change of the key within a KMS plugin.
    public var keyIDs = KeyIDs.notAsked
    /// Whether a file that no server runs yet may be given to servers that run none: its transition is safe.
    public var isSafeToBegin = false
    /// Of a way back: whether the key that wrote before writes again.
    public var writesPrevious = false
    /// How often values were re-encrypted since every server runs the present file.
    public var rewrites = 0
    /// Whether this run wrote the present file, from the file that every server ran.
    public var isJustWritten = false
    /// Whether the file was delivered in this run of the program.
    public var isDelivered = false
    /// Whether a snapshot is still wanted before the first step, or after the last one.
    public var wantsSnapshotBefore: Bool
    public var wantsSnapshotAfter: Bool

    public init(standing: RolloutRecord.Standing?, wantsSnapshots: Bool) {
        self.standing = standing
        wantsSnapshotBefore = wantsSnapshots
        wantsSnapshotAfter = wantsSnapshots
    }
}
