internal import Dispatch
internal import Synchronization

/// The rest of a range, which one call brings in many messages. They are received on a thread of their own, at most two
/// ahead of the walk.
final class KeyStream: Sendable {
    enum Event: Sendable {
        case page(EtcdPage)
        /// Nothing comes after it. See ``EtcdClient/StreamEnd``.
        case end(EtcdClient.StreamEnd)
    }

    private let queue = Queue()

    /// Begins to receive.
    init(
        _ client: EtcdClient, _ request: RangeRequest, after header: ResponseHeader, keyCount: Int64,
        isCancelled: @escaping @Sendable () -> Bool
    ) {
        let queue = queue
        let isUnwanted: @Sendable () -> Bool = { isCancelled() || queue.isAbandoned.load(ordering: .relaxed) }
        DispatchQueue(label: "etcd stream").async {
            let end = Result { () throws(EtcdError) in
                try client.rangeStream(
                    request, after: header, keyCount: keyCount, isCancelled: isUnwanted
                ) { queue.put(.success(.page($0)), unless: isUnwanted) }
            }
            _ = queue.put(end.map { .end($0) }, unless: isUnwanted)
        }
    }

    deinit { queue.isAbandoned.store(true, ordering: .relaxed) }

    /// Waits for what comes next. Nothing comes behind an end or an error.
    func next(isCancelled: () -> Bool) throws(EtcdError) -> Event {
        guard let event = queue.take(unless: isCancelled) else { throw .cancelled }
        return try event.get()
    }

    private final class Queue: Sendable {
        let isAbandoned = Atomic(false)
        private let events = Mutex<[Result<Event, EtcdError>]>([])
        private let filled = DispatchSemaphore(value: 0)
        // A semaphore must not end with less than it began with.
        private let free = DispatchSemaphore(value: 0)

        init() { for _ in 0..<2 { free.signal() } }

        /// - Returns: Whether there was somebody to take it.
        func put(_ event: Result<Event, EtcdError>, unless isUnwanted: () -> Bool) -> Bool {
            while free.wait(timeout: .now() + .milliseconds(100)) == .timedOut { if isUnwanted() { return false } }
            events.withLock { $0.append(event) }
            filled.signal()
            return !isUnwanted()
        }

        func take(unless isCancelled: () -> Bool) -> Result<Event, EtcdError>? {
            while filled.wait(timeout: .now() + .milliseconds(100)) == .timedOut { if isCancelled() { return nil } }
            free.signal()
            return events.withLock { $0.removeFirst() }
        }
    }
}
