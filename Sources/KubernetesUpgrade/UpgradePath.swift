public import EncryptionConfig
internal import KeyTransition
public import KubernetesVersions
public import SecretMemory

/// What an upgrade or downgrade of kube-apiserver makes of an encryption file, one minor version after the other.
///
/// It judges the file and the flags as they are. Each step says what would have to be done before it.
public struct UpgradePath: Sendable {
    /// The version that runs now, and what it makes of the file.
    public let start: KubernetesVersion
    public let startAnswer: ServerAnswer
    /// In the order of the steps; empty if both versions are the same.
    public let steps: [UpgradeStep]

    /// - Parameters:
    ///   - source: The bytes of the file.
    ///   - options: The flags of the servers.
    ///   - start: The version that runs now.
    ///   - end: The version that shall run in the end, newer or older.
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
        for version in start.path(to: end) {
            let after = Server(source, options, version, headerless)
            // What an earlier step demands has been done by then.
            let demands = UpgradeDemand.all(from: before, to: after).filter { named.insert($0.kind).inserted }
            steps.append(
                UpgradeStep(
                    from: before.kubernetes, to: version, answer: after.answer,
                    changes: UpgradeChange.all(from: before, to: after), demands: demands))
            before = after
        }
        self.steps = steps
    }

    /// Whether every server on the way starts, and neither a value becomes unreadable nor another thing is encrypted.
    public var isHarmless: Bool { startAnswer.isAccepted && steps.allSatisfy(\.isHarmless) }
}

/// One kube-apiserver on the way.
struct Server {
    let kubernetes: KubernetesVersion
    let options: ServerOptions
    let answer: ServerAnswer
    /// What the file means to it once its feature gates let it pass; nil if the version refuses the file itself.
    let meaning: EncryptionConfiguration?

    init(
        _ source: SecretKey, _ options: ServerOptions, _ kubernetes: KubernetesVersion, _ headerless: Bool,
        answer: ServerAnswer? = nil
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
    }

    /// The KMS providers of the file, of one version.
    func plugins(_ version: KMSPlugin.Version) -> [KMSPlugin] {
        (meaning?.plugins ?? []).filter { $0.version == version }
    }
}

extension ServerOptions {
    /// The same flags without gates that a version refuses, and with those that let every provider pass.
    fileprivate func passing(in kubernetes: KubernetesVersion) -> ServerOptions {
        var gates = gates
        for refusal in gates.refusals(by: kubernetes) { gates = gates.setting(refusal.gate, to: nil) }
        for gate in [FeatureGate.kmsv1, .kmsv2] {
            if case .settable = gate.standing(in: kubernetes) { gates = gates.setting(gate, to: true) }
        }
        return ServerOptions(automaticReload: automaticReload, gates: gates)
    }
}
