internal import ProtobufWire
internal import RemoteCalls
internal import SecretMemory

extension EtcdClient {
    /// What became of a stream of keys.
    enum StreamEnd {
        /// All keys came.
        case complete
        /// The server has no such call, or the stream broke off. What came of it counts; the rest can be asked for in
        /// pages.
        case broken
    }

    /// Reads the rest of a range at a revision that is known, as one stream: the member counts the keys behind each page
    /// again, but those of a stream only once (etcd 3.7, api/etcdserverpb/rpc.proto, `KV.RangeStream`, which takes a
    /// `RangeRequest`; all its messages merged are the answer to a ``range(_:)``).
    ///
    /// - Parameters:
    ///   - header: Of the page before. What a message does not say of itself is taken from there.
    ///   - keyCount: How many keys the range has.
    ///   - body: Gets the next keys. Answers whether it wants more.
    /// - Throws: What makes any answer invalid, ``EtcdError/compacted(revision:)``, ``EtcdError/cancelled``.
    func rangeStream(
        _ request: RangeRequest, after header: ResponseHeader, keyCount: Int64,
        isCancelled: @escaping @Sendable () -> Bool, _ body: (EtcdPage) -> Bool
    ) throws(EtcdError) -> StreamEnd {
        let message = request.encoded()
        var options = CallOptions(
            stallTimeout: settings.stallTimeout, messageByteCountLimit: settings.messageByteCountLimit,
            isCancelled: isCancelled)
        options.connectTimeout = settings.dialTimeout
        return try endpoints.first { channel throws(EndpointFailure) in
            var assembly = StreamAssembly(request, header, keyCount: keyCount, from: channel.peer)
            var failure: EndpointFailure?
            do throws(EndpointFailure) {
                try session.stream(
                    channel, "/etcdserverpb.KV/RangeStream", message.bytes, options,
                    asking: AskedRevision(number: request.revision, isKnown: true)
                ) { message in
                    do throws(EndpointFailure) {
                        let page = try channel.peer.checking { () throws(AnswerFault) in try assembly.add(message) }
                        if let header = assembly.lastHeader { try session.check(header, channel.peer) }
                        guard page.records.isEmpty || body(page) else { throw .final(.cancelled) }
                    } catch {
                        failure = error
                    }
                    return failure == nil
                }
            } catch {
                if let failure { throw failure }
                // Pages bring what a stream does not; the endpoints behind this one are asked for them.
                guard case .final(let error) = error else { return .broken }
                switch error {
                case .refused, .answerTooLarge: return .broken
                default: throw .final(error)
                }
            }
            if let failure { throw failure }
            try channel.peer.checking { () throws(AnswerFault) in try assembly.finish() }
            return .complete
        }
    }
}

/// Checks the messages of one stream, each by itself and all together.
private struct StreamAssembly {
    private var request: RangeRequest
    private let header: ResponseHeader
    private let peer: RemotePeer
    private var remainingKeyCount: Int64
    /// How many keys the stream says that the range has; nil before it says so.
    private var toldKeyCount: Int64?
    private let keyCount: Int64
    /// What the last message says of the member, if it says anything.
    private(set) var lastHeader: ResponseHeader?
    private var hasMore = false

    init(_ request: RangeRequest, _ header: ResponseHeader, keyCount: Int64, from peer: RemotePeer) {
        (self.request, self.header, self.keyCount, self.peer) = (request, header, keyCount, peer)
        remainingKeyCount = keyCount
    }

    /// The keys of a message (same file, `RangeStreamResponse`).
    mutating func add(_ message: RawSpan) throws(AnswerFault) -> EtcdPage {
        var reader = WireReader(message)
        var place = 0..<0
        while let field = try reader.nextField() {
            if field.number == 1 { place = try field.bytes() }
        }
        let answer = SecretKey(SecretBytes(copying: message.extracting(place)))
        let (page, told) = try EtcdPage.piece(answer, of: request, header, from: peer)
        lastHeader = told.header
        hasMore = hasMore || told.hasMore
        if told.keyCount > 0 { toldKeyCount = told.keyCount }
        remainingKeyCount -= Int64(page.records.count)
        guard remainingKeyCount >= 0 else { throw .keyCount }
        if let last = page.records.last { request.range = request.range.rest(after: page.key(of: last)) }
        return page
    }

    /// At one revision nothing can be added or go.
    func finish() throws(AnswerFault) {
        guard remainingKeyCount == 0, !hasMore, toldKeyCount ?? keyCount == keyCount else { throw .total }
    }
}
