import SecretMemory
import TestSupport
import Testing

/// What is left in the memory of the process when a secret is let go: nothing.
struct WipingTests {
    /// One way in which a secret comes and goes.
    struct Life: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Makes a secret of `repeats` needles and lets it go; answers how often the needle stood in memory meanwhile.
        let live: @Sendable (_ needle: MemoryNeedle, _ repeats: Int) throws -> Int

        init(_ description: String, _ live: @escaping @Sendable (MemoryNeedle, Int) throws -> Int) {
            testDescription = description
            self.live = live
        }
    }

    private struct Refusal: Error {
        /// How often the needle stood in memory when the writer gave up.
        let meanwhile: Int
    }

    private static let lives = [
        Life("copied") { needle, repeats in
            let secret = filled(with: needle, repeats)
            let copy = SecretBytes(copying: secret.bytes)
            let count = try needle.occurrences()
            return copy.isEqual(to: secret) ? count / 2 : -1
        },
        Life("handed on") { needle, repeats in
            func end(_ secret: consuming SecretBytes) throws -> Int { try needle.occurrences() }
            return try end(filled(with: needle, repeats))
        },
        Life("shortened") { needle, repeats in
            var secret = filled(with: needle, repeats)
            secret.removeLast(secret.count)
            #expect(secret.count == 0)
            return try needle.occurrences()
        },
        Life("not filled to the end") { needle, repeats in
            let secret = SecretBytes.filling(capacity: repeats * needle.bytes.byteCount * 2 + 1) { output in
                for _ in 0..<repeats { output.append(contentsOf: needle.bytes) }
            }
            #expect(secret.count == repeats * needle.bytes.byteCount)
            return try needle.occurrences()
        },
        Life("filling that throws") { needle, repeats in
            do throws(Refusal) {
                _ = try SecretBytes.filling(capacity: repeats * needle.bytes.byteCount) {
                    output throws(Refusal) in
                    try fillAndRefuse(&output, needle, repeats)
                }
                return -1
            } catch {
                let left = try needle.occurrences()
                #expect(left == 0)
                return error.meanwhile
            }
        },
        Life("a buffer that grew") { needle, repeats in
            var buffer = SecretBuffer()
            for _ in 0..<repeats { buffer.append(needle.bytes) }
            // The smaller storages before are gone already.
            return try needle.occurrences()
        },
        Life("a buffer that grew by single bytes") { needle, repeats in
            var buffer = SecretBuffer()
            for _ in 0..<repeats {
                for offset in needle.bytes.byteOffsets { buffer.append(needle.bytes[offset]) }
            }
            return try needle.occurrences()
        },
        Life("a buffer cut short") { needle, repeats in
            var buffer = SecretBuffer()
            buffer.append("kept")
            for _ in 0..<repeats { buffer.append(needle.bytes) }
            let meanwhile = try needle.occurrences()
            buffer.truncate(to: 4)
            #expect(try needle.occurrences() == 0)
            #expect(buffer.bytes.copiedToArray() == Array("kept".utf8))
            return meanwhile
        },
        Life("a buffer whose writer throws") { needle, repeats in
            var buffer = SecretBuffer()
            buffer.append("kept")
            do throws(Refusal) {
                try buffer.append(upTo: repeats * needle.bytes.byteCount) { output throws(Refusal) in
                    try fillAndRefuse(&output, needle, repeats)
                }
                return -1
            } catch {
                // While the buffer itself is still there.
                let left = try needle.occurrences()
                #expect(left == 0)
                #expect(buffer.bytes.copiedToArray() == Array("kept".utf8))
                return error.meanwhile
            }
        },
        Life("a finished buffer") { needle, repeats in
            var buffer = SecretBuffer(capacity: 1)
            for _ in 0..<repeats { buffer.append(needle.bytes) }
            let secret = buffer.finish()
            #expect(secret.count == repeats * needle.bytes.byteCount)
            return try needle.occurrences()
        },
        Life("a key with several owners") { needle, repeats in
            var owners = [SecretKey(filled(with: needle, repeats))]
            owners += owners + owners
            owners.removeFirst()
            let meanwhile = try needle.occurrences()
            owners.removeFirst()
            #expect(try needle.occurrences() == meanwhile)
            return try withExtendedLifetime(owners) { try needle.occurrences() }
        },
        Life("encoded in base64 and decoded") { needle, repeats in
            let text = SecretBase64.encode(filled(with: needle, repeats).bytes)
            #expect(try needle.occurrences() == 0)
            let secret = try SecretBase64.decode(text.bytes)
            #expect(secret.count == repeats * needle.bytes.byteCount)
            return try needle.occurrences()
        },
        Life("base64 that breaks off") { needle, repeats in
            let length = repeats * needle.bytes.byteCount / 3 * 4
            #expect(throws: Base64Error.illegalData(offset: length + 1)) {
                var text = SecretBuffer()
                text.append(SecretBase64.encode(filled(with: needle, repeats).bytes).bytes)
                text.append("A!")
                _ = try SecretBase64.decode(text.bytes)
            }
            return repeats
        },
    ]

    /// From less than a cache line to what malloc takes from the system page by page.
    @Test(arguments: lives, [1, 20, 5000]) func nothingIsLeft(of life: Life, repeats: Int) throws {
        let needle = MemoryNeedle(
            seed: life.testDescription.utf8.reduce(UInt64(repeats)) { $0 &* 257 &+ UInt64($1) })
        #expect(try life.live(needle, repeats) == repeats)
        #expect(try needle.occurrences() == 0)
    }

    /// The base64 text of a secret is as secret as the secret.
    @Test(arguments: [1, 20, 5000]) func nothingIsLeftOfBase64(repeats: Int) throws {
        let needle = MemoryNeedle(seed: UInt64(repeats))
        let encodedNeedle = MemoryNeedle(copying: SecretBase64.encode(needle.bytes).bytes)
        func live() throws -> Int {
            let text = SecretBase64.encode(Self.filled(with: needle, repeats).bytes)
            let count = try encodedNeedle.occurrences()
            return text.count == repeats * encodedNeedle.bytes.byteCount ? count : -1
        }
        #expect(try live() == repeats)
        #expect(try encodedNeedle.occurrences() == 0)
    }

    /// The search itself: what is not wiped is found, at the border of two windows too.
    @Test func whatIsKeptIsFound() throws {
        let needle = MemoryNeedle(seed: 0)
        let kept = needle.bytes.copiedToArray()
        let padding = [UInt8](repeating: 1, count: 1000)
        let many = (0..<4000).flatMap { _ in kept + padding }
        let found = try needle.occurrences()
        withExtendedLifetime((kept, many)) {}
        #expect(found >= 4001)
    }

    private static func fillAndRefuse(
        _ output: inout OutputRawSpan, _ needle: MemoryNeedle, _ repeats: Int
    ) throws(Refusal) {
        for _ in 0..<repeats { output.append(contentsOf: needle.bytes) }
        let found: Int
        do { found = try needle.occurrences() } catch { found = -1 }
        throw Refusal(meanwhile: found)
    }

    private static func filled(with needle: MemoryNeedle, _ repeats: Int) -> SecretBytes {
        SecretBytes.filling(capacity: repeats * needle.bytes.byteCount) { output in
            for _ in 0..<repeats { output.append(contentsOf: needle.bytes) }
        }
    }
}
