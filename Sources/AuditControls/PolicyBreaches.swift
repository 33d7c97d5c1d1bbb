public import EncryptionConfig
public import GoText
internal import KubernetesResources
public import StorageAudit
public import Transformers

/// Where stored values and a configuration are not as a policy asks.
public struct PolicyBreaches: Sendable {
    /// A key of a provider that is not allowed.
    public struct ForbiddenKey: Sendable {
        public let label: StoredLabel
        public let values: Int
        public let isWriteKey: Bool
    }

    /// A write key that is too old.
    public struct OldKey: Sendable {
        public let label: StoredLabel
        /// In seconds.
        public let age: Int64
        public let limit: Int64
    }

    /// A resource that is not encrypted.
    public struct PlainResource: Sendable {
        public let pattern: ResourcePattern
        public let plaintext: Int
        /// Whether the configuration encrypts new values.
        public let isConfigured: Bool
    }

    public let forbidden: [ForbiddenKey]
    public let old: [OldKey]
    /// AES-GCM keys that wrote too often.
    public let overused: [(key: ByteName, writes: Int64)]
    public let plain: [PlainResource]
    /// Write keys whose age the policy limits, and whose names have no date, or one that is still to come.
    public let undated: [StoredLabel]

    /// - Parameter now: In seconds since 1970.
    public init(
        of policy: AuditPolicy, in result: AuditResult, under configuration: EncryptionConfiguration, now: Int64
    ) {
        let writeKeys = WriteKey.all(of: configuration)
        forbidden = Self.forbidden(by: policy, in: result, writeKeys)
        var (old, undated): ([OldKey], [StoredLabel]) = ([], [])
        for key in writeKeys {
            guard let provider = key.label.provider, let limit = policy.cryptoperiods[provider] else { continue }
            guard let created = key.created, created <= now else {
                undated.append(key.label)
                continue
            }
            if now - created > limit { old.append(OldKey(label: key.label, age: now - created, limit: limit)) }
        }
        (self.old, self.undated) = (old, undated)
        overused = result.gcmWrites.filter { $0.writes >= policy.gcmWriteLimit }
        let resolution = ResourceResolution(configuration)
        // Two patterns can cover one resource.
        var seen: Set<ResourcePattern> = []
        plain = policy.mustEncrypt.flatMap { Self.plain($0, in: result, resolution) }
            .filter { seen.insert($0.pattern).inserted }
    }

    private static func forbidden(
        by policy: AuditPolicy, in result: AuditResult, _ writeKeys: [WriteKey]
    ) -> [ForbiddenKey] {
        guard let allowed = policy.allowedProviders else { return [] }
        var values: [StoredLabel: Int] = [:]
        for numbers in result.live.resources.values {
            for (label, count) in numbers.byLabel { values[label, default: 0] += count.objects }
        }
        let writing = Set(writeKeys.map(\.label))
        return writing.union(values.keys).sorted().compactMap { label in
            // Plaintext, and what is of no provider of Kubernetes, are findings of their own.
            guard let provider = label.provider, provider != .identity, !allowed.contains(provider) else { return nil }
            return ForbiddenKey(label: label, values: values[label] ?? 0, isWriteKey: writing.contains(label))
        }
    }

    /// The resources of a pattern that are not encrypted; for a wildcard, those of which there are objects.
    private static func plain(
        _ pattern: ResourcePattern, in result: AuditResult, _ resolution: ResourceResolution
    ) -> [PlainResource] {
        func isConfigured(_ resource: GroupResource) -> Bool {
            resolution.rule(for: resource).map { !$0.writesPlaintext } ?? false
        }
        let stored = result.live.resources.filter { pattern.covers($0.key) }
        var plain = stored.sorted { $0.key < $1.key }.map { resource, numbers in
            PlainResource(
                pattern: .exact(resource), plaintext: numbers.plaintext, isConfigured: isConfigured(resource))
        }
        if !pattern.isWildcard {
            if plain.isEmpty {
                plain = [PlainResource(pattern: pattern, plaintext: 0, isConfigured: isConfigured(pattern.name))]
            }
        } else if !resolution.rules.contains(where: { $0.pattern.includes(pattern) && !$0.writesPlaintext }) {
            // Objects of other resources can be made at any time.
            plain.append(PlainResource(pattern: pattern, plaintext: 0, isConfigured: false))
        }
        return plain.filter { $0.plaintext > 0 || !$0.isConfigured }
    }

    /// What it adds to the audit.
    public var outcome: PolicyOutcome {
        let counts: [(FindingCode, Int)] = [
            (.policyProvider, forbidden.count), (.policyAge, old.count), (.policyWrites, overused.count),
            (.policyPlaintext, plain.count),
        ]
        return PolicyOutcome(
            totals: Dictionary(uniqueKeysWithValues: counts.filter { $0.1 > 0 }), undatedKeys: undated.count)
    }
}

extension ResourcePattern {
    /// Whether an entry with this wildcard serves every resource of another one.
    fileprivate func includes(_ other: ResourcePattern) -> Bool { self == .everything || self == other }
}
