internal import SecretMemory

/// The etcd keys from one on and before another, in the order of their bytes.
public struct KeyRange: Equatable, Sendable {
    /// The first key that the range can hold: one byte or more, since no etcd key is empty.
    public let start: [UInt8]
    /// The first key behind the range. Nil if every key from ``start`` on belongs to it.
    public let end: [UInt8]?

    /// - Parameters:
    ///   - start: If it is empty, the range begins with the first key of all.
    ///   - end: Must be after `start`.
    public init(from start: [UInt8], before end: [UInt8]? = nil) {
        self.init(start: start.isEmpty ? [0] : start, end: end)
        // etcd has other meanings for an end that is empty or a zero byte.
        if let end { precondition(self.start.lexicographicallyPrecedes(end), "a range that ends before it begins") }
    }

    private init(start: [UInt8], end: [UInt8]?) { (self.start, self.end) = (start, end) }

    /// All keys that begin with `prefix`; all that exist if it is empty.
    ///
    /// The end is the prefix with its last byte counted up, trailing bytes of 0xff left out
    /// (etcd, client/v3/op.go, `getPrefix`).
    public init(prefix: [UInt8]) {
        var end = prefix
        while end.last == 0xff { end.removeLast() }
        guard let last = end.popLast() else {
            self.init(from: prefix)
            return
        }
        self.init(from: prefix, before: end + [last + 1])
    }

    /// One key.
    public init(key: [UInt8]) { self.init(from: key, before: key + [0]) }

    /// Whether no more than ``start`` can be in it. Such a range is asked for without an end, as kube-apiserver and
    /// etcdctl ask: kine takes an end for a prefix before v0.16.3, and etcd's roles
    /// may permit one key alone.
    var isOneKey: Bool { end.map { $0.last == 0 && $0.dropLast() == start[...] } == true }

    public static let everything = KeyRange(from: [])

    /// All keys that begin with a slash, as those of every kube-apiserver do (k8s.io/apiserver,
    /// pkg/storage/etcd3/store.go, `New`). kine answers nothing to ``everything``, or an end that it takes for a prefix; this
    /// range means the same to all its versions.
    static let paths = KeyRange(prefix: [UInt8(ascii: "/")])

    /// The part of the range behind `key`; an empty one, which starts at its end, if `key` is the last that fits.
    func rest(after key: RawSpan) -> KeyRange { KeyRange(start: key.copiedToArray() + [0], end: end) }

    func contains(_ key: RawSpan) -> Bool {
        guard !key.precedes(start.span.rawBytes) else { return false }
        guard let end else { return true }
        return key.precedes(end.span.rawBytes)
    }
}

extension RawSpan {
    /// Whether the bytes are before those of `other` in the order of etcd keys. Not for secrets.
    func precedes(_ other: RawSpan) -> Bool {
        for offset in 0..<Swift.min(byteCount, other.byteCount) where self[offset] != other[offset] {
            return self[offset] < other[offset]
        }
        return byteCount < other.byteCount
    }
}
