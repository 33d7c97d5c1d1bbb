internal import DurableFiles
internal import Glibc
internal import SecretMemory
internal import Synchronization

/// A line with the progress on standard error, only on a terminal.
public final class Progress: Sendable {
    private struct State {
        var total = 0
        var done = 0
        var started: Int64 = 0
        var shown: Int64 = 0
    }

    private let isShown: Bool
    private let name: String
    private let amount: @Sendable (Int) -> String
    private let state = Mutex(State())

    /// - Parameter amount: Says how much of what is counted a number is.
    public init(_ name: String, amount: @escaping @Sendable (Int) -> String = { "\($0) objects" }) {
        self.name = name
        self.amount = amount
        isShown = isatty(STDERR_FILENO) == 1 && !Environment.isDumbTerminal
    }

    public func start(total: Int) {
        state.withLock { $0 = State(total: total, done: 0, started: Self.milliseconds, shown: Self.milliseconds) }
    }

    public func advance(by count: Int) {
        guard isShown else { return }
        let line: String? = state.withLock { state in
            state.done += count
            let now = Self.milliseconds
            guard now - state.shown >= 200, state.total > 0 else { return nil }
            state.shown = now
            let seconds = Double(max(1, now - state.started)) / 1000
            let rate = Double(state.done) / seconds
            // Totals are claims of the source, and can be any number.
            let left = Int(min(Double(state.total - state.done) / max(rate, 1), 1e9))
            let percent = Int(Double(state.done) / Double(state.total) * 100)
            return "\r\(name): \(percent) %, \(amount(Int(rate)))/s, \(left) s left\u{1b}[K"
        }
        if let line { tell(line) }
    }

    public func finish() {
        let wasShown = state.withLock { $0.shown != $0.started }
        if isShown, wasShown { tell("\r\u{1b}[K") }
    }

    private func tell(_ text: String) {
        let bytes = Array(text.utf8)
        try? FileDescriptor.standardError.write(bytes.span.rawBytes)
    }

    private static var milliseconds: Int64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
