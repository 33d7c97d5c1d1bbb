internal import ConfigurationLint
public import EncryptionConfig
internal import EtcdClient
internal import EtcdSnapshot
internal import KubernetesResources
internal import KubernetesVersions
public import StorageAudit
internal import Transformers

/// Judges controls by what an audit found, a configuration and a policy.
public struct ControlJudge {
    private let result: AuditResult
    private let judgement: AuditJudgement
    private let configuration: EncryptionConfiguration
    private let resolution: ResourceResolution
    private let options: AuditOptions
    private let policy: AuditPolicy?
    private let breaches: PolicyBreaches?
    private let writeKeys: [WriteKey]
    /// Keys in use that lint reports as weak or published. Several controls ask, and the search takes time for each key.
    private let weakKeys: [ControlReason]

    /// - Parameters:
    ///   - policy: With what it finds; nil without a policy.
    public init(
        _ result: AuditResult, _ judgement: AuditJudgement, under configuration: EncryptionConfiguration,
        options: AuditOptions, policy: (policy: AuditPolicy, breaches: PolicyBreaches)?
    ) {
        self.result = result
        self.judgement = judgement
        self.configuration = configuration
        resolution = ResourceResolution(configuration)
        self.options = options
        self.policy = policy?.policy
        breaches = policy?.breaches
        writeKeys = WriteKey.all(of: configuration)
        weakKeys = Self.weakKeys(of: configuration, writeKeys, result.live)
    }

    /// All controls, in the order of ``Control``.
    public func judgements() -> [ControlJudgement] { Control.allCases.map { judge($0) } }

    private func judge(_ control: Control) -> ControlJudgement {
        let found = reasons(control)
        return ControlJudgement(
            control: control, kubernetes: configuration.kubernetes, contradictions: found.contradictions,
            gaps: found.gaps, facts: found.facts, codes: codes(found.contradictions))
    }

    /// What there is to say about a control.
    private struct Reasons {
        var contradictions: [ControlReason] = []
        var gaps: [ControlReason] = []
        var facts: [ControlReason] = []

        static func + (left: Reasons, right: Reasons) -> Reasons {
            Reasons(
                contradictions: left.contradictions + right.contradictions, gaps: left.gaps + right.gaps,
                facts: left.facts + right.facts)
        }
    }

    private func reasons(_ control: Control) -> Reasons {
        switch control {
        case .cisConfiguration: stored(isSecretsOnly: false)
        case .cisProviders: providers
        case .stigSecrets: stored(isSecretsOnly: true) + wildcard + Reasons(contradictions: weakKeys)
        case .stigPlacement: Reasons(gaps: [.content])
        case .pciUnreadable:
            stored(isSecretsOnly: false) + copies + Reasons(contradictions: weakKeys + nonceReuse)
                + Reasons(gaps: policy?.namesResources == true ? [] : [.resourcesUnknown])
        case .pciKeyProtection: Reasons(contradictions: keyInClear + weakKeys, gaps: [.procedures])
        case .pciCryptoperiod: cryptoperiod
        case .pciRetirement:
            Reasons(contradictions: keyInClear + weakKeys + nonceReuse + oldKeys, gaps: [.procedures], facts: stale)
        case .nistKeys:
            Reasons(contradictions: keyInClear + weakKeys + nonceReuse + oldKeys, gaps: [.procedures])
        case .nistAtRest: stored(isSecretsOnly: false) + copies + Reasons(contradictions: weakKeys)
        case .nistCryptography:
            stored(isSecretsOnly: false) + copies + integrity + Reasons(contradictions: weakKeys + nonceReuse)
        case .isoCryptography: rules
        case .socAccess: stored(isSecretsOnly: false) + Reasons(contradictions: weakKeys, gaps: [.access])
        case .bsiStorage:
            Reasons(gaps: [.fileSystems], facts: stored(isSecretsOnly: false).facts)
        }
    }

    // MARK: Parts of several controls

    /// Why an audit like this one shows nothing for certain.
    private var commonGaps: [ControlReason] {
        var gaps: [ControlReason] = []
        if options.isCensusOnly { gaps.append(.censusOnly) }
        // The age of a key says nothing about stored values.
        let doubts = judgement.doubts.count { if case .keyAge = $0 { false } else { true } }
        if doubts > 0 { gaps.append(.doubts(count: doubts)) }
        if result.source.hasChanged { gaps.append(.modified) }
        if case .etcd(let etcd) = result.source.origin, etcd.isSerializable { gaps.append(.mayLag) }
        return gaps
    }

    /// Whether all that must be encrypted is, in live values and by the configuration.
    private func stored(isSecretsOnly: Bool) -> Reasons {
        var reasons = Reasons(contradictions: keyInClear, gaps: commonGaps)
        let required = result.live.resources.filter { resource, _ in
            isSecretsOnly ? resource == .secrets : isRequired(resource)
        }
        let plaintext = required.reduce(0) { $0 + $1.value.plaintext }
        if plaintext > 0 { reasons.contradictions.append(.plaintext(values: plaintext)) }
        // They are at rest too, if anyone looked for them.
        let old = result.history?.resources.reduce(0) { sum, found in
            let isAsked = isSecretsOnly ? found.key == .secrets : isRequired(found.key)
            return sum + (isAsked ? found.value.plaintext : 0)
        }
        if let old, old > 0 { reasons.contradictions.append(.oldPlaintext(values: old)) }
        let free = total([.freePlaintext])
        if free > 0 { reasons.contradictions.append(.freePlaintext(values: free)) }
        switch resolution.rule(for: .secrets) {
        case nil: reasons.contradictions.append(.notConfigured(.secrets))
        case let rule? where rule.writesPlaintext: reasons.contradictions.append(.identityFirst(rule.pattern))
        case .some: break
        }
        if !isSecretsOnly, let plain = breaches?.plain.count, plain > 0 {
            reasons.contradictions.append(.plainResources(count: plain))
        }
        let notAudited = isSecretsOnly ? leftOut.filter { $0 == .exact(.secrets) } : leftOut
        if !notAudited.isEmpty { reasons.gaps.append(.notAudited(notAudited)) }
        if !notAudited.contains(.exact(.secrets)), (result.live.resources[.secrets]?.objects ?? 0) == 0 {
            reasons.gaps.append(.noObjects(.secrets))
        }
        let unverified = required.reduce(0) { $0 + $1.value.unreadable + $1.value.notObjects } + total([.padding])
        if unverified > 0 { reasons.gaps.append(.unverified(values: unverified)) }
        let encrypted = required.reduce(0) { $0 + $1.value.openedEncrypted }
        if encrypted > 0 {
            reasons.facts.append(.encrypted(values: encrypted))
        } else {
            reasons.gaps.append(.nothingEncrypted)
        }
        return reasons
    }

    /// The resources that must be encrypted and that `--resources` leaves out: their values were not counted.
    private var leftOut: [ResourcePattern] {
        guard let asked = options.resources else { return [] }
        let encrypted = resolution.rules.filter { !$0.writesPlaintext }.map(\.pattern)
        var seen: Set<ResourcePattern> = []
        return ([.exact(.secrets)] + encrypted + (policy?.mustEncrypt ?? [])).filter {
            ($0.isWildcard || !asked.contains($0.name)) && seen.insert($0).inserted
        }
    }

    /// Whether plaintext of a resource contradicts encryption at rest: a Secret, what the configuration encrypts, what the
    /// policy names, and what was asked for by name.
    private func isRequired(_ resource: GroupResource) -> Bool {
        resource == .secrets || resolution.rule(for: resource).map { !$0.writesPlaintext } ?? false
            || policy?.requires(resource) == true || options.resources?.contains(resource) == true
    }

    private var keyInClear: [ControlReason] {
        let count = total([.keyInClear])
        return count > 0 ? [.dataKeyInClear(values: count)] : []
    }

    private var nonceReuse: [ControlReason] {
        let count = total([.nonceReuse])
        return count > 0 ? [.nonceReuse(count: count)] : []
    }

    private static func weakKeys(
        of configuration: EncryptionConfiguration, _ writeKeys: [WriteKey], _ live: Census
    ) -> [ControlReason] {
        var used = Set(writeKeys.map(\.label))
        for numbers in live.resources.values { used.formUnion(numbers.byLabel.keys) }
        let weak = configuration.keys.filter { provider, key in
            used.contains(StoredLabel(provider: provider.name, key: key.name)) && key.isWeak
        }
        // One key can be in several entries.
        let labels = Set(weak.map { StoredLabel(provider: $0.provider.name, key: $0.key.name) })
        guard !labels.isEmpty else { return [] }
        return [.weakKeys(codes: Set(weak.compactMap(\.key.weaknessCode)).sorted(), count: labels.count)]
    }

    private var oldKeys: [ControlReason] {
        guard let count = breaches?.old.count, count > 0 else { return [] }
        return [.oldKeys(count: count)]
    }

    // MARK: Single controls

    /// CIS 1.2.28: the first provider of each entry, and what stored values use.
    private var providers: Reasons {
        let named: Set<ProviderName> = [.aescbc, .secretbox, .kmsv1, .kmsv2]
        var reasons = Reasons(contradictions: weakKeys, gaps: commonGaps)
        if !leftOut.isEmpty { reasons.gaps.append(.notAudited(leftOut)) }
        var writing: Set<ProviderName> = []
        for rule in resolution.rules {
            guard let first = rule.providers.first?.name else { continue }
            if first == .identity {
                let isLeftOut = rule.providers.allSatisfy { $0.name == .identity } && !isRequired(rule.pattern)
                if isLeftOut {
                    reasons.facts.append(.leftOut(rule.pattern))
                } else {
                    reasons.contradictions.append(.identityFirst(rule.pattern))
                }
            } else if named.contains(first) {
                writing.insert(first)
            } else {
                reasons.contradictions.append(.writeProvider(first, rule.pattern))
            }
        }
        if resolution.rule(for: .secrets) == nil { reasons.contradictions.append(.notConfigured(.secrets)) }
        var stored: [ProviderName: Int] = [:]
        for numbers in result.live.resources.values {
            for (label, count) in numbers.byLabel {
                guard let provider = label.provider, provider != .identity, !named.contains(provider) else { continue }
                stored[provider, default: 0] += count.objects
            }
        }
        for (provider, count) in stored.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            reasons.contradictions.append(.storedProvider(provider, values: count))
        }
        if writing.isEmpty {
            reasons.gaps.append(.noWriteKey)
        } else {
            reasons.facts.insert(.writeProviders(writing.sorted { $0.rawValue < $1.rawValue }), at: 0)
        }
        return reasons
    }

    private func isRequired(_ pattern: ResourcePattern) -> Bool {
        pattern == .exact(.secrets) || policy?.mustEncrypt.contains(pattern) == true
            || policy.map { policy in !pattern.isWildcard && policy.requires(pattern.name) } ?? false
    }

    /// Whether Secrets are encrypted by their name.
    private var wildcard: Reasons {
        guard let rule = resolution.rule(for: .secrets), rule.pattern.isWildcard else { return Reasons() }
        return Reasons(facts: [.wildcard(rule.pattern)])
    }

    /// Old revisions and free pages, which are at rest too.
    private var copies: Reasons {
        Reasons(
            gaps: (result.history == nil ? [.historyUnchecked] : [])
                + (result.remnants == nil ? [.freePagesUnchecked] : []))
    }

    /// Whether modification of a value would be seen.
    private var integrity: Reasons {
        var reasons = Reasons()
        let required = result.live.resources.filter { isRequired($0.key) }
        func count(_ provider: ProviderName) -> Int {
            required.values.reduce(0) { sum, numbers in
                numbers.byLabel.reduce(sum) { $0 + ($1.key.provider == provider ? $1.value.objects : 0) }
            }
        }
        let writes = writeKeys.contains { $0.label.provider == .aescbc }
        let values = count(.aescbc)
        if writes || values > 0 {
            reasons.contradictions.append(.unauthenticated(values: values, isWriteProvider: writes))
        }
        let oldKMS = count(.kmsv1)
        if oldKMS > 0 { reasons.gaps.append(.oldKMSv1(values: oldKMS)) }
        return reasons
    }

    /// PCI 3.7.4: the age of write keys, and the number of their writes.
    private var cryptoperiod: Reasons {
        var reasons = Reasons(contradictions: oldKeys, gaps: commonGaps)
        // Their writes were not counted.
        if !leftOut.isEmpty { reasons.gaps.append(.notAudited(leftOut)) }
        if let count = breaches?.overused.count, count > 0 {
            reasons.contradictions.append(.overusedKeys(count: count))
        }
        guard !writeKeys.isEmpty else {
            reasons.gaps.append(.noWriteKey)
            return reasons
        }
        guard let policy, !policy.cryptoperiods.isEmpty else {
            reasons.gaps.append(.noPeriods)
            return reasons
        }
        let providers = Set(writeKeys.compactMap(\.label.provider)).sorted { $0.rawValue < $1.rawValue }
        for provider in providers {
            if !ProviderName.withOwnKeys.contains(provider) {
                reasons.gaps.append(.ageInKMS(provider))
            } else if policy.cryptoperiods[provider] == nil {
                reasons.gaps.append(.noPeriod(provider))
            }
        }
        let undated = breaches?.undated.count ?? 0
        if undated > 0 { reasons.gaps.append(.undatedKeys(count: undated)) }
        let judged = writeKeys.count { key in key.label.provider.map { policy.cryptoperiods[$0] != nil } ?? false }
        let young = judged - undated - (breaches?.old.count ?? 0)
        if young > 0 { reasons.facts.append(.youngKeys(count: young)) }
        return reasons
    }

    /// ISO A.8.24: the rules are those of the policy.
    private var rules: Reasons {
        var reasons = stored(isSecretsOnly: false) + Reasons(contradictions: weakKeys + nonceReuse + oldKeys)
        if let count = breaches?.forbidden.count, count > 0 {
            reasons.contradictions.append(.forbiddenKeys(count: count))
        }
        if let count = breaches?.overused.count, count > 0 {
            reasons.contradictions.append(.overusedKeys(count: count))
        }
        if policy?.isOwn != true {
            reasons.gaps.append(.noRules)
        } else if breaches?.outcome == PolicyOutcome() {
            reasons.facts.append(.policyKept)
        }
        if let count = breaches?.undated.count, count > 0 { reasons.gaps.append(.undatedKeys(count: count)) }
        return reasons
    }

    private var stale: [ControlReason] {
        let count = result.live.resources.values.reduce(0) { $0 + $1.stale }
        return count > 0 ? [.staleValues(count)] : []
    }

    // MARK: Codes

    private func total(_ codes: [FindingCode]) -> Int { codes.reduce(0) { $0 + (judgement.totals[$1] ?? 0) } }

    /// The codes of the findings behind the contradictions.
    private func codes(_ contradictions: [ControlReason]) -> [String] {
        var codes: Set<String> = []
        for reason in contradictions {
            if case .weakKeys(let weak, _) = reason { codes.formUnion(weak) }
            for code in reason.codes where total([code]) > 0 { codes.insert(code.rawValue) }
        }
        return codes.sorted()
    }
}

extension ControlReason {
    /// The codes that findings of this kind have.
    fileprivate var codes: [FindingCode] {
        switch self {
        case .plaintext, .notConfigured, .identityFirst: [.plaintext, .uncovered, .policyPlaintext]
        case .writeProvider, .storedProvider, .forbiddenKeys: [.policyProvider]
        case .oldPlaintext: [.oldPlaintext]
        case .freePlaintext: [.freePlaintext]
        case .dataKeyInClear: [.keyInClear]
        case .nonceReuse: [.nonceReuse]
        case .oldKeys: [.policyAge]
        case .overusedKeys: [.policyWrites]
        case .plainResources: [.policyPlaintext]
        default: []
        }
    }
}

extension ResourceCensus {
    /// Encrypted values that open to the object that their etcd key names.
    fileprivate var openedEncrypted: Int {
        byLabel.reduce(0) { $0 + ($1.key.provider == .identity ? 0 : $1.value.opened) }
    }
}
