public import EncryptionConfig
public import KubernetesResources

/// The proof that a change of the configuration keeps every stored value readable, or counterexamples.
///
/// It uses only names and bytes; nothing is encrypted. Keys are compared in constant time. A KMS plugin is assumed to
/// decrypt its values as long as its name and endpoint do not change.
public struct TransitionProof: Sendable {
    public enum Answer: String, Sendable {
        case yes, no
        /// On stored values, or on a KMS plugin.
        case depends
    }

    /// The stored values of a resource: their labels, as far as a value shows them. A wildcard asks for everything
    /// that it covers and that is not asked for by name.
    public typealias Stored = (ResourcePattern) -> StoredLabels

    /// Each resource asked about, with an answer of its own.
    public let resources: [ResourceProof]
    private let prover: Prover
    private let oldForm: ConfigurationDocument.Form

    /// - Parameters:
    ///   - old: The configuration that servers run now.
    ///   - new: The configuration to roll out.
    ///   - resources: What to ask about; nil asks about every resource that either side names, the known resources
    ///     that a wildcard covers, and whatever else it covers.
    ///   - stored: The stored values, which decide the counterexamples that are only possible.
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

    /// Whether NEW reads the values of OLD: the question for one server, stopped before the new one starts.
    public var safe: Answer { .init(counterexamples.filter { $0.reader == .new }) }

    /// Whether OLD also reads the values of NEW: the question for several servers, or any overlap.
    public var rolling: Answer { .init(counterexamples) }

    /// All counterexamples, by resource.
    public var counterexamples: [Counterexample] { resources.flatMap(\.counterexamples) }

    /// The differences of keys and resources.
    public var changes: [TransitionChange] { TransitionChange.all(prover, resources) }

    /// The next step.
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
