import EtcdWAL

/// A segment that a test holds in memory.
final class Segment: WALSegment, @unchecked Sendable {
    // Sendable because nothing writes to the memory once it is filled.
    let name: String
    private let storage: UnsafeMutableRawBufferPointer

    init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        storage = .allocate(byteCount: bytes.count, alignment: 8)
        storage.copyBytes(from: bytes)
    }

    deinit { storage.deallocate() }

    var bytes: RawSpan {
        @_lifetime(borrow self)
        get { _overrideLifetime(storage.bytes, borrowing: self) }
    }
}
