internal import RemoteCalls

/// Fetches the pages of a range at one revision, one after the other.
struct PageSource {
    /// How often a page is asked for of all endpoints, once the walk is under way. With the waits between them that is
    /// three seconds, in which a cluster elects a new leader (etcd's `--election-timeout` is one second).
    private static let attemptLimit = 5
    /// Before the second attempt; twice as long before each further one.
    private static let firstWait = Duration.milliseconds(200)

    /// How often a first page is asked for that does not come in the time of a call, each time with fewer keys.
    private static let firstAttemptLimit = 3
    /// No store has more keys: etcd suggests 8 GiB at most (etcd, server/storage/quota.go, `MaxQuotaBytes`), and each key
    /// takes some bytes. A total beyond it is a lie that would keep a walk busy for ever.
    private static let keyCountLimit: Int64 = 1 << 30

    private let client: EtcdClient
    private let isCancelled: @Sendable () -> Bool
    private var request: RangeRequest
    private var sizing: PageSizing
    private var pacing: Pacing
    /// The keys that have not been fetched; nil before the first page.
    private var remainingKeyCount: Int64?
    private var isAtEnd = false
    /// The rest of the keys, if the member brings them in one call.
    private var stream: KeyStream?
    /// Whether that can be tried: not where the speed is limited, since a stream comes as fast as it can.
    private var mayStream: Bool

    init(
        _ client: EtcdClient, _ range: KeyRange, _ settings: WalkSettings,
        isCancelled: @escaping @Sendable () -> Bool
    ) {
        self.client = client
        self.isCancelled = isCancelled
        request = RangeRequest(range)
        request.isKeysOnly = settings.isKeysOnly
        request.revision = settings.revision ?? 0
        request.isSerializable = settings.isSerializable
        // A page is not to take longer than a second of what is allowed.
        sizing = PageSizing(
            settings, targetByteCount: min(settings.pageByteCount, settings.maxBytesPerSecond ?? .max),
            targetTime: client.settings.commandTimeout / 2)
        pacing = Pacing(bytesPerSecond: settings.maxBytesPerSecond)
        mayStream = settings.maxBytesPerSecond == nil
    }

    /// The next page; nil behind the last one. The first one has the keys of the whole range as its count.
    mutating func next() throws(EtcdError) -> EtcdPage? {
        guard !isAtEnd else { return nil }
        if let page = try nextOfStream() { return page }
        guard !isAtEnd else { return nil }
        try pacing.wait(isCancelled: isCancelled)
        let start = ContinuousClock.now
        let page = try fetchNext()
        sizing.adapt(keyCount: page.records.count, byteCount: page.byteCount, time: .now - start)
        pacing.note(byteCount: page.byteCount)
        // At one revision nothing can be added or go.
        guard page.keyCount == remainingKeyCount ?? page.keyCount, page.keyCount <= Self.keyCountLimit else {
            throw .malformed(.total, page.peer)
        }
        remainingKeyCount = page.keyCount - Int64(page.records.count)
        if request.revision == 0 { request.revision = page.header.revision }
        // The revision is fixed, so any member that has it can answer alone. kine refuses to be asked so.
        request.isSerializable = !page.header.isOfKine
        if page.hasMore, let last = page.records.last {
            request.range = request.range.rest(after: page.key(of: last))
            beginStream(after: page.header)
        } else {
            isAtEnd = true
        }
        return page
    }

    /// Asks for all that is left in one call, once. kine has no such call.
    private mutating func beginStream(after header: ResponseHeader) {
        guard mayStream, !header.isOfKine, let remainingKeyCount else { return }
        mayStream = false
        var request = request
        request.limit = 0
        stream = KeyStream(client, request, after: header, keyCount: remainingKeyCount, isCancelled: isCancelled)
    }

    /// The next keys of the stream; nil without one, at its end, and where it broke off, so that the rest comes in pages.
    private mutating func nextOfStream() throws(EtcdError) -> EtcdPage? {
        guard let stream else { return nil }
        switch try stream.next(isCancelled: isCancelled) {
        case .page(let page):
            remainingKeyCount = (remainingKeyCount ?? 0) - Int64(page.records.count)
            if let last = page.records.last { request.range = request.range.rest(after: page.key(of: last)) }
            return page
        case .end(let end):
            self.stream = nil
            if end == .complete { isAtEnd = true }
            return nil
        }
    }

    /// Asks for a page; of kine for all that it can have, if everything is wanted.
    private mutating func fetchNext() throws(EtcdError) -> EtcdPage {
        let page = try fetch()
        guard page.header.isOfKine, remainingKeyCount == nil, request.range == .everything else { return page }
        request.range = .paths
        return try fetch()
    }

    /// Requests a page, a smaller one if it is too large, and again if no endpoint can answer at the moment.
    private mutating func fetch() throws(EtcdError) -> EtcdPage {
        let isUnderWay = remainingKeyCount != nil
        var attempt = 1
        var wait = Self.firstWait
        while true {
            request.limit = sizing.keyCount
            do throws(EtcdError) {
                // A revision that is set at the start comes from an earlier walk.
                return try client.range(
                    request, isRevisionKnown: request.revision > 0, isCancelled: isCancelled)
            } catch .answerTooLarge(let error) {
                guard sizing.shrink(by: 2) else { throw .answerTooLarge(error) }
            } catch .noEndpoint(let failures) {
                // Perhaps there is only too much of it for the time that a call has.
                let isSlow = failures.contains { $0.code == .deadlineExceeded }
                guard isUnderWay ? attempt < Self.attemptLimit : isSlow && attempt < Self.firstAttemptLimit
                else { throw .noEndpoint(failures) }
                if isSlow { _ = sizing.shrink(by: isUnderWay ? 2 : 8) }
                try Pacing.sleep(until: .now + wait, isCancelled: isCancelled)
                attempt += 1
                wait *= 2
            }
        }
    }
}
