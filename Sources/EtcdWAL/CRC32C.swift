/// CRC-32C (Castagnoli; RFC 3720, appendix B.4), as Go's hash/crc32 computes it. One value runs on through all records
/// of a write-ahead log.
package struct CRC32C: Equatable {
    /// The checksum of all bytes so far.
    package private(set) var value: UInt32

    /// A checksum that continues from `value`.
    package init(_ value: UInt32 = 0) { self.value = value }

    /// Adds `bytes`, eight at a time (Kounavis, Berry: "A Systematic Approach to Building High Performance
    /// Software-based CRC Generators", 2005).
    package mutating func add(_ bytes: RawSpan) {
        let tables = Self.tables.span
        var crc = ~value
        var offset = 0
        while offset + 8 <= bytes.byteCount {
            let word = unsafe UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
            let mixed = word ^ UInt64(crc)
            // Each index is a byte and the number of a table, below 8 * 256.
            var next: UInt32 = 0
            for table in 0..<8 {
                let byte = Int(truncatingIfNeeded: mixed >> (8 * UInt64(table)) & 0xff)
                next ^= unsafe tables[unchecked: (7 - table) * 256 + byte]
            }
            crc = next
            offset += 8
        }
        while offset < bytes.byteCount {
            let byte = unsafe bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
            crc = unsafe tables[unchecked: Int(UInt8(truncatingIfNeeded: crc) ^ byte)] ^ crc >> 8
            offset += 1
        }
        value = ~crc
    }

    /// The checksum of one byte, and of that byte followed by 1 to 7 zeros.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var crc = UInt32(byte)
            // The polynomial 0x1edc6f41 with its bits in reverse.
            for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0x82f6_3b78 }
            tables[byte] = crc
        }
        for index in 256..<8 * 256 {
            let shorter = tables[index - 256]
            tables[index] = tables[Int(shorter & 0xff)] ^ shorter >> 8
        }
        return tables
    }()
}
