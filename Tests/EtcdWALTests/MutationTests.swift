import EtcdSnapshot
import TestSupport
import Testing

@testable import EtcdWAL

/// Damaged logs never trap, and none that lost anything is called complete.
struct MutationTests {
    private static let database = BoltBuilder.database(
        (2..<12).map { .record($0, "key-\($0 % 7)", "value") }, index: 12, term: 2,
        buckets: ["lease": [BoltBuilder.Element(key: big(UInt64(3)), value: field(1, 3))]])

    /// Two logs over several segments: that of an only voter, and that of one of three.
    private static let logs: [LogBuilder] = ([[7], [7, 8, 9]] as [[UInt64]]).map { voters in
        var random = SeededGenerator(seed: UInt64(voters.count))
        var log = LogBuilder()
        log.freeSpace = 64
        for (number, voter) in voters.enumerated() { log.change(UInt64(number + 1), voter) }
        for index in UInt64(voters.count + 1)..<60 {
            let key = "key-\(Int.random(in: 0..<9, using: &random))"
            let request: [UInt8]? =
                switch Int.random(in: 0..<12, using: &random) {
                case 0: nil
                case 1: Request.delete(key)
                case 2: Request.delete(key, to: "key-\(Int.random(in: 0..<9, using: &random))")
                case 3: Request.delete("key-6", to: "\0")
                case 4: Request.request(8, field(1, 100) + field(2, index % 5))
                case 5: Request.request(9, field(1, index % 5 == 3 ? 4 : index % 5))
                case 6: Request.put(key, "leased", lease: 3)
                case 7: Request.announcement
                case 8, 9: transaction(key, "of \(index)")
                default: Request.put(key, String(repeating: "\(index) ", count: Int.random(in: 0..<40, using: &random)))
                }
            log.entry(index, request)
            if index % 3 == 0 { log.state(commit: index) }
            if index % 20 == 0 { log.snapshot(index, voters: voters) }
            if index % 17 == 0 { log.cut() }
        }
        log.state(commit: 59)
        return log
    }

    private static func transaction(_ key: String, _ value: String) -> [UInt8] {
        let comparison = field(1, field(1, 1) + field(2, 2) + field(3, Array(key.utf8)) + field(6, 13))
        let nested = field(4, field(2, field(2, Request.putBody("\(key)/nested", value))))
        return Request.request(
            6,
            comparison + field(2, field(2, Request.putBody(key, value))) + field(2, nested)
                + field(3, field(3, field(1, Array(key.utf8)))) + field(3, field(1, field(1, Array(key.utf8)))))
    }

    @Test func isCompleteUnharmed() throws {
        for log in Self.logs {
            let reading = try MemberReading(database: Self.database, log: log.segments)
            #expect(reading.log.gaps == [] && log.files.count > 3)
            #expect(reading.history.count > 20)
            #expect(reading.history.contains { $0.change.lease != 0 } && reading.history.contains { $0.key.count > 9 })
        }
    }

    @Test(arguments: 0..<32 as Range<UInt64>)
    func damageIsNeverComplete(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let log = Self.logs[Int(seed % 2)]
        let whole = try MemberReading(database: Self.database, log: log.segments)
        for _ in 0..<150 {
            var files = log.files
            files[files.count - 1].bytes += Array(repeating: 0, count: log.freeSpace)
            for _ in 0..<Int.random(in: 1...2, using: &random) { Self.mutate(&files, &random) }
            let reading = try MemberReading(
                database: Self.database, log: files.map { LogSegment($0.name, $0.bytes) })
            if reading.log.isComplete {
                #expect(reading.live == whole.live && reading.log.revision == whole.log.revision)
                #expect(reading.history.map(\.change.revision) == whole.history.map(\.change.revision))
            }
            #expect(reading.log.counts.total >= reading.log.counts.live && reading.log.counts.superseded >= 0)
        }
    }

    /// Every bit of a short log, each by itself.
    @Test func noBitIsLostOnTheWay() throws {
        var log = LogBuilder()
        log.freeSpace = 16
        log.change(1, 7)
        log.state(term: 1, commit: 1)
        log.entry(2, term: 1, Request.put("a", "one"))
        log.state(term: 1, commit: 2)
        log.cut()
        log.entry(3, term: 2, nil)
        log.entry(4, term: 2, Request.put("b", "two"))
        log.state(term: 2, commit: 4)
        log.snapshot(4)
        let database = BoltBuilder.database([], index: 0, voters: [])
        let whole = try MemberReading(database: database, log: log.segments)
        #expect(whole.log.isComplete && whole.live.count == 2)
        for number in log.files.indices {
            let bytes = log.files[number].bytes + Array(repeating: 0, count: number == 1 ? log.freeSpace : 0)
            for bit in 0..<8 * bytes.count {
                var damaged = bytes
                damaged[bit / 8] ^= 1 << UInt8(bit % 8)
                var segments = log.segments
                segments[number] = LogSegment(log.files[number].name, damaged)
                let reading = try MemberReading(database: database, log: segments)
                if reading.log.isComplete, reading.live != whole.live {
                    Issue.record("bit \(bit) of segment \(number): \(reading.live)")
                }
            }
        }
    }

    /// Wherever the last segment ends.
    @Test func noCutIsComplete() throws {
        for log in Self.logs {
            let whole = try MemberReading(database: Self.database, log: log.segments)
            let (name, bytes) = log.files[log.files.count - 1]
            for count in 0..<bytes.count {
                let cut = log.segments.dropLast() + [LogSegment(name, Array(bytes.prefix(count)))]
                #expect(try !MemberReading(database: Self.database, log: Array(cut)).log.isComplete)
            }
            for count in 0...log.freeSpace {
                let cut = log.segments.dropLast() + [LogSegment(name, bytes + Array(repeating: 0, count: count))]
                let reading = try MemberReading(database: Self.database, log: Array(cut))
                #expect(reading.log.isComplete == (count >= 8) && reading.live == whole.live)
            }
            for number in log.segments.indices {
                var segments = log.segments
                segments.remove(at: number)
                // The first one holds only what the database has.
                let reading = try MemberReading(database: Self.database, log: segments)
                #expect(!reading.log.isComplete || number == 0 && reading.live == whole.live)
            }
        }
    }

    /// Whatever an entry holds, it is read or refused.
    @Test(arguments: 0..<16 as Range<UInt64>)
    func arbitraryRequestsNeverTrap(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<60 {
            var log = LogBuilder()
            log.change(1, 7)
            for index in 2..<12 as Range<UInt64> {
                var request =
                    [
                        Self.transaction("key-1", "x"), Request.put("a", "b", lease: 3), Request.delete("a", to: "b"),
                        Request.request(10, field(1, 1)), Request.request(8, field(1, 5) + field(2, 6)),
                    ].randomElement(using: &random) ?? []
                for _ in 0..<Int.random(in: 0...2, using: &random) {
                    let offset = Int.random(in: 0..<request.count, using: &random)
                    request[offset] = UInt8.random(in: .min ... .max, using: &random)
                }
                log.entry(index, Bool.random(using: &random) ? request : random.bytes(20))
            }
            let database = BoltBuilder.database([.record(2, "a", "x")], index: 1)
            _ = try MemberReading(database: database, log: log.segments)
        }
    }

    private static func mutate(_ files: inout [(name: String, bytes: [UInt8])], _ random: inout SeededGenerator) {
        let file = Int.random(in: 0..<files.count, using: &random)
        guard !files[file].bytes.isEmpty else { return }
        let offset = Int.random(in: 0..<files[file].bytes.count, using: &random)
        switch Int.random(in: 0..<9, using: &random) {
        case 0...2: files[file].bytes[offset] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 3: files[file].bytes[offset] = [0, 1, 2, 3, 5, 0x7f, 0x80, 0xff].randomElement(using: &random) ?? 0
        case 4: files[file].bytes.removeLast(files[file].bytes.count - offset)
        case 5: files[file].bytes.remove(at: offset)
        case 6: files[file].bytes.insert(UInt8.random(in: .min ... .max, using: &random), at: offset)
        case 7:
            let other = Int.random(in: 0..<files.count, using: &random)
            let bytes = files[file].bytes
            files[file].bytes = files[other].bytes
            files[other].bytes = bytes
        default:
            // A frame's worth of bytes goes, or becomes 0.
            let start = offset / 8 * 8
            let end = min(start + 8 * Int.random(in: 1...8, using: &random), files[file].bytes.count)
            if Bool.random(using: &random) {
                files[file].bytes.removeSubrange(start..<end)
            } else {
                files[file].bytes.replaceSubrange(start..<end, with: repeatElement(0, count: end - start))
            }
        }
    }
}
