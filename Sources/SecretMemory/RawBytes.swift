internal import Glibc

extension Span<UInt8> {
    /// The same bytes as a `RawSpan`. (`Span.bytes` is unsafe for elements with padding, which bytes have not.)
    @inlinable public var rawBytes: RawSpan {
        @_lifetime(copy self)
        get { unsafe bytes }
    }
}

extension RawSpan {
    /// The byte at `offset`; an offset outside the span traps.
    @inlinable public subscript(offset: Int) -> UInt8 { unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self) }

    /// Whether the two spans hold the same bytes. Stops at the first difference: not for secrets.
    @inlinable public func elementsEqual(_ other: borrowing RawSpan) -> Bool {
        byteCount == other.byteCount && starts(with: other)
    }

    /// Whether the span begins with `prefix`. Stops at the first difference: not for secrets.
    @inlinable public func starts(with prefix: borrowing RawSpan) -> Bool {
        guard byteCount >= prefix.byteCount else { return false }
        var offset = 0
        while offset + 8 <= prefix.byteCount {
            let (word, other) = unsafe (
                unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self),
                prefix.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self)
            )
            guard word == other else { return false }
            offset += 8
        }
        while offset < prefix.byteCount {
            guard self[offset] == prefix[offset] else { return false }
            offset += 1
        }
        return true
    }

    /// Whether the span contains `part`. The time depends on both.
    public func contains(_ part: RawSpan) -> Bool {
        unsafe withUnsafeBytes { bytes in
            unsafe part.withUnsafeBytes { part in
                guard let base = bytes.baseAddress, let wanted = part.baseAddress, part.count <= bytes.count else {
                    return unsafe part.isEmpty
                }
                for start in 0...bytes.count - part.count {
                    if unsafe memcmp(base + start, wanted, part.count) == 0 { return true }
                }
                return false
            }
        }
    }

    /// The first offset of `byte`, from `offset` on.
    @inlinable public func firstOffset(of byte: UInt8, from offset: Int = 0) -> Int? {
        var offset = offset
        while offset < byteCount {
            if self[offset] == byte { return offset }
            offset += 1
        }
        return nil
    }

    /// A copy of the bytes in an array. Not for secrets: an array is not wiped.
    public func copiedToArray() -> [UInt8] { unsafe withUnsafeBytes { unsafe Array($0) } }
}

extension OutputRawSpan {
    /// Appends all of `bytes`; too little room traps.
    @inlinable @_lifetime(self: copy self)
    public mutating func append(contentsOf bytes: RawSpan) {
        unsafe withUnsafeMutableBytes { buffer, initializedCount in
            // The copy itself is checked in debug builds only.
            precondition(bytes.byteCount <= buffer.count - initializedCount, "no room for the bytes")
            unsafe bytes.withUnsafeBytes { source in
                unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[initializedCount...]).copyMemory(from: source)
            }
            initializedCount += bytes.byteCount
        }
    }
}

extension UInt8 {
    /// The value of the byte as a hexadecimal digit in ASCII; nil for any other byte.
    @inlinable public var hexadecimalValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
