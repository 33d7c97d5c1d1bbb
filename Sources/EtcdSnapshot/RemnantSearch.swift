/// What looks like a stored object where etcd reads none.
public struct Remnant: Equatable, Sendable {
    public enum Kind: Hashable, Sendable, CaseIterable {
        /// `k8s\0`: an object in the clear, as protobuf.
        case protobuf
        /// `{`: an object in the clear, as JSON. Counted only where a record's value begins.
        case json
        /// `d9 d9 f7`: an object in the clear, as CBOR.
        case cbor
        /// `k8s:enc:`: a value that some provider wrote.
        case encrypted
    }

    public let kind: Kind
    /// Where it begins in the file.
    public let offset: Int
    /// How long the value was, if the length still stands before it. Less than that can be left.
    public let length: Int?
}

/// Searches a run of pages for the beginnings of stored objects.
public struct RemnantSearch: ~Escapable {
    private let bytes: RawSpan
    private let start: Int
    private let end: Int
    private var position: Int

    /// A search through `run` of `file`.
    @_lifetime(copy file)
    public init(_ run: PageRun, of file: SnapshotFile) {
        bytes = file.bytes
        (start, end, position) = (run.bytes.lowerBound, run.bytes.upperBound, run.bytes.lowerBound)
    }

    /// The next remnant, or nil at the end of the run.
    @_lifetime(self: copy self)
    public mutating func next() -> Remnant? {
        while position < end {
            let offset = position
            position += 1
            if let kind = kind(at: offset) {
                let length = announcedLength(before: offset)
                if length == nil, kind == .json || kind == .cbor { continue }
                return Remnant(kind: kind, offset: offset, length: length)
            }
        }
        return nil
    }
}

extension RemnantSearch {
    @inline(__always)
    private func kind(at offset: Int) -> Remnant.Kind? {
        switch bytes.uint8(offset) {
        case UInt8(ascii: "k"):
            if begins("k8s\0", at: offset) { return .protobuf }
            return begins("k8s:enc:", at: offset) ? .encrypted : nil
        case UInt8(ascii: "{"): return .json
        case 0xd9: return offset + 3 <= end && bytes.uint16(offset + 1) == 0xf7d9 ? .cbor : nil
        default: return nil
        }
    }

    private func begins(_ text: StaticString, at offset: Int) -> Bool {
        let length = text.utf8CodeUnitCount
        guard offset + length <= end else { return false }
        for index in 0..<length where unsafe bytes.uint8(offset + index) != text.utf8Start[index] { return false }
        return true
    }

    /// The length that field 5 of `mvccpb.KeyValue` has if its content begins at `offset`.
    private func announcedLength(before offset: Int) -> Int? {
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
