/// Separates bytes that look random from others by how often each byte, and each half of a byte, is among them (Pearson's
/// chi-square).
///
/// Of 2,000,000 blocks of random bytes each, 3 of 64 bytes were taken for plaintext, and none of 80 to 1023 bytes. No
/// block of JSON, YAML, base64, hexadecimal digits, Chinese text or protobuf was taken for random (RandomnessTests). What
/// is random or compressed within plaintext looks random: so did 7 of 3,349 blocks of the objects of a recorded cluster,
/// all of them random data of Secrets, and 97 of 100 blocks of 512 bytes of zlib's output.
struct Randomness {
    /// Shorter runs are not distinguished: they count as plaintext.
    static let shortest = 64
    /// 255 degrees of freedom: mean 255, standard deviation 22.6. Eight of those above the mean.
    private static let byteLimit = 255 + 8 * 22.6
    /// 15 degrees of freedom: mean 15. One in 10^9 is larger.
    private static let halfLimit = 75.0

    /// How often each byte is there, and each upper and lower half. Kept, so that no block needs memory.
    private var counts = [UInt32](repeating: 0, count: 256)
    private var halves = [UInt32](repeating: 0, count: 32)

    /// Whether the bytes in `range` look random.
    mutating func isRandom(_ range: Range<Int>, of bytes: RawSpan) -> Bool {
        guard range.count >= Self.shortest else { return false }
        count(range, of: bytes)
        guard chiSquare(counts.span, total: range.count) < Self.byteLimit else { return false }
        countHalves()
        let halves = halves.span
        return chiSquare(halves.extracting(first: 16), total: range.count) < Self.halfLimit
            && chiSquare(halves.extracting(last: 16), total: range.count) < Self.halfLimit
    }

    /// Whether the bytes in `range` could be a value that some provider encrypted: random for the most part. A value of
    /// a KMS provider holds names too, which may be half of it.
    mutating func isMostlyRandom(_ range: Range<Int>, of bytes: RawSpan) -> Bool {
        guard range.count >= Self.shortest else { return true }
        count(range, of: bytes)
        // How much the square of the frequencies exceeds that of random bytes: 3 for base64, 10 and more for text; 0.8
        // if half of the bytes are base64.
        let excess = (chiSquare(counts.span, total: range.count) - 255) / Double(range.count)
        return excess < max(1.5, (Self.byteLimit - 255) / Double(range.count))
    }

    private mutating func count(_ range: Range<Int>, of bytes: RawSpan) {
        var counts = counts.mutableSpan
        for index in 0..<256 { counts[index] = 0 }
        for offset in range {
            // A byte is below 256.
            unsafe counts[unchecked: Int(bytes.uint8(offset))] &+= 1
        }
    }

    private mutating func countHalves() {
        // A copy of the reference: the two are changed by turns.
        let all = counts
        let counts = all.span
        var halves = halves.mutableSpan
        for index in 0..<32 { halves[index] = 0 }
        for byte in 0..<256 {
            halves[byte >> 4] &+= counts[byte]
            halves[16 + (byte & 15)] &+= counts[byte]
        }
    }

    private func chiSquare(_ counts: Span<UInt32>, total: Int) -> Double {
        var squares: UInt64 = 0
        for index in counts.indices { squares &+= UInt64(counts[index]) &* UInt64(counts[index]) }
        return Double(squares) * Double(counts.count) / Double(total) - Double(total)
    }
}
