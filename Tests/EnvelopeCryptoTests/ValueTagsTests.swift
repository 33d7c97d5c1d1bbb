import SecretMemory
import TestSupport
import Testing

@testable import EnvelopeCrypto

struct ValueTagsTests {
    private func tag(_ tags: ValueTags, _ text: String) throws -> String {
        let bytes = Array(text.utf8)
        return try tags.tag(of: bytes.span.bytes)
    }

    /// Computed with the `hmac` module of Python.
    @Test func isAnHMAC() throws {
        let tags = ValueTags(key: SecretKey(SecretBytes(copying: ([UInt8](0..<32)).span.bytes)))
        #expect(try tag(tags, "hunter2") == "8629d712da366318")
        #expect(try tag(tags, "") == "d38b42096d80f45f")
    }

    @Test func isEqualForEqualValuesOfARun() throws {
        #expect(try tag(.ofRun(), "yes") == tag(.ofRun(), "yes"))
        #expect(try tag(.ofRun(), "yes") != tag(.ofRun(), "no"))
    }

    /// A hash that anyone can compute would show the value.
    @Test func dependsOnTheRun() throws {
        let other = ValueTags(key: SecretKey(try RandomBytes.make(32)))
        #expect(try tag(.ofRun(), "yes") != tag(other, "yes"))
        let zeros = ValueTags(key: SecretKey(SecretBytes(copying: [UInt8](repeating: 0, count: 32).span.bytes)))
        #expect(try tag(.ofRun(), "yes") != tag(zeros, "yes"))
        let bytes = Array("yes".utf8)
        let hash = Digest.hexadecimal(try Digest.sha256(bytes.span.bytes))
        #expect(try !hash.hasPrefix(tag(.ofRun(), "yes")))
    }
}
