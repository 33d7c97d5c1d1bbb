import EncryptionConfig
import EnvelopeCrypto
import KubernetesResources
import SecretMemory
import TestSupport
import Testing
import Transformers

/// Values cut short and altered, prefixes included.
struct DamageTests {
    private static let plaintext = Array("k8s\0hello, and some more".utf8)
    private static let providers: [TestProvider] = [
        .aescbc(TestKey("key1", 0x41), TestKey("key2", 0x42, count: 16)), .aesgcm(TestKey("key1", 0x43)),
        .secretbox(TestKey("key1", 0x44)), .identity,
    ]

    private static func values() throws -> [[UInt8]] {
        try [
            plaintext, seal(plaintext, .aescbc, TestKey("key1", 0x41)),
            seal(plaintext, .aescbc, TestKey("key2", 0x42, count: 16)),
            seal(plaintext, .aesgcm, TestKey("key1", 0x43)), seal(plaintext, .secretbox, TestKey("key1", 0x44)),
        ]
    }

    private static func damaged(_ value: [UInt8]) -> [[UInt8]] {
        let truncated = (0..<value.count).map { Array(value[..<$0]) }
        let flipped = (0..<value.count * 8).map { bit in
            var flipped = value
            flipped[bit / 8] ^= 1 << (bit % 8)
            return flipped
        }
        return truncated + flipped
    }

    @Test(arguments: try values()) func everyTruncationAndBitFlip(_ value: [UInt8]) throws {
        let transformer = try transformer(Self.providers)
        for damaged in Self.damaged(value) {
            let expected = Reference.open(damaged, etcdKey: secretEtcdKey, Self.providers)
            #expect(referenceOutcome(of: open(damaged, etcdKey: secretEtcdKey, with: transformer)) == expected)
        }
    }

    /// Recorded KMS values: nothing but an error or the right plaintext comes of them, the latter only where the
    /// plugin is the one to notice: this one passes over annotations, and over the spare bits of base64.
    @Test(arguments: ["kmsv1", "kmsv2"]) func everyTruncationAndBitFlipOfKMS(_ provider: String) throws {
        let vectors = try RecordedVector.all().filter {
            $0.provider == provider && $0.class == "positive" && (20...200).contains($0.plaintext?.count ?? 0)
        }
        let vector = try #require(vectors.first)
        let transformers = TransformerSet(try configuration(vector.config), unwrapping: Base64KMS())
        let transformer = try transformers.transformer(for: GroupResource(parsing: vector.resource))
        var failures = 0
        for damaged in Self.damaged(vector.value) {
            switch open(damaged, etcdKey: vector.storage_path, with: transformer) {
            case .failed: failures += 1
            case .opened(let plaintext, _, let opener, _):
                // A flip in the first eight bytes makes plaintext of it for an identity provider.
                if opener == .identity {
                    #expect(plaintext == damaged)
                } else {
                    #expect(plaintext == vector.plaintext)
                }
            }
        }
        #expect(failures > vector.value.count * 6)
    }

    @Test(arguments: 0..<64 as Range<UInt64>) func arbitraryBytesNeverTrap(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let providers = Self.providers + [.kms(.kmsv1, "old"), .kms(.kmsv2, "new")]
        let transformer = try transformer(providers, unwrapping: Base64KMS())
        let prefixes = [
            "", "k8s:enc:", "k8s:enc:aescbc:v1:", "k8s:enc:aescbc:v1:key1:", "k8s:enc:aesgcm:v1:key1:",
            "k8s:enc:secretbox:v1:key1:", "k8s:enc:kms:v1:old:", "k8s:enc:kms:v2:new:", "k8s:enc:kms:v2:",
        ]
        for _ in 0..<50 {
            let prefix = prefixes[Int.random(in: 0..<prefixes.count, using: &random)]
            let value = Array(prefix.utf8) + random.bytes(Int.random(in: 0...80, using: &random))
            let outcome = referenceOutcome(of: open(value, etcdKey: secretEtcdKey, with: transformer))
            guard !prefix.contains("kms") else {
                if case .opened = outcome { Issue.record("random bytes opened") }
                continue
            }
            #expect(outcome == Reference.open(value, etcdKey: secretEtcdKey, providers))
        }
    }
}
