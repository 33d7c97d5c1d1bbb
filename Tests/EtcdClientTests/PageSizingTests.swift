import Testing

@testable import EtcdClient

struct PageSizingTests {
    /// What the last page brought, and how many keys the next one asks for; at most 1000, for 10,000 bytes and 2 s.
    @Test(
        arguments: [
            // As many as bring the target, but never more than four times as many as before.
            (keys: 100, bytes: 5000, time: .zero, next: 200), (100, 20_000, .zero, 50), (100, 100, .zero, 400),
            (500, 500, .zero, 1000), (1, 1_000_000, .zero, 1), (3, 10_000, .zero, 3),
            // What took long does not grow; what took a while grows as far as there is time.
            (100, 100, .seconds(2), 100), (100, 100, .seconds(20), 100), (100, 100, .seconds(1), 200),
            (100, 20_000, .seconds(20), 50),
            // Nothing is learned from nothing.
            (0, 0, .zero, 10),
        ] as [(keys: Int, bytes: Int, time: Duration, next: Int)])
    func adapts(keys: Int, bytes: Int, time: Duration, next: Int) {
        var sizing = PageSizing(Self.settings, targetByteCount: 10_000, targetTime: .seconds(2))
        #expect(sizing.keyCount == 10)
        sizing.adapt(keyCount: keys, byteCount: bytes, time: time)
        #expect(sizing.keyCount == next)
    }

    @Test func shrinksDownToOne() {
        var sizing = PageSizing(Self.settings, targetByteCount: 10_000, targetTime: .seconds(2))
        var counts: [Int] = []
        while sizing.shrink(by: 2) { counts.append(sizing.keyCount) }
        #expect(counts == [5, 2, 1])
        sizing = PageSizing(Self.settings, targetByteCount: 10_000, targetTime: .seconds(2))
        #expect(sizing.shrink(by: 8) && sizing.keyCount == 1)
    }

    @Test(arguments: [(0, 1), (-5, 1), (Int.max, 1000)])
    func beginsWithinItsLimits(first: Int, keyCount: Int) {
        var settings = Self.settings
        settings.firstPageKeyCount = first
        #expect(PageSizing(settings, targetByteCount: 0, targetTime: .zero).keyCount == keyCount)
    }

    /// Where there is a limit, the first page is small, as nothing is known of the values.
    @Test(arguments: [(1000, 1), (64 << 10, 4), (10 << 20, 10)])
    func beginsSlowly(maxBytesPerSecond: Int, keyCount: Int) {
        var settings = Self.settings
        settings.maxBytesPerSecond = maxBytesPerSecond
        #expect(PageSizing(settings, targetByteCount: 10_000, targetTime: .zero).keyCount == keyCount)
    }

    private static var settings: WalkSettings {
        var settings = WalkSettings()
        settings.firstPageKeyCount = 10
        settings.largestPageKeyCount = 1000
        return settings
    }

    /// What came has to be waited for, and what was not used in time is not made up for.
    @Test func waitsForWhatCame() {
        let start = ContinuousClock.now
        var pacing = Pacing(bytesPerSecond: 1000)
        pacing.note(byteCount: 5000)
        #expect(pacing.due >= start + .seconds(5))
        let due = pacing.due
        pacing.note(byteCount: 500)
        #expect(pacing.due == due + .milliseconds(500))
        var unlimited = Pacing(bytesPerSecond: nil)
        unlimited.note(byteCount: .max)
        #expect(unlimited.due <= .now)
    }
}
