internal import CYAML
internal import Glibc
internal import Synchronization

/// The allocator of libyaml, replaced by one that wipes.
///
/// libyaml copies the text through its read buffers into scalars, growing both, and frees all of it without wiping.
/// It allocates with four functions of its own (libyaml 0.2.5, src/api.c) that it exports and calls through the
/// dynamic linker. The functions of a program that exports them too are used first, so the four below allocate every
/// block of libyaml in the process. They are public because the linker exports nothing else in an optimized build.
enum LibYAMLMemory {
    /// Whether libyaml has ever asked for memory here. If not, the program was linked in a way that leaves its secrets
    /// in freed memory.
    static var isInstalled: Bool { allocated.load(ordering: .relaxed) > 0 }

    /// How many bytes have been wiped so far, all threads together.
    static var wipedByteCount: Int { wiped.load(ordering: .relaxed) }

    private static let allocated = Atomic<Int>(0)
    private static let wiped = Atomic<Int>(0)

    fileprivate static func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
        allocated.add(1, ordering: .relaxed)
        return unsafe malloc(max(size, 1))
    }

    fileprivate static func release(_ block: UnsafeMutableRawPointer?) {
        guard let block = unsafe block else { return }
        let size = unsafe malloc_usable_size(block)
        unsafe explicit_bzero(block, size)
        wiped.add(size, ordering: .relaxed)
        unsafe free(block)
    }
}

/// For libyaml alone.
@_cdecl("yaml_malloc")
public func yamlMalloc(_ size: Int) -> UnsafeMutableRawPointer? { unsafe LibYAMLMemory.allocate(size) }

/// For libyaml alone.
@_cdecl("yaml_realloc")
public func yamlRealloc(_ block: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer? {
    guard let larger = unsafe LibYAMLMemory.allocate(size) else { return nil }
    if let block = unsafe block {
        unsafe larger.copyMemory(from: block, byteCount: min(size, Int(malloc_usable_size(block))))
        unsafe LibYAMLMemory.release(block)
    }
    return unsafe larger
}

/// For libyaml alone.
@_cdecl("yaml_free")
public func yamlFree(_ block: UnsafeMutableRawPointer?) { unsafe LibYAMLMemory.release(block) }

/// For libyaml alone.
@_cdecl("yaml_strdup")
public func yamlStrdup(_ text: UnsafePointer<CChar>?) -> UnsafeMutablePointer<CChar>? {
    guard let text = unsafe text else { return nil }
    return unsafe strdup(text)
}
