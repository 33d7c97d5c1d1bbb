import CBORWire
import TestSupport
import Testing

struct CBORReaderTests {
    /// One item of each kind, and where its content is (RFC 8949, section 3 and appendix B).
    @Test(
        arguments: [
            ("00", .unsigned(0)), ("17", .unsigned(23)), ("1818", .unsigned(24)), ("1903e8", .unsigned(1000)),
            ("1a000f4240", .unsigned(1_000_000)), ("1bffffffffffffffff", .unsigned(.max)),
            ("20", .negative(0)), ("3863", .negative(99)), ("3903e7", .negative(999)),
            ("3a000f423f", .negative(999_999)),
            ("3bffffffffffffffff", .negative(.max)),
            ("40", .bytes(1..<1)), ("43010203", .bytes(1..<4)), ("5801ff", .bytes(2..<3)), ("590001ff", .bytes(3..<4)),
            ("5a00000001ff", .bytes(5..<6)), ("5b0000000000000001ff", .bytes(9..<10)),
            ("60", .text(1..<1)), ("6161", .text(1..<2)), ("780161", .text(2..<3)),
            ("7b000000000000000161", .text(9..<10)),
            ("5f", .chunkedBytes), ("7f", .chunkedText),
            ("80", .array(count: 0)), ("83", .array(count: 3)), ("9819", .array(count: 25)), ("9f", .array(count: nil)),
            ("9bffffffffffffffff", .array(count: .max)),
            ("a0", .map(count: 0)), ("b90100", .map(count: 256)), ("bf", .map(count: nil)),
            ("c0", .tag(0)), ("c5", .tag(5)), ("c6", .tag(6)), ("d4", .tag(20)), ("d5", .tag(21)), ("d7", .tag(23)),
            ("d818", .tag(24)), ("d9d9f7", .tag(55799)), ("da00010000", .tag(65536)),
            ("dbffffffffffffffff", .tag(.max)),
            ("f4", .bool(false)), ("f5", .bool(true)), ("f6", .null), ("f7", .undefined), ("ff", .breakCode),
            ("f93e00", .float(1.5)), ("fa47c35000", .float(100_000)), ("fb3ff199999999999a", .float(1.1)),
            ("f97c00", .float(.infinity)), ("f90001", .float(5.960464477539063e-8)),
        ] as [(String, CBORItem)])
    func reads(_ digits: String, _ item: CBORItem) throws {
        let bytes = hex(digits)
        var reader = CBORReader(bytes.span.bytes)
        #expect(try reader.next() == item)
        #expect(reader.isAtEnd && reader.position == bytes.count)
        // Within others, at another place.
        let longer = [0xf6] + bytes + [0xf6]
        var within = CBORReader(longer.span.bytes, in: 1..<bytes.count + 1)
        _ = try within.next()
        #expect(within.isAtEnd && within.position == bytes.count + 1)
    }

    @Test(arguments: [
        "", "18", "1903", "1a000f42", "1b00000000000000", "38", "41", "4301ff", "58", "5802ff", "5b7fffffffffffffff00",
        "5bffffffffffffffff", "61", "78", "7bffffffffffffffff", "98", "b901", "d8", "d9d9", "f9", "fa47c350", "fb3ff1",
    ])
    func saysWhatIsTruncated(_ digits: String) {
        let bytes = hex(digits)
        #expect(throws: CBORError.truncated) {
            var reader = CBORReader(bytes.span.bytes)
            _ = try reader.next()
        }
    }

    /// Reserved initial bytes, and simple values without a meaning.
    @Test(arguments: [
        "1c", "1d", "1e", "1f", "3c", "3f", "5c", "7d", "9e", "bc", "dc", "dd", "de", "df", "e0", "f3", "f814", "f8ff",
        "fc", "fd", "fe",
    ])
    func refuses(_ digits: String) {
        let bytes = hex(digits)
        #expect(throws: CBORError.malformed) {
            var reader = CBORReader(bytes.span.bytes)
            _ = try reader.next()
        }
    }

    @Test func staysWhereAnErrorIs() throws {
        let bytes = hex("01 1c")
        var reader = CBORReader(bytes.span.bytes)
        #expect(try reader.next() == .unsigned(1))
        for _ in 0..<2 {
            #expect(throws: CBORError.malformed) { _ = try reader.next() }
            #expect(reader.position == 1)
        }
    }

    /// The table of callbacks is one for all threads.
    @Test func readsInManyThreads() async {
        let bytes = hex("9f 01 42 0102 6161 f93e00 ff")
        await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var count = 0
                    for _ in 0..<2_000 {
                        var reader = CBORReader(bytes.span.bytes)
                        while (try? reader.next()) != nil { count += 1 }
                    }
                    return count
                }
            }
            for await count in group { #expect(count == 12_000) }
        }
    }
}
