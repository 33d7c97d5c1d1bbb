/// How many keys the next page asks for. etcd knows no limit in bytes.
struct PageSizing: Equatable {
    /// A page has at most so many times the keys of the one before: values that follow can be larger.
    static let growth = 4.0

    /// What a value is taken to be, before any came, if there is a limit to the bytes in a second.
    private static let assumedByteCount = 16 << 10

    private let largestKeyCount: Int
    private let targetByteCount: Int
    private let targetTime: Duration
    private(set) var keyCount: Int

    /// - Parameter targetTime: The maximum time of a page; after a page that takes longer, the size is not increased.
    init(_ settings: WalkSettings, targetByteCount: Int, targetTime: Duration) {
        largestKeyCount = max(1, settings.largestPageKeyCount)
        self.targetByteCount = max(1, targetByteCount)
        self.targetTime = targetTime
        keyCount = min(max(1, settings.firstPageKeyCount), largestKeyCount)
        // The size of the values of the first page is unknown; a Secret has at most 1 MiB, most have a few KiB.
        if let rate = settings.maxBytesPerSecond { keyCount = min(keyCount, max(1, rate / Self.assumedByteCount)) }
    }

    /// Adapts to what the last page brought: so many keys in so many bytes, and how long that took.
    mutating func adapt(keyCount count: Int, byteCount: Int, time: Duration) {
        guard count > 0, byteCount > 0 else { return }
        let wanted = Double(targetByteCount) / Double(byteCount)
        let affordable = targetTime / max(time, .microseconds(1))
        let factor = min(wanted, max(1, min(affordable, Self.growth)))
        keyCount = max(1, Int(min(Double(count) * factor, Double(largestKeyCount))))
    }

    /// Asks for a part of as many; answers whether that is possible.
    mutating func shrink(by divisor: Int) -> Bool {
        guard keyCount > 1 else { return false }
        keyCount = max(1, keyCount / divisor)
        return true
    }
}
