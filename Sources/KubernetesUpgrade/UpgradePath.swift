public import EncryptionConfig
internal import KeyTransition
public import KubernetesVersions
public import SecretMemory

/// What an upgrade or downgrade of kube-apiserver makes of an encryption file, one minor version after the other.
///
/// It judges the current file and flags. Each step says what to do before it.
public struct UpgradePath: Sendable {
    /// The version that runs now, and what it makes of the file.
    public let start: KubernetesVersion
    public let startAnswer: ServerAnswer
    /// In the order of the steps; empty if both versions are the same.
    public let steps: [UpgradeStep]
    /// What the file means to each version that can make something of it.
    public let meanings: [EncryptionConfiguration]

    /// - Parameters:
    ///   - source: The bytes of the file.
    ///   - options: The flags of the servers.
    ///   - start: The version that runs now.
    ///   - end: The target version, newer or older.
    ///   - headerless: Whether a file without `apiVersion` and `kind` is welcome.
    public init(
        of source: SecretKey, options: ServerOptions, from start: KubernetesVersion, to end: KubernetesVersion,
        headerless: Bool = false
    ) {
        self.start = start
        startAnswer = ServerAnswer(to: source, options: options, kubernetes: start, headerless: headerless)
        var steps: [UpgradeStep] = []
        var named: Set<UpgradeDemand.Kind> = []
        var before = Server(source, options, start, headerless, answer: startAnswer)
        var meanings = [before.meaning].compactMap { $0 }
        for version in start.path(to: end) {
            let after = Server(source, options, version, headerless, lastMeaning: before.lastMeaning)
            // What an earlier step demands has been done by then.
            let changes = UpgradeChange.all(from: before, to: after)
            let demands = UpgradeDemand.all(from: before, to: after, changes).filter { named.insert($0.kind).inserted }
            steps.append(
                UpgradeStep(
                    from: before.kubernetes, to: version, answer: after.answer,
                    changes: changes, demands: demands))
            meanings += [after.meaning].compactMap { $0 }
            before = after
        }
        self.steps = steps
        self.meanings = meanings
    }

    /// The worst that a step does.
    public var effect: UpgradeStep.Effect {
        guard startAnswer.isAccepted else { return .harmful }
        return steps.map(\.effect).max() ?? .harmless
    }
}

/// One kube-apiserver on the way.
struct Server {
    let kubernetes: KubernetesVersion
    let options: ServerOptions
    let answer: ServerAnswer
    /// What the file means to it once its feature gates let it pass; nil if the version refuses the file itself.
    let meaning: EncryptionConfiguration?
    /// The same, or the effective configuration of the last version that could read the file: a corrected file keeps
    /// its providers.
    let lastMeaning: EncryptionConfiguration?

    init(
        _ source: SecretKey, _ options: ServerOptions, _ kubernetes: KubernetesVersion, _ headerless: Bool,
        answer: ServerAnswer? = nil, lastMeaning: EncryptionConfiguration? = nil
    ) {
        self.kubernetes = kubernetes
        self.options = options
        let answer =
            answer ?? ServerAnswer(to: source, options: options, kubernetes: kubernetes, headerless: headerless)
        self.answer = answer
        meaning =
            answer.configuration
            ?? ServerAnswer(
                to: source, options: options.passing(in: kubernetes), kubernetes: kubernetes, headerless: headerless
            ).configuration
        self.lastMeaning = meaning ?? lastMeaning
    }

    /// The KMS providers of the file, of one version.
    func plugins(_ version: KMSPlugin.Version) -> [KMSPlugin] {
        (lastMeaning?.plugins ?? []).filter { $0.version == version }
    }
}

extension ServerOptions {
    /// The same flags without gates that a version refuses, and with those that let every provider pass.
    fileprivate func passing(in kubernetes: KubernetesVersion) -> ServerOptions {
        var gates = gates
        for gate in gates.refusals(by: kubernetes).compactMap(\.gate) { gates = gates.setting(gate, to: nil) }
        if gates.refusals(by: kubernetes).contains(where: { $0.gate == nil }) { gates = FeatureGates() }
        for gate in [FeatureGate.kmsv1, .kmsv2] {
            if case .settable = gate.standing(in: kubernetes) { gates = gates.setting(gate, to: true) }
        }
        return ServerOptions(automaticReload: automaticReload, gates: gates)
    }
}
