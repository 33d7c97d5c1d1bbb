internal import CCBOR
internal import SecretMemory

/// Reads the items of CBOR in the order in which they stand, without copying any.
///
/// Each item is decoded by libcbor, where it is: `cbor_stream_decode` allocates nothing and keeps no state. What belongs
/// into what, and what a tag means, is the caller's affair.
public struct CBORReader: ~Escapable {
    private let bytes: RawSpan
    /// Where the next item begins.
    public private(set) var position: Int
    private let end: Int

    /// A reader of `range` within `bytes`, or of all of them. The ranges of items are those of `bytes`.
    @_lifetime(copy bytes)
    public init(_ bytes: RawSpan, in range: Range<Int>? = nil) {
        self.bytes = bytes
        position = range?.lowerBound ?? 0
        end = range?.upperBound ?? bytes.byteCount
    }

    public var isAtEnd: Bool { position == end }

    /// Reads the next item.
    ///
    /// - Throws: ``CBORError``, also at the end; the reader is then where it was.
    @_lifetime(self: copy self)
    public mutating func next() throws(CBORError) -> CBORItem {
        guard position < end else { throw .truncated }
        if let tag = unassignedTag {
            position += 1
            return .tag(tag)
        }
        var head: Head?
        let rest = bytes.extracting(position..<end)
        let result = unsafe rest.withUnsafeBytes { rest in
            unsafe withUnsafeMutablePointer(to: &head) { head in
                unsafe cbor_stream_decode(
                    rest.baseAddress?.assumingMemoryBound(to: UInt8.self), rest.count, callbacks, head)
            }
        }
        if result.status == CBOR_DECODER_NEDATA { throw .truncated }
        guard result.status == CBOR_DECODER_FINISHED, let head, (1...end - position).contains(result.read) else {
            throw .malformed
        }
        position += result.read
        return switch head {
        case .item(let item): item
        case .bytes(let count): .bytes(position - count..<position)
        case .text(let count): .text(position - count..<position)
        }
    }

    /// A tag from 6 to 20, which libcbor before 0.11 takes for an error. The initial byte is all of it.
    private var unassignedTag: UInt64? {
        let byte = bytes[position]
        return (0xc6...0xd4).contains(byte) ? UInt64(byte - 0xc0) : nil
    }
}

/// What libcbor calls back with. Of a string the length is enough: its content ends where the item ends.
private enum Head {
    case item(CBORItem)
    case bytes(Int)
    case text(Int)
}

/// Each item calls one of these, once. Lengths are `size_t` in libcbor 0.8, which Swift imports with a sign, and `uint64_t`
/// later. The table is never freed, so that all threads can read it.
nonisolated(unsafe) private let callbacks: UnsafePointer<cbor_callbacks> = {
    let callbacks = UnsafeMutablePointer<cbor_callbacks>.allocate(capacity: 1)
    unsafe callbacks.initialize(
        to: cbor_callbacks(
            uint8: { unsafe found(.item(.unsigned(UInt64($1))), $0) },
            uint16: { unsafe found(.item(.unsigned(UInt64($1))), $0) },
            uint32: { unsafe found(.item(.unsigned(UInt64($1))), $0) },
            uint64: { unsafe found(.item(.unsigned($1)), $0) },
            negint64: { unsafe found(.item(.negative($1)), $0) },
            negint32: { unsafe found(.item(.negative(UInt64($1))), $0) },
            negint16: { unsafe found(.item(.negative(UInt64($1))), $0) },
            negint8: { unsafe found(.item(.negative(UInt64($1))), $0) },
            byte_string_start: { unsafe found(.item(.chunkedBytes), $0) },
            byte_string: { unsafe found(.bytes(Int($2)), $0) },
            string: { unsafe found(.text(Int($2)), $0) },
            string_start: { unsafe found(.item(.chunkedText), $0) },
            indef_array_start: { unsafe found(.item(.array(count: nil)), $0) },
            array_start: { unsafe found(.item(.array(count: UInt64(truncatingIfNeeded: $1))), $0) },
            indef_map_start: { unsafe found(.item(.map(count: nil)), $0) },
            map_start: { unsafe found(.item(.map(count: UInt64(truncatingIfNeeded: $1))), $0) },
            tag: { unsafe found(.item(.tag($1)), $0) },
            float2: { unsafe found(.item(.float(Double($1))), $0) },
            float4: { unsafe found(.item(.float(Double($1))), $0) },
            float8: { unsafe found(.item(.float($1)), $0) },
            undefined: { unsafe found(.item(.undefined), $0) },
            null: { unsafe found(.item(.null), $0) },
            boolean: { unsafe found(.item(.bool($1)), $0) },
            indef_break: { unsafe found(.item(.breakCode), $0) }))
    return unsafe UnsafePointer(callbacks)
}()

private func found(_ head: Head, _ context: UnsafeMutableRawPointer?) {
    unsafe context?.assumingMemoryBound(to: Head?.self).pointee = head
}
