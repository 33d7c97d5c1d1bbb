internal import CYAML
internal import Glibc
internal import Synchronization

/// The allocator of libyaml, replaced by one that wipes.
///
/// libyaml copies the text through its read buffers into scalars, growing both as it goes, and frees all of it as it
/// is. It allocates through four functions of its own (libyaml 0.2.5, src/api.c) that it exports and calls through the
/// dynamic linker. A program that defines them too is asked first, so these four serve every block of libyaml in the
/// process. A test proves it: `LibYAMLMemoryTests`.
enum LibYAMLMemory {
    /// How many bytes have been wiped so far, all threads together. Tells tests that libyaml really ends up here.
    static var wipedByteCount: Int { wiped.load(ordering: .relaxed) }

    private static let wiped = Atomic<Int>(0)

    fileprivate static func allocate(_ size: Int) -> UnsafeMutableRawPointer? { unsafe malloc(max(size, 1)) }

    fileprivate static func release(_ block: UnsafeMutableRawPointer?) {
        guard let block = unsafe block else { return }
        let size = unsafe malloc_usable_size(block)
        unsafe explicit_bzero(block, size)
        wiped.add(size, ordering: .relaxed)
        unsafe free(block)
    }
}

@_cdecl("yaml_malloc")
func yamlMalloc(_ size: Int) -> UnsafeMutableRawPointer? { unsafe LibYAMLMemory.allocate(size) }

@_cdecl("yaml_realloc")
func yamlRealloc(_ block: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer? {
    guard let larger = unsafe LibYAMLMemory.allocate(size) else { return nil }
    if let block = unsafe block {
        unsafe larger.copyMemory(from: block, byteCount: min(size, Int(malloc_usable_size(block))))
        unsafe LibYAMLMemory.release(block)
    }
    return unsafe larger
}

@_cdecl("yaml_free")
func yamlFree(_ block: UnsafeMutableRawPointer?) { unsafe LibYAMLMemory.release(block) }

@_cdecl("yaml_strdup")
func yamlStrdup(_ text: UnsafePointer<CChar>?) -> UnsafeMutablePointer<CChar>? {
    guard let text = unsafe text else { return nil }
    return unsafe strdup(text)
}
