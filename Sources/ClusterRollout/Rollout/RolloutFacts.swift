public import KeyRotation

/// What is known when it is decided what a rollout does next.
public struct RolloutFacts: Sendable, Equatable {
    /// What the servers run.
    public enum Servers: Sendable, Equatable, CaseIterable {
        case notAsked
        /// Every one runs the file as it is, and so long that requests from before have ended.
        case runFile
        /// Every one was seen to run the file, or the version of this rollout from which it is a proven step.
        case runOurs
        /// None runs a file at all, or those that do run this one.
        case runNoFile
        /// One is seen to run something else.
        case runAnother
        case unknown
    }

    /// What is stored.
    public enum Stored: Sendable, Equatable {
        /// Nobody looked since every server runs the file as it is.
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
        /// Every server has had the key id that the plugin tells for so long that none writes with another.
        case agree
        case differ
        case unknown
    }

    /// Where the file stands within the rollout; nil if it is none of its versions.
    public var standing: RolloutRecord.Standing?
    /// The step that the file is at before the rollout, as it tells itself; nil if it is at its end.
    public var firstStep: RotationRequest.Step?
    public var servers = Servers.notAsked
    public var stored = Stored.notLooked
    /// Of a change of the key within a KMS plugin.
    public var keyIDs = KeyIDs.notAsked
    /// Whether a file that no server runs yet may be given to servers that run none: its transition is safe.
    public var isSafeToBegin = false
    /// Of a way back: whether the key that wrote before writes again.
    public var writesPrevious = false
    /// How often values were rewritten since every server runs the file as it is.
    public var rewrites = 0
    /// Whether this run of the program wrote the file as it is, from what every server ran.
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
