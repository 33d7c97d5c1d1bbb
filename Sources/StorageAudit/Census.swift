public import GoText
public import KubernetesResources
public import Transformers

/// Numbers of one label within a resource.
public struct LabelCensus: Equatable, Sendable {
    /// Values with this label, readable or not.
    public var objects = 0
    /// Those that kube-apiserver would rewrite.
    public var stale = 0
    /// Those that open to the object that their etcd key names. Plaintext that no entry covers is not looked at, and not
    /// counted.
    public var opened = 0
    /// Stored value bytes.
    public var bytes = 0
    /// How often the objects were written, with whatever key: the sum of their etcd versions.
    public var writes: Int64 = 0
    /// The lowest and the highest revision that wrote one of the values; nil without a value.
    public var revisions: ClosedRange<Int64>?

    /// Of one object no more writes are counted. That many are too many for any key already (NIST SP 800-38D, 8.3), and
    /// a source can claim numbers whose sum is more than a number holds.
    static let countedWriteLimit: Int64 = 1 << 32

    mutating func add(_ other: LabelCensus) {
        objects += other.objects
        stale += other.stale
        opened += other.opened
        bytes += other.bytes
        writes += other.writes
        if let span = other.revisions { extend(to: span) }
    }

    /// Takes in the revisions of other values.
    mutating func extend(to span: ClosedRange<Int64>) {
        guard let revisions else { return self.revisions = span }
        self.revisions =
            min(revisions.lowerBound, span.lowerBound)...max(revisions.upperBound, span.upperBound)
    }
}

/// Numbers of one resource.
public struct ResourceCensus: Equatable, Sendable {
    /// All values.
    public var objects = 0
    /// Stored without `k8s:enc:`.
    public var plaintext = 0
    /// As kube-apiserver judges it.
    public var stale = 0
    /// kube-apiserver would answer an error.
    public var unreadable = 0
    /// kube-apiserver would answer an error, and an archive opens it.
    public var archived = 0
    /// Opens, but not to the object that the etcd key names.
    public var notObjects = 0
    /// Opens, but it is unknown whether it is the object that the etcd key names: its encoding is not read, or its kind may
    /// not be that of the resource.
    public var uncertain = 0
    /// Only a KMS plugin could tell.
    public var needsPlugin = 0
    /// Those of ``unreadable``, ``archived`` and ``notObjects`` that are plaintext.
    public var unreadablePlaintext = 0
    /// Those of ``uncertain`` that are plaintext.
    public var uncertainPlaintext = 0
    /// Written by the present write key, and they are the objects that their etcd keys name.
    public var current = 0
    /// Those of ``current`` that are plaintext, because identity writes.
    public var currentPlaintext = 0
    /// Stored value bytes.
    public var bytes = 0
    public var byLabel: [StoredLabel: LabelCensus] = [:]

    public init() {}

    /// Whether any value is encrypted.
    public var isEncrypted: Bool { plaintext < objects }

    /// Adds what another source or thread found.
    public mutating func add(_ other: ResourceCensus) {
        objects += other.objects
        plaintext += other.plaintext
        stale += other.stale
        unreadable += other.unreadable
        archived += other.archived
        notObjects += other.notObjects
        uncertain += other.uncertain
        needsPlugin += other.needsPlugin
        unreadablePlaintext += other.unreadablePlaintext
        uncertainPlaintext += other.uncertainPlaintext
        current += other.current
        currentPlaintext += other.currentPlaintext
        bytes += other.bytes
        byLabel.merge(other.byLabel) { left, right in
            var sum = left
            sum.add(right)
            return sum
        }
    }
}

/// What a KMS v2 plugin would be asked for.
public struct PluginUse: Hashable, Sendable {
    public let provider: ByteName
    /// Nil for KMS v1, whose values tell no key ID.
    public let keyID: ByteName?
}

/// The stored values: numbers by resource, and findings.
public struct Census: Sendable {
    public internal(set) var resources: [GroupResource: ResourceCensus] = [:]
    /// Values by the plugin and key ID that they need.
    public internal(set) var pluginUses: [PluginUse: Int] = [:]
    /// Whether a plugin was asked for one of them.
    public internal(set) var isPluginAsked = false
    /// The distinct keys that a plugin would have to decrypt, up to ``pluginCallLimit``.
    public internal(set) var pluginCalls: Set<Int> = []
    public internal(set) var findings: FindingLog
    /// The values that kube-apiserver cannot read, for ``AuditOptions/isTriage``.
    public internal(set) var unreadable: UnreadableLog
    /// What became of each record.
    public internal(set) var ledger = RecordLedger()
    /// The UID of the namespace `kube-system`, which identifies a cluster; nil if it was not seen.
    public internal(set) var clusterUID: String?
    /// Keys that are no objects of the API.
    public internal(set) var otherKeys = 0
    /// Those with encrypted values: their resource, and whether they are readable, is unknown.
    public internal(set) var encryptedOtherKeys = 0
    /// Those of them that hold a plaintext object of unknown resource, so that it is unknown whether it should be encrypted.
    public internal(set) var otherObjects = 0

    /// More distinct plugin calls than this are not counted.
    public static let pluginCallLimit = 1_000_000

    /// - Parameter findingLimit: So many findings of each kind are kept.
    public init(findingLimit: Int) {
        findings = FindingLog(limit: findingLimit)
        unreadable = UnreadableLog(limit: findingLimit)
    }

    /// The sum of what several threads found that each got some of the records, in the order of the source.
    ///
    /// - Parameter findingLimit: So many findings of each kind are kept, the first ones in that order. None of the parts
    ///   may have kept fewer.
    init(merging parts: [Census], in order: FindingLog.Order, findingLimit: Int) {
        self.init(findingLimit: findingLimit)
        for part in parts { add(part) }
        findings = FindingLog(merging: parts.map(\.findings), in: order, limit: findingLimit)
    }

    /// Adds what another thread found in records that follow these.
    public mutating func add(_ other: Census) {
        for (resource, numbers) in other.resources { resources[resource, default: ResourceCensus()].add(numbers) }
        pluginUses.merge(other.pluginUses, uniquingKeysWith: +)
        isPluginAsked = isPluginAsked || other.isPluginAsked
        if pluginCalls.count < Self.pluginCallLimit { pluginCalls.formUnion(other.pluginCalls) }
        findings.add(other.findings)
        unreadable.add(other.unreadable)
        otherKeys += other.otherKeys
        encryptedOtherKeys += other.encryptedOtherKeys
        otherObjects += other.otherObjects
        ledger.add(other.ledger)
        clusterUID = clusterUID ?? other.clusterUID
    }

    /// Whether something is unknown: a plugin was not asked, or an encoding, a kind or a resource is not known.
    public var isUnproven: Bool {
        otherObjects > 0 || resources.values.contains { $0.needsPlugin > 0 || $0.uncertain > 0 }
    }
}
