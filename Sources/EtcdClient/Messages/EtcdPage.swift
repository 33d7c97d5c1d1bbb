internal import ProtobufWire
public import RemoteCalls
internal import SecretMemory

/// The answer to a ``RangeRequest``: the received message, in memory that is wiped, and the ranges of its keys.
///
/// Several threads may share it.
public struct EtcdPage: Sendable {
    /// Who answered.
    public let peer: RemotePeer
    public let header: ResponseHeader
    /// In ascending order of their keys, all of them within the range that was asked for.
    public let records: [EtcdRecord]
    /// Whether the range holds more keys than were asked for.
    public let hasMore: Bool
    /// How many keys the whole range holds, whatever the limit was.
    public let keyCount: Int64
    private let message: SecretKey

    /// Reads an answer (etcd, api/etcdserverpb/rpc.proto, `RangeResponse`), and checks that it answers `request`.
    init(_ message: SecretKey, answering request: RangeRequest, from peer: RemotePeer) throws(AnswerFault) {
        self.message = message
        self.peer = peer
        var reading = RangeReading(request)
        try reading.read(message.span)
        header = try reading.checkedHeader()
        (records, hasMore, keyCount) = (reading.records, reading.hasMore, reading.keyCount)
    }

    /// Reads the next part of an answer that comes in parts, of which the last one alone says what holds for all.
    ///
    /// - Parameter header: What the part does not say of itself.
    /// - Returns: The part, and what it says.
    static func piece(
        _ message: SecretKey, of request: RangeRequest, _ header: ResponseHeader, from peer: RemotePeer
    ) throws(AnswerFault) -> (EtcdPage, told: (header: ResponseHeader?, hasMore: Bool, keyCount: Int64)) {
        var reading = RangeReading(request)
        try reading.read(message.span)
        guard reading.header.map({ $0.revision >= request.revision }) ?? true else { throw .revision }
        guard reading.areWritten(by: request.revision) else { throw .recordNumbers }
        let page = EtcdPage(
            peer: peer, header: reading.header ?? header, records: reading.records, hasMore: true,
            keyCount: reading.keyCount, message: message)
        return (page, (reading.header, reading.hasMore, reading.keyCount))
    }

    private init(
        peer: RemotePeer, header: ResponseHeader, records: [EtcdRecord], hasMore: Bool, keyCount: Int64,
        message: SecretKey
    ) {
        (self.peer, self.header, self.records) = (peer, header, records)
        (self.hasMore, self.keyCount, self.message) = (hasMore, keyCount, message)
    }

    /// The length of the message in bytes.
    public var byteCount: Int { message.bytes.count }

    @_lifetime(borrow self)
    public func key(of record: EtcdRecord) -> RawSpan {
        message.span.extracting(record.key)
    }

    /// The stored value. Empty if values were not requested.
    @_lifetime(borrow self)
    public func value(of record: EtcdRecord) -> RawSpan {
        message.span.extracting(record.value)
    }
}

/// What a `RangeResponse` says, while it is read.
private struct RangeReading {
    private let request: RangeRequest
    private(set) var header: ResponseHeader?
    private(set) var records: [EtcdRecord] = []
    private(set) var hasMore = false
    private(set) var keyCount: Int64 = 0

    init(_ request: RangeRequest) { self.request = request }

    mutating func read(_ message: RawSpan) throws(AnswerFault) {
        var reader = WireReader(message)
        while let field = try reader.nextField() {
            switch field.number {
            case 1: header = try ResponseHeader(message.extracting(try field.bytes()))
            case 2: try add(try EtcdRecord(in: try field.bytes(), of: message), message)
            case 3: hasMore = try field.number() != 0
            case 4: keyCount = try field.positive()
            default: break
            }
        }
    }

    private mutating func add(_ record: EtcdRecord, _ message: RawSpan) throws(AnswerFault) {
        guard request.limit == 0 || records.count < request.limit, !request.isCountOnly else { throw .keyCount }
        let key = message.extracting(record.key)
        guard request.range.contains(key) else { throw .keyOutsideRange }
        if let last = records.last {
            guard message.extracting(last.key).precedes(key) else { throw .keyOrder }
        }
        guard record.createRevision > 0, record.createRevision <= record.modRevision else { throw .recordNumbers }
        records.append(record)
    }

    /// Whether no record is newer than a revision.
    func areWritten(by revision: Int64) -> Bool { records.allSatisfy { $0.modRevision <= revision } }

    /// Looks at the answer as a whole.
    func checkedHeader() throws(AnswerFault) -> ResponseHeader {
        guard let header else { throw .noHeader }
        guard header.revision >= request.revision else { throw .revision }
        let newest = request.revision > 0 ? request.revision : header.revision
        guard areWritten(by: newest) else { throw .recordNumbers }
        let known = Int64(records.count)
        // A member that omits keys sets `more`, and counts all of them (etcd 3.4 to 3.6, etcdserver/apply.go or
        // txn/range.go).
        let isWhole = hasMore ? known > 0 && keyCount > known : request.isCountOnly || keyCount == known
        guard isWhole else { throw .total }
        return header
    }
}
