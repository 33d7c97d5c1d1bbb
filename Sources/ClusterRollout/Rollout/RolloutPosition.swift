public import KeyRotation

/// How far the file of a rollout is: what its last step wrote.
public enum RolloutPosition: String, Sendable, CaseIterable {
    /// The new key is read.
    case added
    /// The new key writes, and the old ones are read.
    case promoted
    /// Only the new key is left.
    case retired
    /// The added key is out again.
    case aborted

    public init(after step: RotationRequest.Step) {
        switch step {
        case .add: self = .added
        case .promote: self = .promoted
        case .retire: self = .retired
        case .abort: self = .aborted
        }
    }

    /// Whether the file needs no further step.
    var isFinal: Bool { self == .retired || self == .aborted }
}
