internal import Glibc

/// The one place that reserves and wipes memory for secrets.
enum SecretStorage {
    /// Reserves `count` bytes of uninitialised memory.
    static func reserve(_ count: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
    }

    /// Wipes all of `storage` and gives it back.
    static func release(_ storage: UnsafeMutableRawBufferPointer) {
        // explicit_bzero(3): the optimiser may not remove it.
        if let base = storage.baseAddress { unsafe explicit_bzero(base, storage.count) }
        unsafe storage.deallocate()
    }
}
