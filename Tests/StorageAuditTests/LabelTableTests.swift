import EncryptionConfig
import GoText
import SecretMemory
import TestSupport
import Testing
import Transformers

@testable import StorageAudit

struct LabelTableTests {
    private func table(_ keys: (ProviderName, ByteName?)...) -> LabelTable {
        LabelTable(keys.map { StoredKeyLabel(provider: $0.0, key: $0.1) })
    }

    private func label(_ value: String, in table: inout LabelTable) -> StoredLabel {
        let bytes = Array(value.utf8)
        let index = table.index(of: bytes.span.rawBytes)
        return table.labels[index]
    }

    @Test func plaintextIsTheFirst() {
        var table = table((.aesgcm, "a"), (.identity, nil))
        for value in ["", "{", "k8s\0", "k8s:en", "k8s:enc", "K8S:ENC:aesgcm:v1:a:"] {
            #expect(label(value, in: &table) == StoredLabel(provider: .identity, key: nil))
        }
        #expect(table.configuredCount == 2)
        #expect(table.labels.count == 2)
    }

    /// A configured name may hold colons; the longest that fits counts. Others end at the first colon.
    @Test func namesWithColons() {
        var table = table((.aesgcm, "a"), (.aesgcm, "a:b"), (.kmsv2, "v"), (.aesgcm, "a"))
        #expect(table.configuredCount == 4)
        #expect(label("k8s:enc:aesgcm:v1:a:xyz", in: &table).key == "a")
        #expect(label("k8s:enc:aesgcm:v1:a:b:xyz", in: &table).key == "a:b")
        #expect(label("k8s:enc:aesgcm:v1:a:c:xyz", in: &table).key == "a")
        #expect(label("k8s:enc:aesgcm:v1:c:d:xyz", in: &table).key == "c")
        #expect(label("k8s:enc:aescbc:v1:a:xyz", in: &table) == StoredLabel(provider: .aescbc, key: "a"))
        #expect(label("k8s:enc:kms:v2:v:xyz", in: &table) == StoredLabel(provider: .kmsv2, key: "v"))
        #expect(label("k8s:enc:aesgcm:v1:a", in: &table).key == "a")
        #expect(label("k8s:enc:aesgcm:v1::x", in: &table) == StoredLabel(provider: .aesgcm, key: ""))
        #expect(label("k8s:enc:rot13:v1:a:x", in: &table) == StoredLabel(provider: nil, key: nil))
    }

    /// A value can follow one whose name is the beginning of its own, or of another provider.
    @Test func valuesByTurns() {
        var table = table((.aesgcm, "a"), (.aesgcm, "a:b"), (.secretbox, "a"), (.identity, nil))
        let values: [(String, StoredLabel)] = [
            ("k8s:enc:aesgcm:v1:a:x", StoredLabel(provider: .aesgcm, key: "a")),
            ("k8s:enc:aesgcm:v1:a:b:x", StoredLabel(provider: .aesgcm, key: "a:b")),
            ("k8s:enc:secretbox:v1:a:x", StoredLabel(provider: .secretbox, key: "a")),
            ("k8s:enc:aesgcm:v1:c:x", StoredLabel(provider: .aesgcm, key: "c")),
            ("plaintext", StoredLabel(provider: .identity, key: nil)),
        ]
        for (first, firstLabel) in values {
            for (second, secondLabel) in values {
                #expect(label(first, in: &table) == firstLabel)
                #expect(label(second, in: &table) == secondLabel, "after \(first)")
            }
        }
    }

    /// Longer names than a reader of unknown values goes through.
    @Test(arguments: [255, 256, 257, 5000])
    func longNames(length: Int) {
        let name = String(repeating: "n", count: length)
        var known = table((.secretbox, ByteName(name)))
        #expect(
            label("k8s:enc:secretbox:v1:\(name):x", in: &known)
                == StoredLabel(provider: .secretbox, key: ByteName(name)))
        #expect(known.labels.count == 2)
        var unknown = table()
        let short = String(name.prefix(256))
        #expect(
            label("k8s:enc:secretbox:v1:\(name):x", in: &unknown)
                == StoredLabel(provider: .secretbox, key: ByteName(short)))
        #expect(label("k8s:enc:secretbox:v1:\(name)x:x", in: &unknown).key?.text == (length < 256 ? name + "x" : short))
    }

    /// Names are bytes: forms that are equal to Unicode are two keys, and what is not UTF-8 is none of the configuration's.
    @Test func namesAreBytes() {
        var table = table((.secretbox, "cl\u{e9}"), (.secretbox, "cle\u{301}"), (.secretbox, "cl\u{fffd}"))
        #expect(table.configuredCount == 4)
        let composed = label("k8s:enc:secretbox:v1:cl\u{e9}:x", in: &table)
        let decomposed = label("k8s:enc:secretbox:v1:cle\u{301}:x", in: &table)
        #expect(composed != decomposed && composed.key == "cl\u{e9}" && decomposed.key == "cle\u{301}")
        #expect(table.labels.count == 4)
        let unknown = label("k8s:enc:aescbc:v1:cl\u{e9}:x", in: &table)
        #expect(label("k8s:enc:aescbc:v1:cle\u{301}:x", in: &table) != unknown)
        let bytes = Array("k8s:enc:secretbox:v1:cl".utf8) + [0xff] + Array(":x".utf8)
        let index = table.index(of: bytes.span.rawBytes)
        #expect(table.labels[index] == StoredLabel(provider: nil, key: nil))
    }

    /// A long name is not cut within a character.
    @Test(arguments: 0..<4)
    func longNamesOfCharacters(offset: Int) {
        var table = table()
        let name = String(repeating: "n", count: offset) + String(repeating: "\u{20ac}", count: 100)
        let found = label("k8s:enc:secretbox:v1:\(name):x", in: &table)
        #expect(found.provider == .secretbox && name.utf8.starts(with: (found.key?.text ?? "-").utf8))
        #expect((254...256).contains(found.key?.utf8.count ?? 0))
    }

    /// Values that each name another key do not fill the memory.
    @Test func manyNames() {
        var table = table((.aesgcm, "mine"))
        for number in 0..<10_001 { _ = label("k8s:enc:aesgcm:v1:k\(number):x", in: &table) }
        #expect(table.labels.count == LabelTable.limit + 1)
        let other = StoredLabel(provider: nil, key: nil)
        #expect(label("k8s:enc:aesgcm:v1:k10000:x", in: &table) == other)
        #expect(label("k8s:enc:aesgcm:v1:further:x", in: &table) == other)
        #expect(label("k8s:enc:aesgcm:v1:k17:x", in: &table).key == "k17")
        #expect(label("k8s:enc:aesgcm:v1:mine:x", in: &table).key == "mine")
        #expect(table.labels.count == LabelTable.limit + 1)
    }
}
