public import AuditControls
public import EncryptionConfig
public import Explanations
internal import GoText
internal import KubernetesResources
internal import SecretMemory
public import ShownText
public import StorageAudit
internal import Transformers

/// The result of one audit, as people and programs read it.
public struct AuditReport: Sendable {
    public let path: String
    let configurations: [ConfigurationFile]
    public let result: AuditResult
    public let judgement: AuditJudgement
    let options: AuditOptions
    /// When the audit ended, in seconds since 1970.
    let time: Int64
    /// What to do about unreadable values; nil without `--triage`.
    public var triage: AuditTriage?
    /// Of the configuration in force.
    let resolution: ResourceResolution
    private let keys: LabelledKeys
    /// Nil without `--policy`.
    let policy: AuditPolicy?
    let breaches: PolicyBreaches?
    /// What the audit shows about the controls of frameworks.
    public let controls: [ControlJudgement]
    /// What changed since an earlier report; nil without `--baseline`.
    public var changes: AuditChanges?

    /// - Parameter time: In seconds since 1970; the age of keys is counted up to it.
    public init(
        path: String, configurations: [ConfigurationFile], result: AuditResult, failOn: Set<FindingCode>,
        options: AuditOptions, policy: AuditPolicy? = nil, time: Int64 = UTCTime.now
    ) {
        self.time = time
        self.path = path
        self.configurations = configurations
        self.result = result
        self.options = options
        resolution = ResourceResolution(configurations[0].configuration)
        keys = LabelledKeys(configurations.map(\.configuration))
        self.policy = policy
        let configuration = configurations[0].configuration
        let breaches = policy.map { PolicyBreaches(of: $0, in: result, under: configuration, now: time) }
        self.breaches = breaches
        judgement = AuditJudgement(
            result, under: configuration, options: options, failOn: failOn,
            policy: breaches?.outcome ?? PolicyOutcome())
        controls = ControlJudge(
            result, judgement, under: configuration, options: options,
            policy: policy.flatMap { policy in breaches.map { (policy, $0) } }
        ).judgements()
    }

    /// Compares with an earlier report.
    ///
    /// - Parameters:
    ///   - baseline: Its numbers.
    ///   - path: Its file.
    ///   - redactor: The one that makes reports, so that names are compared as reports show them.
    /// - Throws: ``BaselineFault`` as a failure, for a report of another cluster.
    public mutating func compare(
        with baseline: AuditNumbers, at path: String, _ redactor: Redactor
    ) throws(CommandFailure) {
        let document = SecretKey(try value().document(redactor))
        do throws(BaselineFault) {
            changes = try AuditChanges(from: baseline, at: path, to: try AuditNumbers(json: document.span))
        } catch {
            throw CommandFailure("\(fileName(path)): \(error.explanation)", hint: error.hint)
        }
    }

    public var status: ExitStatus {
        switch judgement.verdict {
        case .clean: .success
        case .findings: .findings
        case .unknown: .unproven
        }
    }

    /// Whether everything in the source was read and is what was saved.
    var isComplete: Bool {
        !result.source.hasChanged && result.source.problemCount == 0 && result.live.encryptedOtherKeys == 0
            && result.live.otherObjects == 0 && result.live.otherKeys < result.source.liveKeys
    }

    /// Whether there is an object of a resource that the configuration in force has an entry for.
    public var holdsConfiguredObjects: Bool {
        result.live.resources.contains { $1.objects > 0 && resolution.rule(for: $0) != nil }
    }

    /// Resources that the configuration names or that were asked for, and all others of which a value is encrypted; those
    /// with the worst findings first.
    func rows(of census: Census) -> [(resource: GroupResource, census: ResourceCensus)] {
        var shown = census.resources.filter { resource, numbers in
            if let resources = options.resources { return resources.contains(resource) }
            return numbers.isEncrypted || resolution.rule(for: resource) != nil
        }
        for resource in judgement.absent { shown[resource] = ResourceCensus() }
        return shown.sorted { left, right in
            let (leftBad, rightBad) = (left.value.breaches, right.value.breaches)
            return leftBad != rightBad ? leftBad > rightBad : left.key < right.key
        }.map { ($0.key, $0.value) }
    }

    /// What the verdict does not cover, though it is stored in plaintext.
    var notCovered: [AuditJudgement.UncoveredResource] {
        judgement.uncovered.filter { options.resources?.contains($0.resource) ?? true }
    }

    /// The fingerprint of the key that a label names; nil if no configuration has one, or one has several.
    func fingerprint(_ label: StoredLabel, of resource: GroupResource) throws(CommandFailure) -> String? {
        try keys.key(label, of: resource).flatMap { key throws(CommandFailure) in
            try Explanations.fingerprint(of: key)
        }
    }
}

extension ResourceCensus {
    /// The sort key of rows: the worst findings first.
    fileprivate var breaches: Int { unreadable + notObjects + plaintext }

    /// The values that were not judged.
    var unchecked: Int { needsPlugin + uncertain }

    /// The labels of the resource, those of most values first.
    var labels: [(label: StoredLabel, numbers: LabelCensus)] {
        byLabel.sorted { ($1.value.objects, $0.key) < ($0.value.objects, $1.key) }
            .map { ($0.key, $0.value) }
    }
}
