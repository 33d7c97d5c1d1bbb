import SecretMemory
import TestSupport
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

    /// A key in the wrong place, as an anchor, an alias or a tag, lives in memory that is wiped.
    @Test(arguments: ["a: &", "a: !", "!", "- &", "a: !!", "{a: &"])
    func namesOfNodesAreWiped(_ before: String) throws {
        // A name of an anchor has neither of the two characters of base64 that are no letters.
        var seed: UInt64 = 8100
        var key = SecretBytes()
        while key.count == 0 || key.bytes.firstOffset(of: UInt8(ascii: "+")) != nil
            || key.bytes.firstOffset(of: UInt8(ascii: "/")) != nil
        {
            key = SecretBase64.encode(MemoryNeedle(seed: seed, count: 30).bytes)
            seed += 1
        }
        let needle = MemoryNeedle(copying: key.bytes)
        do {
            var text = SecretBuffer()
            text.append(before)
            text.append(needle.bytes)
            text.append(" x\n")
            // The flow mapping without an end, and the alias of no anchor, are errors.
            let document = try? YAMLDocument(parsing: text.finish())
            #expect((document != nil) == (before != "{a: &"))
        }
        var alias = SecretBuffer()
        alias.append("a: *")
        alias.append(needle.bytes)
        let source = alias.finish()
        #expect(throws: YAMLError.self) { _ = try YAMLDocument(parsing: SecretBytes(copying: source.bytes)) }
        // What the test itself still holds.
        let kept = source.count + key.count
        #expect(kept > 0)
        #expect(try needle.occurrences() == 2)
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
