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

    /// The base64 of random bytes, of which the characters are those of an anchor: neither `+` nor `/`.
    private static func needle() -> MemoryNeedle {
        for seed: UInt64 in 8100... {
            let key = SecretBase64.encode(MemoryNeedle(seed: seed, count: 30).bytes)
            let isName = [UInt8(ascii: "+"), UInt8(ascii: "/")].allSatisfy { key.bytes.firstOffset(of: $0) == nil }
            if isName { return MemoryNeedle(copying: key.bytes) }
        }
        fatalError("no such bytes")
    }

    private static func read(_ before: String, _ needle: MemoryNeedle, _ after: String) throws {
        var text = SecretBuffer()
        text.append(before)
        text.append(needle.bytes)
        text.append(after)
        _ = try YAMLDocument(parsing: text.finish())
    }

    /// A key in the wrong place, as an anchor, an alias or a tag, lives in memory that is wiped.
    @Test(arguments: ["a: &", "a: !", "!", "- &", "a: !!", "{a: &", "a: *"])
    func namesOfNodesAreWiped(_ before: String) throws {
        let needle = Self.needle()
        // The flow mapping without an end, and the alias of no anchor, are errors.
        if ["{a: &", "a: *"].contains(before) {
            #expect(throws: YAMLError.self) { try Self.read(before, needle, " x\n") }
        } else {
            try Self.read(before, needle, " x\n")
        }
        #expect(try needle.occurrences() == 0)
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
