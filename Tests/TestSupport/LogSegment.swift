import EtcdWAL

/// A segment that a test holds in memory.
package final class LogSegment: WALSegment, @unchecked Sendable {
    // Sendable because nothing writes to the memory once it is filled.
    package let name: String
    private let storage: UnsafeMutableRawBufferPointer

    package init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        storage = .allocate(byteCount: bytes.count, alignment: 8)
        storage.copyBytes(from: bytes)
    }

    deinit { storage.deallocate() }

    package var bytes: RawSpan {
        @_lifetime(borrow self)
        get { _overrideLifetime(storage.bytes, borrowing: self) }
    }
}
