public import EnvelopeCrypto
public import KubernetesObjects
public import Transformers

/// One thing that is wrong with a stored value.
public struct AuditFinding: Sendable {
    /// What is wrong. Codes never change their meaning.
    public enum Kind: Sendable {
        /// The configuration says encrypted.
        case plaintext
        /// kube-apiserver would rewrite it.
        case stale(StoredLabel)
        /// kube-apiserver would answer an error.
        case unreadable(StoredLabel, TransformError, archive: Int?)
        /// It opens, but not to an object.
        case notAnObject(StoredLabel, IdentityCheck, rightKey: FoundKey?)
        /// It opens to another object than the etcd key names.
        case otherObject(StoredLabel, ObjectIdentity)
        /// Another value of the same AES-GCM key has the same nonce.
        case nonceReused(StoredLabel, with: [UInt8])
        /// AES-CBC padding of more than a block, in bytes.
        case longPadding(StoredLabel, Int)
        /// Whether it can be read only a KMS plugin can tell. The reason is why it did not; nil if nobody asked it.
        case pluginNeeded(PluginUse, reason: KMSUncertainty?)
    }

    public let kind: Kind
    /// The bytes of the etcd key.
    public let etcdKey: [UInt8]
    public let revision: Int64

    public var code: String {
        switch kind {
        case .plaintext: "ENC0401"
        case .stale: "ENC0402"
        case .unreadable: "ENC0403"
        case .notAnObject: "ENC0404"
        case .otherObject: "ENC0405"
        case .nonceReused: "ENC0406"
        case .longPadding: "ENC0407"
        case .pluginNeeded: "ENC0408"
        }
    }
}

/// Findings, of each code the first ones and the number of all.
public struct FindingLog: Sendable {
    private let limit: Int
    /// The findings kept, by code.
    public private(set) var kept: [String: [AuditFinding]] = [:]
    /// The number of all findings, by code.
    public private(set) var totals: [String: Int] = [:]

    init(limit: Int) { self.limit = limit }

    /// What several threads found that each got some of the records, in the order of the etcd keys. Kept are the first
    /// ones in that order.
    init(merging logs: [FindingLog], limit: Int) {
        self.limit = limit
        for log in logs {
            totals.merge(log.totals, uniquingKeysWith: +)
            kept.merge(log.kept, uniquingKeysWith: +)
        }
        kept = kept.mapValues { findings in
            Array(findings.sorted { $0.etcdKey.lexicographicallyPrecedes($1.etcdKey) }.prefix(limit))
        }
    }

    /// Whether a finding of this code would still be kept, so that its details are worth finding out.
    func hasRoom(for code: String) -> Bool { (kept[code]?.count ?? 0) < limit }

    mutating func count(_ code: String) { totals[code, default: 0] += 1 }

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
