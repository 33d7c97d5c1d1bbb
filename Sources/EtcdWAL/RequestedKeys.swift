internal import SecretMemory

/// The keys that a request names: one, or all from one on, or all between two (etcd, api/etcdserverpb/rpc.proto).
struct RequestedKeys: Equatable {
    /// Where the first key is in the segment.
    private(set) var first = 0..<0
    /// The range of the end key, which is excluded; empty without one.
    private(set) var end = 0..<0
    private(set) var extent = Extent.one

    enum Extent {
        case one
        /// All keys from the first on: the request says so with an end of one byte 0 (mkGteRange).
        case open
        case range
    }

    mutating func read(first range: Range<Int>) { first = range }

    mutating func read(end range: Range<Int>, of bytes: RawSpan) throws(RequestFault) {
        // No etcd writes an end without bytes, and readers differ about what it means.
        guard !range.isEmpty else { throw .unforeseeable }
        end = range
        extent = range.count == 1 && bytes[range.lowerBound] == 0 ? .open : .range
    }

    /// etcd accepts no request with an empty key.
    func check() throws(RequestFault) {
        guard !first.isEmpty else { throw .unforeseeable }
    }
}
