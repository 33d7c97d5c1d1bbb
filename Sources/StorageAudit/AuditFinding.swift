public import EnvelopeCrypto
public import KubernetesObjects
public import Transformers

/// One thing that is wrong with a stored value.
public struct AuditFinding: Sendable {
    /// What is wrong.
    public enum Kind: Sendable {
        /// The configuration encrypts the resource.
        case plaintext
        /// No entry encrypts the resource, which is `secrets` or was asked for.
        case uncovered
        /// kube-apiserver would rewrite it.
        case stale(StoredLabel)
        /// kube-apiserver would answer an error, and no archive has the key.
        case unreadable(StoredLabel, TransformError)
        /// kube-apiserver would answer an error; an archive opens it to the object that the etcd key names.
        /// - Parameter archive: Which of the configurations, from 1.
        case archived(StoredLabel, TransformError, archive: Int)
        /// It opens, but not to an object.
        case notAnObject(StoredLabel, IdentityCheck, rightKey: FoundKey?)
        /// It opens to another object than the etcd key names.
        case otherObject(StoredLabel, ObjectIdentity)
        /// Another value of the same AES-GCM key has the same nonce.
        case nonceReused(StoredLabel, with: [UInt8])
        /// AES-CBC padding of more than a block, in bytes.
        case longPadding(StoredLabel, Int)
        /// Only a KMS plugin can show whether the value is readable. With the reason why it did not; nil if it was
        /// not called.
        case pluginNeeded(PluginUse, reason: KMSUncertainty?)
        /// The value contains its own data key unencrypted.
        case keyInClear(StoredLabel)

        /// The code of such a finding in a live value.
        public var liveCode: FindingCode {
            switch self {
            case .plaintext: .plaintext
            case .uncovered: .uncovered
            case .stale: .stale
            case .unreadable: .unreadable
            case .archived: .archived
            case .notAnObject: .notObject
            case .otherObject: .moved
            case .nonceReused: .nonceReuse
            case .longPadding: .padding
            case .pluginNeeded: .needsPlugin
            case .keyInClear: .keyInClear
            }
        }
    }

    public let kind: Kind
    /// The bytes of the etcd key.
    public let etcdKey: [UInt8]
    public let revision: Int64

    public let code: FindingCode
}

/// Findings, of each code the first ones and the number of all.
public struct FindingLog: Sendable {
    /// So many findings of each code are kept.
    let limit: Int
    /// The findings kept, by code.
    public private(set) var kept: [FindingCode: [AuditFinding]] = [:]
    /// The number of all findings, by code.
    public private(set) var totals: [FindingCode: Int] = [:]

    init(limit: Int) { self.limit = limit }

    /// The order in which the records of a source come.
    public enum Order: Sendable {
        case etcdKey
        case revision
    }

    /// What several threads found that each got some of the records, in the order of the source. Kept are the first
    /// ones in that order. One thread has all records of a revision.
    init(merging logs: [FindingLog], in order: Order, limit: Int) {
        self.limit = limit
        for log in logs {
            totals.merge(log.totals, uniquingKeysWith: +)
            kept.merge(log.kept, uniquingKeysWith: +)
        }
        kept = kept.mapValues { findings in
            Array(findings.enumerated().sorted { Self.precedes($0, $1, in: order) }.prefix(limit).map(\.element))
        }
    }

    private static func precedes(
        _ left: (offset: Int, element: AuditFinding), _ right: (offset: Int, element: AuditFinding), in order: Order
    ) -> Bool {
        switch order {
        case .etcdKey: left.element.etcdKey.lexicographicallyPrecedes(right.element.etcdKey)
        case .revision: (left.element.revision, left.offset) < (right.element.revision, right.offset)
        }
    }

    /// Whether a finding of this code would still be kept, so that its details are worth finding out.
    func hasRoom(for code: FindingCode) -> Bool { (kept[code]?.count ?? 0) < limit }

    mutating func count(_ code: FindingCode) { totals[code, default: 0] += 1 }

    mutating func add(_ finding: AuditFinding) {
        totals[finding.code, default: 0] += 1
        if hasRoom(for: finding.code) { kept[finding.code, default: []].append(finding) }
    }

    mutating func add(_ other: FindingLog) {
        totals.merge(other.totals, uniquingKeysWith: +)
        for (code, findings) in other.kept {
            let room = limit - (kept[code]?.count ?? 0)
            kept[code, default: []] += findings.prefix(max(0, room))
        }
    }
}
