internal import Dispatch
internal import Synchronization

/// Fetches the next page on another thread while the caller works on the present one. One page ahead, not more.
final class PageAhead: Sendable {
    private let source: Mutex<PageSource>
    private let outcome = Mutex<Result<EtcdPage?, EtcdError>?>(nil)
    private let isDone = DispatchSemaphore(value: 0)
    private let queue = DispatchQueue(label: "etcd pages")

    init(_ source: PageSource) { self.source = Mutex(source) }

    /// Begins to fetch a page. Each call wants one of ``finish()`` before the next.
    func begin() {
        queue.async { [self] in
            let result = Result { () throws(EtcdError) in
                try source.withLock { source throws(EtcdError) in try source.next() }
            }
            outcome.withLock { $0 = result }
            isDone.signal()
        }
    }

    /// Waits for the page.
    func finish() throws(EtcdError) -> EtcdPage? {
        isDone.wait()
        return try (outcome.withLock { $0.take() } ?? .success(nil)).get()
    }
}
