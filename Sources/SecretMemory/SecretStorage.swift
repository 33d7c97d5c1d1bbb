internal import Glibc

/// The one place that reserves and wipes memory for secrets.
@usableFromInline enum SecretStorage {
    /// Reserves `count` bytes of uninitialised memory.
    @usableFromInline static func reserve(_ count: Int) -> UnsafeMutableRawBufferPointer {
        // malloc() itself: `allocate(byteCount:alignment:)` costs several times as much, and aligns no better.
        guard let base = unsafe malloc(max(count, 1)) else { fatalError("out of memory") }
        return unsafe UnsafeMutableRawBufferPointer(start: base, count: count)
    }

    /// Wipes all of `storage` and gives it back.
    @usableFromInline static func release(_ storage: UnsafeMutableRawBufferPointer) {
        unsafe wipe(storage)
        unsafe free(storage.baseAddress)
    }

    /// Overwrites all of `space` with zeros. The optimiser may not remove it: explicit_bzero(3).
    @usableFromInline static func wipe(_ space: UnsafeMutableRawBufferPointer) {
        if let base = space.baseAddress { unsafe explicit_bzero(base, space.count) }
    }
}
