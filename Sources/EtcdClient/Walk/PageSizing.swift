/// How many keys the next page asks for. etcd knows no limit in bytes.
struct PageSizing: Equatable {
    /// A page has at most so many times the keys of the one before: values that follow can be larger.
    static let growth = 4.0

    private let largestKeyCount: Int
    private let targetByteCount: Int
    private let targetTime: Duration
    private(set) var keyCount: Int

    /// - Parameter targetTime: What a page shall take at most; one that takes so long is not followed by a larger one.
    init(_ settings: WalkSettings, targetByteCount: Int, targetTime: Duration) {
        largestKeyCount = max(1, settings.largestPageKeyCount)
        self.targetByteCount = max(1, targetByteCount)
        self.targetTime = targetTime
        keyCount = min(max(1, settings.firstPageKeyCount), largestKeyCount)
    }

    /// Adapts to what the last page brought: so many keys in so many bytes, and how long that took.
    mutating func adapt(keyCount count: Int, byteCount: Int, time: Duration) {
        guard count > 0, byteCount > 0 else { return }
        let wanted = Double(targetByteCount) / Double(byteCount)
        let affordable = targetTime / max(time, .microseconds(1))
        let factor = min(wanted, max(1, min(affordable, Self.growth)))
        keyCount = max(1, Int(min(Double(count) * factor, Double(largestKeyCount))))
    }

    /// Asks for half as many; answers whether that is possible.
    mutating func halve() -> Bool {
        guard keyCount > 1 else { return false }
        keyCount /= 2
        return true
    }
}
