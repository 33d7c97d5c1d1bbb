internal import SecretMemory

/// One record of a segment (etcd, server/storage/wal/walpb/record.proto).
struct WALRecord: Equatable {
    /// etcd, server/storage/wal/wal.go: MetadataType, EntryType, StateType, CrcType, SnapshotType.
    enum Kind: UInt64 {
        case metadata = 1
        case entry = 2
        case state = 3
        case checksum = 4
        case snapshot = 5
    }

    let kind: Kind
    /// The checksum of the content of all records up to and with this one.
    let checksum: UInt32
    /// Where its content is in the segment.
    let data: Range<Int>
}

/// Where something is in the log.
public struct LogPlace: Hashable, Sendable {
    /// The name of the segment.
    public let segment: String
    /// The offset in the segment.
    public let offset: Int
}

/// Reads the records of one segment, one after the other.
///
/// A frame is the length of its record in the lower 56 bits of eight bytes, little-endian, and the record, filled up to
/// a multiple of eight bytes. If it had to be filled up, the highest bit is set and three lower bits of that byte say
/// by how many (etcd, server/storage/wal/{encoder,decoder}.go).
struct SegmentReader: ~Escapable {
    enum Step: Equatable {
        case record(WALRecord, at: Int)
        /// The records end with the file, or with a length of 0: the segment is longer than what it holds.
        case end(at: Int)
        /// The frame reaches beyond the end of the file, or its record cannot be read.
        case damage(at: Int)
    }

    private static let lengthSize = 8
    private let bytes: RawSpan
    private(set) var offset: Int

    /// A reader at `offset`, where a frame begins.
    @_lifetime(copy bytes)
    init(_ bytes: RawSpan, at offset: Int = 0) { (self.bytes, self.offset) = (bytes, offset) }

    @_lifetime(self: copy self)
    mutating func next() -> Step {
        let start = offset
        guard bytes.byteCount - start >= Self.lengthSize else {
            return start == bytes.byteCount ? .end(at: start) : .damage(at: start)
        }
        let field = unsafe UInt64(
            littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self))
        guard field != 0 else { return .end(at: start) }
        let length = field & 0x00ff_ffff_ffff_ffff
        let padding = field >> 63 == 0 ? 0 : field >> 56 & 7
        let first = start + Self.lengthSize
        guard length + padding <= UInt64(bytes.byteCount - first) else { return .damage(at: start) }
        guard let record = record(in: first..<first + Int(length)) else { return .damage(at: start) }
        offset = first + Int(length + padding)
        return .record(record, at: start)
    }

    private func record(in range: Range<Int>) -> WALRecord? {
        var kind: WALRecord.Kind?
        var checksum: UInt32 = 0
        var data = range.upperBound..<range.upperBound
        do throws(MessageFault) {
            var reader = MessageReader(range, of: bytes)
            while let field = try reader.next() {
                switch field.number {
                case 1: kind = WALRecord.Kind(rawValue: try field.unsigned())
                case 2: checksum = UInt32(truncatingIfNeeded: try field.unsigned())
                case 3: data = try field.bytes()
                default: return nil
                }
            }
        } catch {
            return nil
        }
        return kind.map { WALRecord(kind: $0, checksum: checksum, data: data) }
    }

    /// Whether all bytes from `offset` on are 0.
    func isZero(from offset: Int) -> Bool {
        var offset = offset
        while offset + 8 <= bytes.byteCount {
            guard unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self) == 0 else { return false }
            offset += 8
        }
        while offset < bytes.byteCount {
            guard bytes[offset] == 0 else { return false }
            offset += 1
        }
        return true
    }
}
