internal import Dispatch
internal import Synchronization

/// An answer that the first caller requests once; callers in the meantime wait. After a transient error it is
/// requested again, after a pause and a limited number of times.
final class Answer<Value: Sendable>: Sendable {
    /// So long an error counts, in nanoseconds.
    private static var pause: UInt64 { 1_000_000_000 }
    /// So often it is asked for at most.
    private static var attemptLimit: Int { 4 }

    private struct State {
        var outcome: Result<Value, PluginError>?
        var attemptCount = 0
        /// When the last answer came, in nanoseconds.
        var time: UInt64 = 0

        var mayAskAgain: Bool {
            guard case .failure(let error) = outcome, attemptCount < attemptLimit else { return false }
            if case .refused = error { return false }
            return DispatchTime.now().uptimeNanoseconds - time >= pause
        }
    }

    private let state = Mutex(State())

    /// Whether there is an answer, and no request is in progress.
    var isDone: Bool { state.withLockIfAvailable { $0.outcome != nil } ?? false }

    func result(_ body: () throws(PluginError) -> Value) throws(PluginError) -> Value {
        try state.withLock { state throws(PluginError) in
            if let outcome = state.outcome, !state.mayAskAgain { return try outcome.get() }
            defer {
                state.attemptCount += 1
                state.time = DispatchTime.now().uptimeNanoseconds
            }
            do throws(PluginError) {
                let value = try body()
                state.outcome = .success(value)
                return value
            } catch {
                state.outcome = .failure(error)
                throw error
            }
        }
    }
}
