/// SipHash-1-3 (Aumasson, Bernstein: "SipHash: a fast short-input PRF", 2012) of bytes where they stand.
///
/// The same function as in the standard library's `Hasher`, which is not made for one run of bytes and takes twice as
/// long. The seed is new for each value, so that no writer can choose keys that collide.
package struct KeyHash: Sendable {
    private let seed: (UInt64, UInt64)

    /// A hash with a seed from the system.
    package init() { self.init(seed: (.random(in: .min ... .max), .random(in: .min ... .max))) }

    init(seed: (UInt64, UInt64)) { self.seed = seed }

    /// The hash of all of `bytes`.
    package func callAsFunction(_ bytes: RawSpan) -> UInt64 { self(0..<bytes.byteCount, of: bytes) }

    /// The hash of the bytes in `range`.
    @inline(__always)
    package func callAsFunction(_ range: Range<Int>, of bytes: RawSpan) -> UInt64 {
        var state = State(seed)
        var offset = range.lowerBound
        while offset + 8 <= range.upperBound {
            state.take(bytes.uint64(offset))
            offset += 8
        }
        var last = UInt64(truncatingIfNeeded: range.count) << 56
        var shift: UInt64 = 0
        while offset < range.upperBound {
            last |= UInt64(bytes.uint8(offset)) << shift
            shift += 8
            offset += 1
        }
        state.take(last)
        return state.finish()
    }
}

private struct State {
    private var v0, v1, v2, v3: UInt64

    @inline(__always)
    init(_ seed: (UInt64, UInt64)) {
        v0 = seed.0 ^ 0x736f_6d65_7073_6575
        v1 = seed.1 ^ 0x646f_7261_6e64_6f6d
        v2 = seed.0 ^ 0x6c79_6765_6e65_7261
        v3 = seed.1 ^ 0x7465_6462_7974_6573
    }

    @inline(__always)
    mutating func take(_ word: UInt64) {
        v3 ^= word
        round()
        v0 ^= word
    }

    @inline(__always)
    mutating func finish() -> UInt64 {
        v2 ^= 0xff
        round()
        round()
        round()
        return v0 ^ v1 ^ v2 ^ v3
    }

    @inline(__always)
    private mutating func round() {
        v0 &+= v1
        v1 = v1 << 13 | v1 >> 51
        v1 ^= v0
        v0 = v0 << 32 | v0 >> 32
        v2 &+= v3
        v3 = v3 << 16 | v3 >> 48
        v3 ^= v2
        v0 &+= v3
        v3 = v3 << 21 | v3 >> 43
        v3 ^= v0
        v2 &+= v1
        v1 = v1 << 17 | v1 >> 47
        v1 ^= v2
        v2 = v2 << 32 | v2 >> 32
    }
}
