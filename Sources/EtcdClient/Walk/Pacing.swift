internal import Glibc

/// Waits, so that no more than so many bytes come in a second.
struct Pacing {
    private let bytesPerSecond: Int?
    private(set) var due = ContinuousClock.now

    init(bytesPerSecond: Int?) { self.bytesPerSecond = bytesPerSecond }

    /// Notes that so many bytes came.
    mutating func note(byteCount: Int) {
        guard let bytesPerSecond else { return }
        // What was not used in time is not made up for.
        due = max(due, .now) + .seconds(Double(byteCount) / Double(max(1, bytesPerSecond)))
    }

    /// Waits until more may come.
    func wait(isCancelled: () -> Bool) throws(EtcdError) {
        try Self.sleep(until: due, isCancelled: isCancelled)
    }

    /// Sleeps in short steps, so that the user can stop the program.
    static func sleep(until end: ContinuousClock.Instant, isCancelled: () -> Bool) throws(EtcdError) {
        while true {
            guard !isCancelled() else { throw .cancelled }
            let left = end - .now
            guard left > .zero else { return }
            usleep(useconds_t(min(left, .milliseconds(100)) / .microseconds(1)))
        }
    }
}
