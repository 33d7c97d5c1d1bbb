internal import SecretMemory

/// What the bytes of an etcd key say without being read as text.
extension RawSpan {
    /// The last position of `byte`.
    func lastOffset(of byte: UInt8) -> Int? {
        var offset = byteCount - 1
        while offset >= 0 {
            if self[offset] == byte { return offset }
            offset -= 1
        }
        return nil
    }

    /// Whether the last segment of an etcd key is `name`.
    func isNamed(_ name: StaticString) -> Bool {
        let length = name.utf8CodeUnitCount
        guard byteCount > length, self[byteCount - length - 1] == UInt8(ascii: "/") else { return false }
        for index in 0..<length where unsafe self[byteCount - length + index] != name.utf8Start[index] { return false }
        return true
    }

    /// The length of the part before the last slash of an etcd key. Nil if the part after it is empty or not ASCII,
    /// because then it matters for the validity of the key.
    var folderLengthOfPlainName: Int? {
        var (offset, bits) = (byteCount - 1, UInt8(0))
        while offset >= 0, self[offset] != UInt8(ascii: "/") {
            bits |= self[offset]
            offset -= 1
        }
        return offset >= 0 && offset < byteCount - 1 && bits < 0x80 ? offset : nil
    }
}
