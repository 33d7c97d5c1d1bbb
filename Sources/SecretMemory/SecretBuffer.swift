internal import Glibc

/// A growing run of secret bytes, for input of unknown length and for output put together piece by piece.
///
/// An array would leave its old storage behind, unwiped, each time that it grows; this wipes it.
@safe public struct SecretBuffer: ~Copyable {
    private var storage: UnsafeMutableRawBufferPointer
    /// The number of bytes appended so far.
    public private(set) var count = 0

    /// An empty buffer with room for `capacity` bytes before it has to grow.
    public init(capacity: Int = 0) { unsafe storage = SecretStorage.reserve(capacity) }

    deinit { unsafe SecretStorage.release(storage) }

    /// The bytes so far.
    public var bytes: RawSpan {
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
        count += bytes.byteCount
    }

    /// Appends one byte.
    public mutating func append(_ byte: UInt8) {
        reserve(1)
        unsafe storage[count] = byte
        count += 1
    }

    /// Appends the UTF-8 bytes of `text`, which is no secret itself.
    public mutating func append(_ text: String) {
        for byte in text.utf8 { append(byte) }
    }

    /// Appends up to `room` bytes that `body` writes into the space it is given; `body` answers how many.
    public mutating func append<Failure: Error>(
        upTo room: Int, _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
    ) throws(Failure) -> Int {
        reserve(room)
        let written = try unsafe body(UnsafeMutableRawBufferPointer(rebasing: storage[count..<count + room]))
        precondition((0...room).contains(written), "wrote outside the space it was given")
        count += written
        return written
    }

    /// Forgets and wipes everything appended after the first `length` bytes.
    public mutating func truncate(to length: Int) {
        precondition((0...count).contains(length), "a buffer cannot be cut to more than it holds")
        let tail = unsafe UnsafeMutableRawBufferPointer(rebasing: storage[length..<count])
        if let base = tail.baseAddress { unsafe explicit_bzero(base, tail.count) }
        count = length
    }

    /// Ends the buffer and hands over its bytes.
    public consuming func finish() -> SecretBytes { SecretBytes(copying: bytes) }

    private mutating func reserve(_ additional: Int) {
        let needed = count + additional
        guard unsafe needed > storage.count else { return }
        let larger = unsafe SecretStorage.reserve(max(needed, storage.count * 2, 64))
        unsafe larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[..<count]))
        unsafe SecretStorage.release(storage)
        unsafe storage = larger
    }
}
