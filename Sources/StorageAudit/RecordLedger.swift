/// What became of one record. An audit books every record exactly once.
public enum Booking: Hashable, Sendable {
    /// Readable, and the object that its etcd key names.
    case judged
    /// Judged, with findings; this is the first.
    case finding(FindingCode)
    /// Not judged.
    case unknown(UnknownReason)
    /// It is out of scope.
    case outOfScope(ScopeReason)

    /// Why a record could not be judged.
    public enum UnknownReason: String, CaseIterable, Sendable {
        /// It needs a KMS plugin, which was not asked or did not answer.
        case plugin
        /// The object is in an encoding that is not read, such as YAML.
        case encoding
        /// Whether the object is the one that the etcd key names needs a CustomResourceDefinition.
        case identity
        /// An encrypted value under an etcd key that names no resource.
        case unknownKey
        /// A plaintext object, or what may be one in an encoding that is not read, under an etcd key that names no resource.
        case unknownObject
        /// The resource is unknown and its group is not in the etcd key, so that an entry may cover it.
        case unknownGroup
    }

    /// Why a record is out of scope.
    public enum ScopeReason: String, CaseIterable, Sendable {
        /// Internal data of a server, which is never encrypted.
        case bookkeeping
        /// Not an object of Kubernetes.
        case foreign
        /// `--resources` names others.
        case notAsked
        /// Plaintext of a resource that no entry covers and no option names.
        case uncovered
        /// An old revision, and old revisions were not asked for.
        case oldRevision
        /// The record of a deletion, which has no value.
        case deletion
        /// A marker of a raised revision, which has neither key nor value.
        case marker
    }
}

/// The bookings of an audit. Their sum is the number of records that the source holds.
public struct RecordLedger: Equatable, Sendable {
    public private(set) var counts: [Booking: Int] = [:]

    public init() {}

    /// Books records that share a fate.
    public mutating func book(_ booking: Booking, count: Int = 1) {
        guard count > 0 else { return }
        counts[booking, default: 0] += count
    }

    /// Adds the bookings of other records.
    public mutating func add(_ other: RecordLedger) { counts.merge(other.counts, uniquingKeysWith: +) }

    /// All records.
    public var total: Int { counts.values.reduce(0, +) }

    /// The records that were judged, with or without findings.
    public var judged: Int {
        sum { if case .judged = $0 { true } else { if case .finding = $0 { true } else { false } } }
    }

    /// The judged records with findings.
    public var withFindings: Int { sum { if case .finding = $0 { true } else { false } } }

    public var unknown: Int { sum { if case .unknown = $0 { true } else { false } } }

    public var outOfScope: Int { sum { if case .outOfScope = $0 { true } else { false } } }

    public func count(of reason: Booking.UnknownReason) -> Int { counts[.unknown(reason)] ?? 0 }

    public func count(of reason: Booking.ScopeReason) -> Int { counts[.outOfScope(reason)] ?? 0 }

    private func sum(_ isIncluded: (Booking) -> Bool) -> Int {
        counts.reduce(0) { $0 + (isIncluded($1.key) ? $1.value : 0) }
    }
}

/// Counts bookings without a look-up for the one that almost every record gets.
struct RecordBooks {
    private var ledger = RecordLedger()
    private var judged = 0

    mutating func book(_ booking: Booking) {
        if case .judged = booking { judged += 1 } else { ledger.book(booking) }
    }

    var sum: RecordLedger {
        var sum = ledger
        sum.book(.judged, count: judged)
        return sum
    }
}
