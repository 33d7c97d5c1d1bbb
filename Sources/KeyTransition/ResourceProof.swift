public import EncryptionConfig

/// What a change does to one resource.
public struct ResourceProof: Sendable {
    /// The resource; a wildcard is everything that it covers and that has no proof of its own.
    public let resource: ResourcePattern
    public let old: KeyList
    public let new: KeyList
    /// First what NEW does not read, then what OLD does not.
    public let counterexamples: [Counterexample]

    /// Whether NEW reads what OLD stored.
    public var safe: TransitionProof.Answer { .init(counterexamples.filter { $0.reader == .new }) }
    /// Whether also OLD reads what NEW writes.
    public var rolling: TransitionProof.Answer { .init(counterexamples) }
}
