public import EncryptionConfig
public import KubernetesResources

/// The proof that a change of the configuration leaves every stored value readable, or what speaks against it.
///
/// It rests on names and bytes alone; nothing is encrypted. Keys are compared in constant time. What a KMS plugin can
/// decrypt is taken for granted as long as its name and endpoint stay.
public struct TransitionProof: Sendable {
    public enum Answer: String, Sendable {
        case yes, no
        /// On what is stored, or on what a KMS plugin does.
        case depends
    }

    /// What is stored of a resource: the labels of its values, as far as a value shows them. A wildcard asks for all that
    /// it covers and that is not asked for by name.
    public typealias Stored = (ResourcePattern) -> StoredLabels

    /// Each resource asked about, with an answer of its own.
    public let resources: [ResourceProof]
    private let prover: Prover
    private let oldForm: ConfigurationDocument.Form

    /// - Parameters:
    ///   - old: What servers run now.
    ///   - new: What they shall run.
    ///   - resources: What to ask about; nil asks about every resource that either side names, the known resources
    ///     that a wildcard covers, and whatever else it covers.
    ///   - stored: What is stored, which decides the counterexamples that are only possible.
    public init(
        from old: EncryptionConfiguration, to new: EncryptionConfiguration, resources: [GroupResource]? = nil,
        stored: Stored = { _ in .unknown }
    ) {
        let prover = Prover(old: ResolvedKeys(old), new: ResolvedKeys(new))
        let asked =
            resources.map { AskedResources.distinct($0.map { .exact($0) }) }
            ?? AskedResources.all(prover.old, prover.new)
        self.resources = asked.map { prover.proof(of: $0, stored: stored($0)) }
        self.prover = prover
        oldForm = old.form
    }

    /// Whether NEW reads what OLD stored: the question for one apiserver, whose old process ends before the new one
    /// starts.
    public var safe: Answer { .init(counterexamples.filter { $0.reader == .new }) }

    /// Whether also OLD reads what NEW writes: the question for several apiservers, or any overlap.
    public var rolling: Answer { .init(counterexamples) }

    /// Everything that speaks against the change, by resource.
    public var counterexamples: [Counterexample] { resources.flatMap(\.counterexamples) }

    /// What is different, in words of keys and resources.
    public var changes: [TransitionChange] { TransitionChange.all(prover, resources) }

    /// What to do instead, if there is anything against the change.
    public var next: NextStep {
        rolling == .yes ? .newItself : IntermediateFinder(prover, oldForm: oldForm).next(against: self)
    }
}

extension TransitionProof.Answer {
    /// No if one counterexample is certain, and depends if all are only possible.
    init(_ counterexamples: [Counterexample]) {
        self =
            if counterexamples.isEmpty { .yes } else if counterexamples.contains(where: { $0.certainty == .certain }) {
                .no
            } else { .depends }
    }
}
