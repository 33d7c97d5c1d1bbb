public import EncryptionConfig
internal import EnvelopeCrypto
internal import EtcdSnapshot
public import Explanations
internal import GoText
internal import JSONText
public import KubernetesResources
internal import SecretMemory
public import StorageAudit
internal import Transformers

/// The result of one audit, as people and programs read it.
public struct AuditReport {
    public let path: String
    let configurations: [ConfigurationFile]
    public let result: AuditResult
    let failOn: Set<String>
    let isCensusOnly: Bool
    /// Only these resources, if any are named.
    let resources: Set<GroupResource>?

    public init(
        path: String, configurations: [ConfigurationFile], result: AuditResult, failOn: Set<String>,
        options: AuditOptions
    ) {
        self.path = path
        self.configurations = configurations
        self.result = result
        self.failOn = failOn
        isCensusOnly = options.isCensusOnly
        resources = options.resources
    }

    enum Verdict: String { case clean, findings, unknown }

    /// What an auditor wants to know in one word. Unknown is never clean.
    var verdict: Verdict {
        let totals = findingTotals
        if failOn.contains(where: { (totals[$0] ?? 0) > 0 }) { return .findings }
        if result.source.problemCount > 0 { return .unknown }
        if result.source.hasChanged { return .findings }
        return doubts.isEmpty ? .clean : .unknown
    }

    public var status: ExitStatus {
        switch verdict {
        case .clean: .success
        case .findings: .findings
        case .unknown: .unproven
        }
    }

    /// Whether all that the file holds was read, and is what kube-apiserver wrote and was saved.
    var isComplete: Bool {
        !result.source.hasChanged && result.source.problemCount == 0 && result.live.encryptedOtherKeys == 0
            && result.live.otherKeys < result.source.liveKeys
    }

    /// Whether there is an object of a resource that the configuration in force has an entry for.
    public var holdsConfiguredObjects: Bool {
        result.live.resources.contains { $1.objects > 0 && resolution.rule(for: $0) != nil }
    }

    /// Configured resources, and all others of which a value is encrypted.
    var rows: [(resource: GroupResource, census: ResourceCensus)] { rows(of: result.live) }

    public func rows(of census: Census) -> [(resource: GroupResource, census: ResourceCensus)] {
        var shown = census.resources.filter { resource, numbers in
            if let resources { return resources.contains(resource) }
            return numbers.isEncrypted || resolution.rule(for: resource) != nil
        }
        for resource in absentResources { shown[resource] = ResourceCensus() }
        return shown.sorted { left, right in
            let (leftBad, rightBad) = (left.value.breaches, right.value.breaches)
            return leftBad != rightBad ? leftBad > rightBad : left.key < right.key
        }.map { ($0.key, $0.value) }
    }

    /// What the configuration names and the file does not hold.
    var absentResources: [GroupResource] {
        resolution.rules.map(\.pattern).filter { !$0.isWildcard }.map(\.name)
            .filter { result.live.resources[$0] == nil && resources?.contains($0) ?? true }
    }

    /// What the file holds in plaintext and no entry covers.
    var uncoveredResources: [(resource: GroupResource, objects: Int)] {
        result.live.resources.filter { resolution.rule(for: $0.key) == nil && !$0.value.isEncrypted }
            .map { ($0.key, $0.value.objects) }.sorted { $0.0 < $1.0 }
    }

    var resolution: ResourceResolution { ResourceResolution(configurations[0].configuration) }

    /// Writes of one AES-GCM key, over all resources, at least: the etcd versions of its live objects.
    var gcmWrites: [(key: ByteName, writes: Int64)] {
        var sums: [ByteName: Int64] = [:]
        for numbers in result.live.resources.values {
            for (label, census) in numbers.byLabel where label.provider == .aesgcm {
                sums[label.key ?? "", default: 0] += census.writes
            }
        }
        return sums.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// kubernetes.io/docs, "Encrypting Confidential Data at Rest": rotate every 200,000 writes.
    static let gcmWriteLimit: Int64 = 200_000

    var findingTotals: [String: Int] {
        var totals = result.live.findings.totals
        let overdue = gcmWrites.count { $0.writes >= Self.gcmWriteLimit }
        if overdue > 0 { totals["ENC0409"] = overdue }
        return totals
    }

    /// The fingerprint of the key that a label names; nil if no configuration has one, or one has several.
    func fingerprint(_ label: StoredLabel, of resource: GroupResource) throws(CommandFailure) -> String? {
        for file in configurations {
            let rule = ResourceResolution(file.configuration).rule(for: resource)
            let keys = (rule?.providers ?? []).filter { $0.name == label.provider }
                .flatMap(\.keys).filter { $0.name == label.key }
            guard let key = keys.first else { continue }
            guard keys.allSatisfy({ $0.secret.isEqual(to: key.secret) }) else { return nil }
            return try Explanations.fingerprint(of: key)
        }
        return nil
    }
}

extension ResourceCensus {
    /// What nobody wants to see, for the order of rows.
    fileprivate var breaches: Int { unreadable + notObjects + plaintext }
}

extension DigestCheck {
    var name: String {
        switch self {
        case .absent: "absent"
        case .matches: "verified"
        case .differs: "DIFFERS"
        }
    }
}
