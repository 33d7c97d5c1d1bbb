/// One file of `member/wal` in the data directory of an etcd member. The library reads no files: its caller maps them.
public protocol WALSegment: AnyObject {
    /// The name of the file, without its folder.
    var name: String { get }
    /// All bytes of the file. They do not change as long as the object lives.
    var bytes: RawSpan { @_lifetime(borrow self) get }
}

/// The name of a segment: `%016x-%016x.wal` (etcd, server/storage/wal/util.go, walName).
struct SegmentName: Equatable {
    /// Segments count from 0, without a gap.
    let sequence: UInt64
    /// The index of the entry after the last that the segments before held.
    let index: UInt64

    /// Nil for every other name: `0.tmp`, `….wal.broken`. etcd passes over such files too.
    init?(_ name: String) {
        let parts = Array(name.utf8)
        guard parts.count == 16 + 1 + 16 + 4, parts[16] == UInt8(ascii: "-") else { return nil }
        guard parts[33...].elementsEqual(".wal".utf8) else { return nil }
        guard let sequence = Self.number(parts[..<16]), let index = Self.number(parts[17..<33]) else { return nil }
        (self.sequence, self.index) = (sequence, index)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var number: UInt64 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return number
    }
}
