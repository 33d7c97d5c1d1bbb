/// Bytes with exactly one owner, wiped when that owner lets them go.
///
/// Key material, plaintext and whole configuration files live here. The type cannot be copied, printed, interpolated
/// or put into an array; what needs several owners uses ``SecretKey``.
@safe public struct SecretBytes: ~Copyable, @unchecked Sendable {
    // Sendable because nothing writes to the storage between `init` and `deinit`.
    @usableFromInline let storage: UnsafeMutableRawBufferPointer

    /// The number of bytes. It can be smaller than what was reserved; the whole reserve is wiped.
    public internal(set) var count: Int

    /// Takes over `storage`, which came from ``SecretStorage``.
    @unsafe @usableFromInline init(owning storage: UnsafeMutableRawBufferPointer, count: Int) {
        unsafe self.storage = storage
        self.count = count
    }

    deinit { unsafe SecretStorage.release(storage) }

    /// No bytes.
    public init() { unsafe self.init(owning: SecretStorage.reserve(0), count: 0) }

    /// Copies `bytes`. The caller stays responsible for the original.
    public init(copying bytes: RawSpan) {
        self = SecretBytes.filling(capacity: bytes.byteCount) { $0.append(contentsOf: bytes) }
    }

    /// Reserves `capacity` bytes and lets `body` fill them from the front; what it wrote becomes the value.
    ///
    /// If `body` throws, what it wrote is wiped before the error leaves.
    @inlinable
    public static func filling<Failure: Error>(
        capacity: Int, _ body: (inout OutputRawSpan) throws(Failure) -> Void
    ) throws(Failure) -> SecretBytes {
        let storage = unsafe SecretStorage.reserve(capacity)
        var output = unsafe OutputRawSpan(buffer: storage, initializedCount: 0)
        do {
            try body(&output)
        } catch {
            unsafe SecretStorage.release(storage)
            throw error
        }
        let count = unsafe output.finalize(for: storage)
        return unsafe SecretBytes(owning: storage, count: count)
    }

    /// The bytes, lent for as long as this value lives.
    @inlinable public var bytes: RawSpan {
        @_lifetime(borrow self)
        borrowing get {
            unsafe _overrideLifetime(buffer.bytes, borrowing: self)
        }
    }

    /// The same bytes, for an owner that lends them itself.
    @unsafe @inlinable var buffer: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(rebasing: storage[..<count]) }

    /// Gives up the last `length` bytes. They stay in the reserve, and are wiped with it.
    public mutating func removeLast(_ length: Int) {
        precondition((0...count).contains(length), "a secret cannot lose more bytes than it has")
        count -= length
    }

    /// Whether both hold the same bytes. Takes the same time wherever they differ; a difference in length shows.
    public borrowing func isEqual(to other: borrowing SecretBytes) -> Bool {
        guard count == other.count else { return false }
        let (left, right) = (bytes, other.bytes)
        var difference: UInt8 = 0
        for offset in left.byteOffsets { difference |= left[offset] ^ right[offset] }
        return difference == 0
    }
}
