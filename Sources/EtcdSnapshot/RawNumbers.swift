internal import CLinux

extension RawSpan {
    @inline(__always) func uint8(_ offset: Int) -> UInt8 { unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self) }

    // bbolt writes its structures as they lie in memory; every machine that etcd supports is little-endian.
    @inline(__always) func uint16(_ offset: Int) -> UInt16 {
        unsafe UInt16(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    @inline(__always) func uint32(_ offset: Int) -> UInt32 {
        unsafe UInt32(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    @inline(__always) func uint64(_ offset: Int) -> UInt64 {
        unsafe UInt64(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    // etcd itself writes big-endian, so that bytes sort as the numbers do.
    @inline(__always) func bigEndianUInt64(_ offset: Int) -> UInt64 { uint64(offset).byteSwapped }

    /// Asks the processor for the bytes around `offset`, which will be read soon.
    @inline(__always) func prefetch(_ offset: Int) {
        guard offset < byteCount else { return }
        unsafe withUnsafeBytes { bytes in
            if let start = bytes.baseAddress { unsafe encconf_prefetch(start + offset) }
        }
    }

    /// Whether the bytes of `left` are before those of `right` in the order of `bytes.Compare`.
    @inline(__always) func isAscending(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        let common = Swift.min(left.count, right.count)
        var offset = 0
        while offset + 8 <= common {
            let (one, other) = (bigEndianUInt64(left.lowerBound + offset), bigEndianUInt64(right.lowerBound + offset))
            if one != other { return one < other }
            offset += 8
        }
        while offset < common {
            let (one, other) = (uint8(left.lowerBound + offset), uint8(right.lowerBound + offset))
            if one != other { return one < other }
            offset += 1
        }
        return left.count < right.count
    }

    /// Whether the bytes in both ranges are the same.
    @inline(__always) func holdsEqual(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        guard left.count == right.count else { return false }
        var offset = 0
        while offset + 8 <= left.count {
            guard uint64(left.lowerBound + offset) == uint64(right.lowerBound + offset) else { return false }
            offset += 8
        }
        while offset < left.count {
            guard uint8(left.lowerBound + offset) == uint8(right.lowerBound + offset) else { return false }
            offset += 1
        }
        return true
    }
}
