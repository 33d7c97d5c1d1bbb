import Glibc

/// What a thread has worked since it began to count. Unlike the time of a clock on the wall it does not grow while other
/// tests have the processor, so that a limit on it guards against work that grows with the square of its input.
public struct ProcessorTime {
    private let start = ProcessorTime.now

    public init() {}

    /// Seconds of this thread. Nothing in between may await, or the thread is another one.
    public var seconds: Double { Self.now - start }

    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
