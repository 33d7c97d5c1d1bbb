internal import EncryptionConfig
internal import EtcdSnapshot
internal import KubernetesResources

/// What an audit should have seen, beside what it saw.
struct AuditScope {
    private let result: AuditResult
    private let resolution: ResourceResolution
    private let options: AuditOptions
    private let failOn: Set<FindingCode>

    init(
        _ result: AuditResult, _ resolution: ResourceResolution, _ options: AuditOptions, failOn: Set<FindingCode>
    ) {
        self.result = result
        self.resolution = resolution
        self.options = options
        self.failOn = failOn
    }

    /// Resources with objects that no entry encrypts: no entry covers them, or identity is the write provider.
    var uncovered: [AuditJudgement.UncoveredResource] {
        result.live.resources.filter { resolution.rule(for: $0.key)?.writesPlaintext ?? true }.map {
            AuditJudgement.UncoveredResource(resource: $0.key, objects: $0.value.objects, plaintext: $0.value.plaintext)
        }.filter { $0.plaintext > 0 }.sorted { $0.resource < $1.resource }
    }

    /// What the configuration names, of which there is no object.
    var absent: [GroupResource] {
        resolution.rules.map(\.pattern).filter { !$0.isWildcard }.map(\.name)
            .filter { result.live.resources[$0] == nil && options.resources?.contains($0) ?? true }
    }

    var doubts: [AuditDoubt] {
        var doubts: [AuditDoubt] = []
        if let snapshot = result.source.snapshot {
            if snapshot.problemCount > 0 { doubts.append(.damage(places: snapshot.problemCount)) }
            if let log = snapshot.log {
                if !log.gaps.isEmpty { doubts.append(.log(log.gaps)) }
            } else if case .absent = snapshot.digest {
                doubts.append(snapshot.format == .etcd ? .noDigest : .kineFile)
            } else if result.source.hasChanged, !failOn.contains(.digest) {
                doubts.append(.changed)
            }
        }
        if let version = options.unknownVersion { doubts.append(.version(version)) }
        // A file without objects is not of kube-apiserver, or not complete.
        if result.live.otherKeys == result.source.liveKeys {
            doubts.append(.noObjects(keys: result.source.liveKeys))
        } else if !missing.isEmpty {
            doubts.append(.missing(missing))
        }
        doubts += unknownGroups
        doubts += recordDoubts
        if let bytes = result.remnants?.unexplainedBytes, bytes > 0 { doubts.append(.unexplained(bytes: bytes)) }
        return doubts
    }

    /// What was not judged of the records.
    private var recordDoubts: [AuditDoubt] {
        var ledger = result.live.ledger
        if let history = result.history { ledger.add(history.ledger) }
        let doubts: [(reason: Booking.UnknownReason, doubt: (Int) -> AuditDoubt)] = [
            (.unknownKey, { .unknownKeys(values: $0, keys: result.live.otherKeys) }),
            (.unknownObject, { .unknownObjects(values: $0) }), (.plugin, { .plugins(values: $0) }),
            (.encoding, { .encoding(values: $0) }), (.identity, { .identity(values: $0) }),
        ]
        return doubts.compactMap { reason, doubt in
            let count = ledger.count(of: reason)
            return count > 0 ? doubt(count) : nil
        }
    }

    /// What the source should have, as the configuration has entries for it or the command line asks for it, if it has
    /// nothing of all that: another cluster's, or a part of this one, looks like that. And what was asked for and is
    /// neither stored nor configured: a slip of the pen.
    private var missing: [ResourcePattern] {
        var elsewhere: Set<GroupResource> = []
        if case .etcd(let etcd) = result.source.origin {
            // A further cluster of a manifest may be empty, or have no object of the configuration.
            guard etcd.resources == nil else { return [] }
            elsewhere = etcd.elsewhere
        }
        guard let resources = options.resources else {
            guard !holdsConfiguredObjects else { return [] }
            return resolution.rules.map(\.pattern).filter { $0.isWildcard || !elsewhere.contains($0.name) }
        }
        let absent = resources.subtracting(elsewhere).filter { result.live.resources[$0] == nil }
        return absent.filter { absent.count == resources.count || resolution.rule(for: $0) == nil }.sorted()
            .map { .exact($0) }
    }

    private var holdsConfiguredObjects: Bool {
        result.live.resources.contains { $1.objects > 0 && resolution.rule(for: $0) != nil }
    }

    /// Entries of the configuration of which objects may be stored, or were stored, under another name.
    private var unknownGroups: [AuditDoubt] {
        let patterns = UnknownGroups(resolution.rules.map(\.pattern))
        return Set(result.live.resources.keys).union(result.history?.resources.keys ?? [:].keys).sorted().compactMap {
            resource in
            let entries = patterns.patterns(for: resource)
            return entries.isEmpty ? nil : .unknownGroup(resource, entries: entries)
        }
    }
}
