internal import SecretMemory

/// The nonces of AES-GCM values. Two equal ones under one key break that key.
///
/// Of each value 8 bytes are kept: a hash of key and nonce. Different nonces have different hashes with high
/// probability, for 2^32 values and more; a finding is only made after the nonces themselves have been compared.
public struct NonceLog: Sendable {
    private var hashes: [UInt64] = []

    public init() {}

    /// - Parameter key: The identity of the key.
    mutating func add(_ nonce: RawSpan, key: UInt64) { hashes.append(Self.hash(nonce, key: key)) }

    static func hash(_ nonce: RawSpan, key: UInt64) -> UInt64 {
        // The twelve bytes of a nonce as two words that overlap; what is shorter is no nonce, and byte by byte is enough.
        guard nonce.byteCount >= 12 else {
            return nonce.byteOffsets.reduce(key) { mix($0, UInt64(nonce[$1])) }
        }
        return mix(mix(key, nonce.word(at: 0)), nonce.word(at: 4))
    }

    /// Both halves of a product, so that every bit of both numbers changes about half of the bits of the result.
    private static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word ^ 0x9e37_79b9_7f4a_7c15).multipliedFullWidth(by: 0xd6e8_feb8_6659_fd93)
        return product.high ^ product.low
    }

    /// Adds those of another thread.
    public mutating func add(_ other: NonceLog) { hashes += other.hashes }

    /// The hashes that stand here more than once.
    public func repeated() -> Set<UInt64> {
        // Sorting them all would cost more than all else that is done with them. Of two equal ones both fall into one
        // of sixteen places for each, and so do few others.
        var (seen, shared) = (BitTable(placesFor: hashes.count), BitTable(placesFor: hashes.count))
        for hash in hashes where !seen.insert(hash) { _ = shared.insert(hash) }
        let candidates = hashes.filter { shared.contains($0) }.sorted()
        var repeated: Set<UInt64> = []
        for (first, second) in zip(candidates, candidates.dropFirst()) where first == second { repeated.insert(first) }
        return repeated
    }
}

/// A bit for each remainder of a hash.
private struct BitTable {
    private var words: [UInt64]
    private let mask: UInt64

    init(placesFor count: Int) {
        let wordCount = max(1, (count / 4).nextPowerOfTwo)
        words = Array(repeating: 0, count: wordCount)
        mask = UInt64(wordCount - 1)
    }

    func contains(_ hash: UInt64) -> Bool { words[Int(hash >> 6 & mask)] & (1 << (hash & 63)) != 0 }

    /// Whether the bit was not set yet.
    mutating func insert(_ hash: UInt64) -> Bool {
        defer { words[Int(hash >> 6 & mask)] |= 1 << (hash & 63) }
        return !contains(hash)
    }
}

extension Int {
    fileprivate var nextPowerOfTwo: Int { 1 << (Int.bitWidth - Swift.max(0, self - 1).leadingZeroBitCount) }
}

extension RawSpan {
    /// Eight bytes from `offset` on, in the order of this machine.
    fileprivate func word(at offset: Int) -> UInt64 {
        unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }
}
