/// The messages of the raft log (etcd-io/raft, raftpb/raft.proto) and of the records around it (etcd,
/// server/storage/wal/walpb/record.proto, api/etcdserverpb/etcdserver.proto).
///
/// No field but the known ones is accepted: the checksum of a record does not cover its type, and a message that is
/// read as one of another type gives itself away by its fields.

/// One entry of the log.
struct RaftEntry: Equatable {
    enum Kind: UInt64 {
        case normal = 0
        case configurationChange = 1
    }

    private(set) var kind = Kind.normal
    private(set) var term: UInt64 = 0
    private(set) var index: UInt64 = 0
    /// Where its content is in the segment.
    private(set) var data = 0..<0

    init(_ range: Range<Int>, of bytes: RawSpan) throws(MessageFault) {
        var reader = MessageReader(range, of: bytes)
        while let field = try reader.next() {
            switch field.number {
            case 1:
                // etcd proposes no ConfChangeV2 (type 2).
                guard let kind = Kind(rawValue: try field.unsigned()) else { throw .number }
                self.kind = kind
            case 2: term = try field.unsigned()
            case 3: index = try field.unsigned()
            case 4: data = try field.bytes()
            default: throw field.unknown
            }
        }
        guard term > 0, index > 0 else { throw .number }
    }
}

/// What a member may not forget: its term, and how far it knows the log to be committed.
struct HardState: Equatable {
    private(set) var term: UInt64 = 0
    private(set) var commit: UInt64 = 0

    init() {}

    init(_ range: Range<Int>, of bytes: RawSpan) throws(MessageFault) {
        var reader = MessageReader(range, of: bytes)
        while let field = try reader.next() {
            switch field.number {
            case 1: term = try field.unsigned()
            case 2: _ = try field.unsigned()
            case 3: commit = try field.unsigned()
            default: throw field.unknown
            }
        }
    }
}

/// The mark of a raft snapshot: entries up to its index need not be read again.
struct SnapshotMark: Equatable {
    private(set) var index: UInt64 = 0
    private(set) var term: UInt64 = 0
    /// Who votes, from etcd 3.5 on; empty if it is unknown.
    private(set) var voters: Set<UInt64> = []

    init(_ range: Range<Int>, of bytes: RawSpan) throws(MessageFault) {
        var reader = MessageReader(range, of: bytes)
        while let field = try reader.next() {
            switch field.number {
            case 1: index = try field.unsigned()
            case 2: term = try field.unsigned()
            case 3: try readVoters(field.bytes(), of: bytes)
            default: throw field.unknown
            }
        }
    }

    private mutating func readVoters(_ range: Range<Int>, of bytes: RawSpan) throws(MessageFault) {
        var reader = MessageReader(range, of: bytes)
        while let field = try reader.next() {
            switch field.number {
            // The voters of the new configuration, and those of the one before while both count.
            case 1, 3: voters.insert(try field.unsigned())
            case 2, 4, 5: _ = try field.unsigned()
            default: throw field.unknown
            }
        }
    }
}

/// Whose log it is.
struct LogMetadata: Equatable {
    private(set) var memberID: UInt64 = 0
    private(set) var clusterID: UInt64 = 0

    init(_ range: Range<Int>, of bytes: RawSpan) throws(MessageFault) {
        var reader = MessageReader(range, of: bytes)
        while let field = try reader.next() {
            switch field.number {
            case 1: memberID = try field.unsigned()
            case 2: clusterID = try field.unsigned()
            default: throw field.unknown
            }
        }
    }
}

/// A change of the members.
struct ConfigurationChange: Equatable {
    enum Kind: UInt64 {
        case addVoter = 0
        case remove = 1
        case update = 2
        case addLearner = 3
    }

    private(set) var kind = Kind.addVoter
    private(set) var memberID: UInt64 = 0

    init(_ range: Range<Int>, of bytes: RawSpan) throws(MessageFault) {
        var reader = MessageReader(range, of: bytes)
        while let field = try reader.next() {
            switch field.number {
            case 1: _ = try field.unsigned()
            case 2:
                guard let kind = Kind(rawValue: try field.unsigned()) else { throw .number }
                self.kind = kind
            case 3: memberID = try field.unsigned()
            case 4: _ = try field.bytes()
            default: throw field.unknown
            }
        }
        guard memberID > 0 else { throw .number }
    }
}
