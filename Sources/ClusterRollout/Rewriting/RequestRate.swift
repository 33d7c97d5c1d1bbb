internal import KubernetesAPI
internal import Synchronization

/// Spreads requests evenly, so that no more than so many begin in a second.
final class RequestRate: Sendable {
    private let interval: Duration?
    private let next: Mutex<ContinuousClock.Instant>

    /// - Parameter perSecond: Nil for no limit.
    init(perSecond: Int?) {
        interval = perSecond.map { .nanoseconds(1_000_000_000 / max(1, $0)) }
        next = Mutex(ContinuousClock.now)
    }

    /// Waits for one's turn.
    ///
    /// - Returns: Whether to continue; false if cancelled.
    func wait(_ isCancelled: () -> Bool) -> Bool {
        guard let interval else { return !isCancelled() }
        let turn = next.withLock { next in
            // What was not used is not made up for.
            let turn = max(next, ContinuousClock.now)
            next = turn + interval
            return turn
        }
        return APIServer.pause(turn - ContinuousClock.now, isCancelled)
    }
}
