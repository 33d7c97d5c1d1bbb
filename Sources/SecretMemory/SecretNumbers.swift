/// A table of numbers whose places or values tell of secrets: wiped when it is freed.
@safe public struct SecretNumbers: ~Copyable {
    private let storage: UnsafeMutableRawBufferPointer
    private let count: Int

    /// A table of `count` zeros.
    public init(count: Int) {
        unsafe storage = SecretStorage.reserve(count * Self.size)
        unsafe SecretStorage.wipe(storage)
        self.count = count
    }

    deinit { unsafe SecretStorage.release(storage) }

    /// The number at a place; one outside the table traps.
    public subscript(place: Int) -> UInt32 {
        get {
            precondition(place >= 0 && place < count, "no such place")
            return unsafe storage.load(fromByteOffset: place * Self.size, as: UInt32.self)
        }
        set {
            precondition(place >= 0 && place < count, "no such place")
            unsafe storage.storeBytes(of: newValue, toByteOffset: place * Self.size, as: UInt32.self)
        }
    }

    private static var size: Int { MemoryLayout<UInt32>.stride }
}
