import Testing

@testable import YAMLTree

/// libyaml really asks the allocator of this module, so that what it held is wiped.
@Suite struct LibYAMLMemoryTests {
    @Test func everythingThatLibyamlHeldIsWiped() throws {
        let before = LibYAMLMemory.wipedByteCount
        let text = "key: " + String(repeating: "secret", count: 10_000)
        _ = try YAMLDocument(text)
        // Both buffers, and the scalar in all its sizes.
        #expect(LibYAMLMemory.wipedByteCount - before > 16384 * 4 + text.utf8.count)
    }

    /// A block that grows keeps its bytes; each block is wiped in all its length.
    @Test func blocksAreWipedWhenTheyAreLetGo() throws {
        let block = try #require(yamlMalloc(4096))
        block.initializeMemory(as: UInt8.self, repeating: 0xa5, count: 4096)
        let larger = try #require(yamlRealloc(block, 8192))
        #expect(UnsafeRawBufferPointer(start: larger, count: 4096).allSatisfy { $0 == 0xa5 })
        let before = LibYAMLMemory.wipedByteCount
        yamlFree(larger)
        #expect(LibYAMLMemory.wipedByteCount - before >= 8192)
        yamlFree(nil)
    }
}
