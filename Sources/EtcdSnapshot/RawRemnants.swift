extension RemnantValue.Kind {
    /// What a value is that begins at `offset` and of which no more than what is before `end` is there.
    init(at offset: Int, end: Int, in bytes: RawSpan) {
        func begins(_ text: StaticString) -> Bool {
            let length = text.utf8CodeUnitCount
            guard offset + length <= end else { return false }
            for index in 0..<length where unsafe bytes.uint8(offset + index) != text.utf8Start[index] { return false }
            return true
        }
        if begins("k8s:enc:") {
            self = .encrypted
        } else if begins("k8s\0") {
            self = .protobuf
        } else if begins("{") {
            self = .json
        } else if offset + 3 <= end, bytes.uint8(offset) == 0xd9, bytes.uint16(offset + 1) == 0xf7d9 {
            self = .cbor
        } else {
            self = .other
        }
    }
}

/// Bytes of which no page says what they are: the middle of a large value whose first page was used again, and the
/// records that followed it.
extension RemnantScan {
    /// Finds the records and values in `range`, and books what is left.
    @_lifetime(self: copy self)
    mutating func search(raw range: Range<Int>, _ onValue: (RemnantValue) -> Void) {
        // No record begins in zeros, but it may begin and end with some.
        let area = withoutZeros(range)
        // Everything before this has been booked.
        var booked = range.lowerBound
        var offset = area.lowerBound
        while offset < area.upperBound, let next = candidate(in: offset..<area.upperBound) {
            let found =
                bytes.uint8(next) == UInt8(ascii: "_")
                ? record(separatedAt: next, in: booked..<range.upperBound)
                : value(at: next, in: booked..<range.upperBound)
            guard let found else {
                offset = next + 1
                continue
            }
            classify(booked..<found.start)
            let value = found.value.lowerBound..<min(found.value.upperBound, range.upperBound)
            let end = min(found.end, range.upperBound)
            ledger.structure += end - found.start - value.count
            book(value: value, length: found.value.count, key: found.key, revision: found.revision, onValue)
            (booked, offset) = (end, end)
        }
        classify(booked..<range.upperBound)
    }

    /// The first byte that can be the beginning of a value, or the separator within a revision.
    @inline(__always)
    private func candidate(in range: Range<Int>) -> Int? {
        var offset = range.lowerBound
        while offset + 8 <= range.upperBound {
            let word = bytes.uint64(offset)
            let found = word.marks(of: "_") | word.marks(of: "k") | word.marks(of: "{") | word.marks(of: 0xd9)
            guard found == 0 else { return offset + found.trailingZeroBitCount / 8 }
            offset += 8
        }
        while offset < range.upperBound {
            switch bytes.uint8(offset) {
            case UInt8(ascii: "_"), UInt8(ascii: "k"), UInt8(ascii: "{"), 0xd9: return offset
            default: offset += 1
            }
        }
        return nil
    }

    private func withoutZeros(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start + 8 <= end, bytes.uint64(start) == 0 { start += 8 }
        while start < end, bytes.uint8(start) == 0 { start += 1 }
        while start + 8 <= end, bytes.uint64(end - 8) == 0 { end -= 8 }
        while start < end, bytes.uint8(end - 1) == 0 { end -= 1 }
        return start..<end
    }
}

/// A record, or its value, that was found without its page. Both can end after the bytes that are left.
private struct RawRemnant {
    let start: Int
    let value: Range<Int>
    let end: Int
    var key: Range<Int>?
    var revision: Int64?
}

extension RemnantScan {
    /// The record whose key, a revision, has its separator at `offset`. It begins within `area`.
    ///
    /// The number in the value has to be that of the key, and a tombstone's key the one of no later revision than 2^48:
    /// nine bytes at least that have to agree.
    private func record(separatedAt offset: Int, in area: Range<Int>) -> RawRemnant? {
        let start = offset - 8
        var message = start + StoredRevision.revisionLength
        guard start >= area.lowerBound, message + 2 <= area.upperBound,
            let revision = StoredRevision.revision(at: start..<message, in: bytes),
            revision.main > 0, revision.main < 1 << 48, revision.sub < 1 << 32
        else { return nil }
        let isTombstone = bytes.uint8(message) == UInt8(ascii: "t")
        if isTombstone { message += 1 }
        guard let found = KeyValueMessage(beginningOf: message..<area.upperBound, of: bytes), !found.key.isEmpty else {
            return nil
        }
        if isTombstone {
            // A tombstone holds the key and nothing else.
            return RawRemnant(
                start: start, value: found.key.upperBound..<found.key.upperBound, end: found.key.upperBound)
        }
        guard found.modRevision == revision.main, found.version > 0, found.createRevision > 0,
            found.createRevision <= revision.main
        else { return nil }
        return RawRemnant(
            start: start, value: found.value, end: max(found.end, found.value.upperBound), key: found.key,
            revision: revision.main)
    }

    /// The value that begins at `offset`, if the length of field 5 of `mvccpb.KeyValue` is before it, and all of it
    /// is within `area`.
    ///
    /// The beginnings of JSON and CBOR are short: in ciphertext they come about by chance, so the rest has to look like
    /// what it is said to be.
    @_lifetime(self: copy self)
    private mutating func value(at offset: Int, in area: Range<Int>) -> RawRemnant? {
        let kind = RemnantValue.Kind(at: offset, end: area.upperBound, in: bytes)
        guard kind != .other, let length = announcedLength(before: offset, from: area.lowerBound),
            length > 0, length <= area.upperBound - offset
        else { return nil }
        let range = offset..<offset + length
        switch kind {
        case .json: guard isObject(range) else { return nil }
        // A map follows the mark (RFC 8949, major type 5).
        case .cbor: guard length > 3, bytes.uint8(offset + 3) >> 5 == 5, !isRandom(range) else { return nil }
        case .protobuf, .encrypted, .other: break
        }
        return RawRemnant(start: offset, value: range, end: range.upperBound)
    }

    /// Whether bytes look like an object of JSON: `{`, a name or the end, no control characters, and `}` at the end,
    /// perhaps before the end of the line.
    @_lifetime(self: copy self)
    private mutating func isObject(_ range: Range<Int>) -> Bool {
        guard range.count > 1 else { return false }
        let second = bytes.uint8(range.lowerBound + 1)
        guard second == UInt8(ascii: "\"") || second == UInt8(ascii: "}") else { return false }
        let last = bytes.uint8(range.upperBound - 1)
        let end = last == UInt8(ascii: "\n") ? bytes.uint8(range.upperBound - 2) : last
        guard end == UInt8(ascii: "}") else { return false }
        if range.count >= Randomness.shortest { return !isRandom(range) }
        return range.dropLast().allSatisfy { bytes.uint8($0) >= 0x20 }
    }

    @_lifetime(self: copy self)
    private mutating func isRandom(_ range: Range<Int>) -> Bool {
        // Some blocks of a longer run are enough.
        randomness.isRandom(range.prefix(4096), of: bytes)
    }

    /// The length that field 5 of `mvccpb.KeyValue` has if its content begins at `offset`.
    private func announcedLength(before offset: Int, from start: Int) -> Int? {
        // Five bytes hold every length that a value can have.
        var length = 0
        for size in 1...5 {
            guard offset - size - 1 >= start else { return nil }
            let byte = bytes.uint8(offset - size)
            // The last byte alone lacks the mark that more follow.
            guard (byte & 0x80 == 0) == (size == 1) else { return nil }
            length = length << 7 | Int(byte & 0x7f)
            guard bytes.uint8(offset - size - 1) != 0x2a else { return length }
        }
        return nil
    }
}

extension RemnantScan {
    /// So many bytes are judged at once.
    private static var blockLength: Int { 512 }

    /// Books bytes that nothing explains by what they look like.
    mutating func classify(_ all: Range<Int>) {
        let range = withoutZeros(all)
        ledger.zero += all.count - range.count
        var start = range.lowerBound
        while start < range.upperBound {
            // The last block takes what would be less than a block.
            let isLast = range.upperBound - start < 2 * Self.blockLength
            let end = isLast ? range.upperBound : start + Self.blockLength
            classify(block: start..<end, within: range)
            start = end
        }
    }

    private mutating func classify(block: Range<Int>, within range: Range<Int>) {
        if withoutZeros(block).isEmpty {
            ledger.zero += block.count
        } else if randomness.isRandom(block, of: bytes) {
            ledger.likelyCiphertext += block.count
        } else if KubernetesFragments.isFound(
            in: block.lowerBound..<min(block.upperBound + KubernetesFragments.longest, range.upperBound), of: bytes)
        {
            ledger.fragments += block.count
        } else {
            ledger.likelyPlaintext += block.count
        }
    }
}

extension UInt64 {
    /// The highest bit of each byte that is equal to `byte`. Only the lowest of these bits is certain
    /// (Mycroft; Warren: "Hacker's Delight", 6-1).
    @inline(__always)
    fileprivate func marks(of byte: UInt8) -> UInt64 {
        let difference = self ^ UInt64(byte) &* 0x0101_0101_0101_0101
        return (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080
    }

    @inline(__always)
    fileprivate func marks(of character: Unicode.Scalar) -> UInt64 { marks(of: UInt8(ascii: character)) }
}
