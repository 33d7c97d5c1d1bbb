import ConfigurationLint
import EncryptionConfig
import SecretMemory
import Testing

/// Where a `#` is a comment.
struct SuppressionCommentsTests {
    private func codes(_ text: String) -> Set<String> {
        SuppressionComments.codes(in: SecretBytes(copying: Array(text.utf8).span.rawBytes))
    }

    @Test(arguments: [
        "# encconf: ignore ENC0202", "a: b # encconf: ignore ENC0202 since", "a: # encconf: ignore ENC0202\n  b",
        "a: 'x' # encconf: ignore ENC0202", "a: |\n  x\n# encconf: ignore ENC0202\nb: c",
        "a: b\n---\n# encconf: ignore ENC0202\n", "a: b\r\n# encconf: ignore ENC0202\r\nc: d",
    ])
    func comments(_ text: String) { #expect(codes(text) == ["ENC0202"]) }

    @Test(arguments: [
        "a: '# encconf: ignore ENC0202'", "a: \"x # encconf: ignore ENC0202\"", "'# encconf: ignore ENC0202': b",
        "a: |\n  # encconf: ignore ENC0202\n", "a: >-\n  x\n  # encconf: ignore ENC0202\nb: c",
        "a: 'x\n  # encconf: ignore ENC0202'", "a: b#\u{a0}# encconf: ignore ENC0202",
        "{\"a\": \"# encconf: ignore ENC0202\"}", "a: b\n---\nc: '\n# encconf: ignore ENC0202'\n",
        "a: [# encconf: ignore ENC0202", "a: b # encconf: ignore ENC02",
    ])
    func others(_ text: String) { #expect(codes(text).isEmpty) }
}
