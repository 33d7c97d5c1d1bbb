/// A growing run of secret bytes, for input of unknown length and for output put together piece by piece.
///
/// An array would leave its old storage behind, unwiped, each time that it grows; this wipes it.
@safe public struct SecretBuffer: ~Copyable {
    @usableFromInline var storage: UnsafeMutableRawBufferPointer
    /// The number of bytes appended so far.
    @inlinable public var count: Int { filled }
    @usableFromInline var filled = 0

    /// An empty buffer with room for `capacity` bytes before it has to grow.
    public init(capacity: Int = 0) { unsafe storage = SecretStorage.reserve(capacity) }

    deinit { unsafe SecretStorage.release(storage) }

    /// The bytes so far.
    @inlinable public var bytes: RawSpan {
        @_lifetime(borrow self)
        borrowing get {
            let span = unsafe UnsafeRawBufferPointer(rebasing: storage[..<count]).bytes
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// Appends all of `bytes`, which must not be bytes of this buffer itself.
    public mutating func append(_ bytes: RawSpan) {
        reserve(bytes.byteCount)
        unsafe bytes.withUnsafeBytes { source in
            unsafe UnsafeMutableRawBufferPointer(rebasing: storage[count...]).copyMemory(from: source)
        }
        filled += bytes.byteCount
    }

    /// Appends one byte.
    public mutating func append(_ byte: UInt8) {
        reserve(1)
        unsafe storage[filled] = byte
        filled += 1
    }

    /// Appends the UTF-8 bytes of `text`, which is no secret itself.
    public mutating func append(_ text: String) {
        for byte in text.utf8 { append(byte) }
    }

    /// Appends what `body` writes into a space of `room` bytes.
    ///
    /// If `body` throws, its bytes are wiped before the error is thrown on, and the buffer is unchanged.
    @inlinable
    public mutating func append<Failure: Error>(
        upTo room: Int, _ body: (inout OutputRawSpan) throws(Failure) -> Void
    ) throws(Failure) {
        reserve(room)
        let space = unsafe UnsafeMutableRawBufferPointer(rebasing: storage[count..<count + room])
        var output = unsafe OutputRawSpan(buffer: space, initializedCount: 0)
        do {
            try body(&output)
        } catch {
            unsafe SecretStorage.wipe(space)
            throw error
        }
        filled += unsafe output.finalize(for: space)
    }

    /// Forgets and wipes everything appended after the first `length` bytes.
    public mutating func truncate(to length: Int) {
        precondition((0...count).contains(length), "a buffer cannot be cut to more than it holds")
        unsafe SecretStorage.wipe(UnsafeMutableRawBufferPointer(rebasing: storage[length..<count]))
        filled = length
    }

    /// Ends the buffer and hands over its bytes, where they are.
    public consuming func finish() -> SecretBytes {
        let (storage, count) = unsafe (storage, filled)
        discard self
        return unsafe SecretBytes(owning: storage, count: count)
    }

    @usableFromInline mutating func reserve(_ additional: Int) {
        let needed = count + additional
        guard unsafe needed > storage.count else { return }
        let larger = unsafe SecretStorage.reserve(max(needed, storage.count * 2, 64))
        unsafe larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[..<count]))
        unsafe SecretStorage.release(storage)
        unsafe storage = larger
    }
}
