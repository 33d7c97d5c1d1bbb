internal import Glibc

extension RawSpan {
    /// Negative, 0 or positive, as the bytes are before, equal to or after those of `other` (Go's bytes.Compare).
    func compare(_ other: RawSpan) -> Int {
        let common = Swift.min(byteCount, other.byteCount)
        let order = unsafe withUnsafeBytes { one in
            unsafe other.withUnsafeBytes { another in
                guard let one = one.baseAddress, let another = another.baseAddress else { return Int32(0) }
                return unsafe memcmp(one, another, common)
            }
        }
        return order != 0 ? Int(order) : byteCount - other.byteCount
    }
}
