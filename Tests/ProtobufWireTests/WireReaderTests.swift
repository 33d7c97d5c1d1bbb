import TestSupport
import Testing

@testable import ProtobufWire

struct WireReaderTests {
    struct Good: Sendable {
        let bytes: String
        let fields: [WireField]

        init(_ bytes: String, _ fields: (Int, WireType, UInt64, Range<Int>)...) {
            self.bytes = bytes
            self.fields = fields.map { WireField(number: $0.0, type: $0.1, varint: $0.2, payload: $0.3) }
        }
    }

    @Test(arguments: [
        Good(""),
        Good("08 01", (1, .varint, 1, 1..<2)),
        Good("08 8001", (1, .varint, 128, 1..<3)),
        // Longer than need be is no fault, up to ten bytes.
        Good("08 80808080808080808000", (1, .varint, 0, 1..<11)),
        Good("08 ffffffffffffffffff01", (1, .varint, .max, 1..<11)),
        Good("8800 01", (1, .varint, 1, 2..<3)),
        Good("0a 02 6162", (1, .bytes, 2, 2..<4)),
        Good("0a 00 12 00", (1, .bytes, 0, 2..<2), (2, .bytes, 0, 4..<4)),
        Good("0d 01020304", (1, .fixed32, 0, 1..<5)),
        Good("09 0102030405060708", (1, .fixed64, 0, 1..<9)),
        Good("f8ffffff0f 01", (WireField.largestNumber, .varint, 1, 5..<6)),
        // Groups vanish, also nested ones, and one with a number that only a group may hold.
        Good("0b 0c 10 02", (2, .varint, 2, 3..<4)),
        Good("0b 13 0d01020304 14 0c 10 02", (2, .varint, 2, 10..<11)),
        Good("0b f8ffffff3f 01 0c"),
    ])
    func reads(_ good: Good) throws {
        #expect(try fields(of: hex(good.bytes)) == good.fields)
    }

    @Test(
        arguments: [
            ("80", .truncated), ("08", .truncated), ("08 80", .truncated),
            ("0a", .truncated), ("0a 01", .truncated), ("0a 03 6162", .truncated),
            ("0a ffffffffffffffffff01 00", .truncated), ("0a ffffffffffffffff7f 00", .truncated),
            ("0d 010203", .truncated), ("09 01020304050607", .truncated),
            ("0b", .truncated), ("0b 08 01", .truncated), ("0b 13 14", .truncated),
            ("08 ffffffffffffffffff02", .varintOverflow), ("08 80808080808080808080 00", .varintOverflow),
            ("80808080808080808002 00", .varintOverflow),
            ("00 00", .fieldNumber), ("02 00", .fieldNumber),
            ("8080808010 00", .fieldNumber), ("ffffffffffffffffff01 00", .fieldNumber),
            ("0b 8080808040 01 0c", .fieldNumber), ("0b 00 00 0c", .fieldNumber),
            ("0e 00", .reservedWireType), ("0f 00", .reservedWireType), ("0b 0e 0c", .reservedWireType),
            ("0c", .unmatchedEndGroup), ("0b 14", .unmatchedEndGroup), ("0b 13 0c 14", .unmatchedEndGroup),
        ] as [(String, WireError)])
    func refuses(_ bytes: String, _ error: WireError) {
        #expect(throws: error) { try fields(of: hex(bytes)) }
    }

    @Test func limitsTheDepthOfGroups() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array(repeating: 0x0b, count: depth) + Array(repeating: 0x0c, count: depth)
        }
        #expect(try fields(of: nested(WireReader.groupDepthLimit)).isEmpty)
        #expect(throws: WireError.groupDepth) { try fields(of: nested(WireReader.groupDepthLimit + 1)) }
        #expect(throws: WireError.groupDepth) { try fields(of: Array(repeating: 0x0b, count: 1 << 20)) }
    }

    /// Whatever the bytes, the reader ends, and every payload lies within them.
    @Test(arguments: 0..<64 as Range<UInt64>)
    func arbitraryBytesNeverTrap(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let bytes = random.bytes(Int.random(in: 0..<64, using: &random))
            for field in (try? fields(of: bytes)) ?? [] {
                #expect(field.payload.lowerBound > 0 && field.payload.upperBound <= bytes.count)
                #expect((1...WireField.largestNumber).contains(field.number))
            }
        }
    }

    private func fields(of bytes: [UInt8]) throws -> [WireField] {
        var reader = WireReader(bytes.span.bytes)
        var fields: [WireField] = []
        while let field = try reader.next() { fields.append(field) }
        return fields
    }
}
