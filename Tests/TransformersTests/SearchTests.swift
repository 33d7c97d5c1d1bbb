import EncryptionConfig
import EnvelopeCrypto
import KubernetesResources
import SecretMemory
import TestSupport
import Testing
import Transformers

/// Which provider and key open a value, and what is said if none does.
struct SearchTests {
    private static let plaintext = Array("k8s\0hello".utf8)
    private static let key1 = TestKey("key1", 0x41)
    private static let key2 = TestKey("key2", 0x42)

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let value: [UInt8]
        let providers: [TestProvider]
        let expected: Reference.Outcome

        init(_ description: String, _ value: [UInt8], _ providers: [TestProvider], _ expected: Reference.Outcome) {
            testDescription = description
            self.value = value
            self.providers = providers
            self.expected = expected
        }
    }

    private static func opened(
        stale: Bool, _ provider: ProviderName, _ key: String? = nil, _ plaintext: [UInt8] = plaintext
    ) -> Reference.Outcome {
        .opened(plaintext, stale: stale, provider: provider, key: key)
    }

    private static let noPrefix = Reference.Outcome.failed("no matching prefix found")
    private static let noAESKey = "no matching key was found for the provided AES transformer"
    private static let noSecretboxKey = "no matching key was found for the provided Secretbox transformer"
    private static let badTag = "cipher: message authentication failed"
    private static let badBox = "output array was not large enough for encryption"

    // The values that were worked out with k8s.io/apiserver, with their keys under the name key1.
    private static let cbc =
        Array("k8s:enc:aescbc:v1:key1:".utf8)
        + hex("000102030405060708090a0b0c0d0e0f 200e88eaea27c5eaa94790e11e79c4b5")
    private static let gcm =
        Array("k8s:enc:aesgcm:v1:key1:".utf8)
        + hex("000102030405060708090a0b 25958531be93e64f01 3ad158462f126033fb3b5f237c142cae")
    private static let box =
        Array("k8s:enc:secretbox:v1:key1:".utf8)
        + hex("000102030405060708090a0b0c0d0e0f1011121314151617 550a3b5ff5b7fed5d2270820d6c742a2 08ead0ad6f31d80b71")

    private static let cases: [Case] = [
        Case("aescbc", cbc, [.aescbc(key1)], opened(stale: false, .aescbc, "key1")),
        Case("aesgcm", gcm, [.aesgcm(key1)], opened(stale: false, .aesgcm, "key1")),
        Case("secretbox", box, [.secretbox(key1)], opened(stale: false, .secretbox, "key1")),
        Case("second key", cbc, [.aescbc(key2, key1)], opened(stale: true, .aescbc, "key1")),
        Case("second provider", cbc, [.aescbc(key2), .aescbc(key1)], opened(stale: true, .aescbc, "key1")),
        Case("behind identity", cbc, [.identity, .aescbc(key1)], opened(stale: true, .aescbc, "key1")),
        Case("in front of identity", cbc, [.aescbc(key1), .identity], opened(stale: false, .aescbc, "key1")),
        Case("plaintext", plaintext, [.aescbc(key1), .identity], opened(stale: true, .identity)),
        Case("plaintext, written so", plaintext, [.identity, .aescbc(key1)], opened(stale: false, .identity)),
        Case("nothing at all", [], [.identity], opened(stale: false, .identity, nil, [])),
        Case(
            "same name, wrong bytes first", gcm, [.aesgcm(TestKey("key1", 0x42), key1)],
            opened(stale: true, .aesgcm, "key1")),
        Case(
            "same name in a provider before", box, [.secretbox(TestKey("key1", 0x42)), .secretbox(key1)],
            opened(stale: true, .secretbox, "key1")),
        Case("another provider", gcm, [.aescbc(key1)], noPrefix),
        Case("another provider, identity", gcm, [.aescbc(key1), .identity], noPrefix),
        Case("identity alone", gcm, [.identity], noPrefix),
        Case("plaintext without identity", plaintext, [.aescbc(key1)], noPrefix),
        Case("nothing at all without identity", [], [.aescbc(key1)], noPrefix),
        Case("an unknown prefix", Array("k8s:enc:rot13:v1:key1:x".utf8), [.aescbc(key1), .identity], noPrefix),
        Case("half a prefix", Array("k8s:enc:aesgcm:v1".utf8), [.aesgcm(key1)], noPrefix),
        Case(
            "not quite a prefix", Array("K8s:enc:aesgcm:v1:key1:".utf8), [.aesgcm(key1), .identity],
            opened(stale: true, .identity, nil, Array("K8s:enc:aesgcm:v1:key1:".utf8))),
        Case("no key of the name", gcm, [.aesgcm(key2)], .failed(noAESKey)),
        Case("no key of the name, aescbc", cbc, [.aescbc(key2), .identity], .failed(noAESKey)),
        Case("no key of the name, secretbox", box, [.secretbox(key2)], .failed(noSecretboxKey)),
        Case("a name that goes on", gcm, [.aesgcm(TestKey("key", 0x41), TestKey("key11", 0x41))], .failed(noAESKey)),
        Case("a wrong key", gcm, [.aesgcm(TestKey("key1", 0x42))], .failed(badTag)),
        Case("a wrong box", box, [.secretbox(TestKey("key1", 0x42))], .failed(badBox)),
        Case("twice the same error", gcm, [.aesgcm(key2), .aesgcm(key2)], .failed(noAESKey)),
        Case(
            "two errors", gcm, [.aesgcm(key2), .aesgcm(TestKey("key1", 0x42))], .failed("[\(noAESKey), \(badTag)]")),
        Case(
            "two errors the other way round", gcm, [.aesgcm(TestKey("key1", 0x42)), .identity, .aesgcm(key2)],
            .failed("[\(badTag), \(noAESKey)]")),
        Case(
            "three errors, two of them equal", box,
            [.secretbox(TestKey("key1", 0x42), TestKey("key1", 0x43)), .secretbox(key2)],
            .failed("[\(badBox), \(noSecretboxKey)]")),
        Case(
            "too short", Array("k8s:enc:aescbc:v1:key1:".utf8) + [1], [.aescbc(key1)],
            .failed("the stored data was shorter than the required size")),
        Case("no blocks", Array(cbc.dropLast(16)), [.aescbc(key1)], .panicked),
        // kube-apiserver does not come to a second key or provider then.
        Case("no blocks, two keys", Array(cbc.dropLast(16)), [.aescbc(key1, key1)], .panicked),
        Case("no blocks, two providers", Array(cbc.dropLast(16)), [.aescbc(key1), .aescbc(key2)], .panicked),
    ]

    @Test(arguments: cases) func finds(_ test: Case) throws {
        let outcome = open(test.value, etcdKey: secretEtcdKey, with: try transformer(test.providers))
        #expect(referenceOutcome(of: outcome) == test.expected)
        #expect(Reference.open(test.value, etcdKey: secretEtcdKey, test.providers) == test.expected)
    }

    @Test(arguments: [(cbc, true), (box, true), (gcm, false)])
    func anotherEtcdKey(_ value: [UInt8], opens: Bool) throws {
        let transformer = try transformer([.aescbc(Self.key1), .secretbox(Self.key1), .aesgcm(Self.key1)])
        switch open(value, etcdKey: "/registry/secrets/default/bar", with: transformer) {
        case .opened(let plaintext, _, _, _):
            #expect(opens)
            #expect(plaintext == Self.plaintext)
        case .failed(let error):
            #expect(!opens)
            #expect(error.apiserverText() == Self.badTag)
        }
    }

    /// The names `a` and `a:key1` both begin what stands in the value.
    @Test func overlappingNames() throws {
        let inner = TestKey("a:key1", 0x41)
        for provider in [ProviderName.aesgcm, .secretbox] {
            let value = try seal(Self.plaintext, provider, inner)
            let outcome = open(
                value, etcdKey: secretEtcdKey, with: try transformer([.keys(provider, [TestKey("a", 0x41), inner])]))
            #expect(referenceOutcome(of: outcome) == Self.opened(stale: true, provider, "a:key1"))
        }
    }

    /// A key `a` in front of `a:` and 15 characters, with the same bytes: the rest of the name and its colon are taken
    /// as the initialisation vector, and what comes out begins with a wrong block. kube-apiserver gives no error.
    @Test(arguments: 0..<8 as Range<UInt64>) func overlappingNamesWithWrongBytes(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let bytes = random.bytes(32)
        let (short, long) = (TestKey("a", bytes), TestKey("a:123456789012345", bytes))
        let plaintext = Array("k8s\0".utf8) + random.bytes(60)
        let value = try seal(plaintext, .aescbc, long)
        let message = Array(value.dropFirst("k8s:enc:aescbc:v1:a:".utf8.count))
        #expect(message.starts(with: "123456789012345:".utf8))
        guard
            case .opened(let wrong, let stale, _, let key) = open(
                value, etcdKey: secretEtcdKey, with: try transformer([.aescbc(short, long)]))
        else {
            Issue.record("did not open")
            return
        }
        #expect(key == "a")
        #expect(!stale)
        // One block more, made of the initialisation vector, then everything as it was but the first block.
        #expect(wrong.count == plaintext.count + 16)
        #expect(Array(wrong.dropFirst(32)) == Array(plaintext.dropFirst(16)))
        #expect(Array(wrong.prefix(4)) != Array(plaintext.prefix(4)))
        // The other way round there is nothing wrong.
        #expect(
            referenceOutcome(of: open(value, etcdKey: secretEtcdKey, with: try transformer([.aescbc(long, short)])))
                == Self.opened(stale: false, .aescbc, long.name, plaintext))
    }

    /// Where kube-apiserver panics it comes to no other key, and neither do we: nothing else is said of the value.
    @Test(
        arguments: [
            [.aescbc(key1, key1)], [.aescbc(key1), .identity, .aescbc(key2, key1)], [.aescbc(key1), .aescbc(key1)],
        ] as [[TestProvider]])
    func aPanicEndsTheSearch(_ providers: [TestProvider]) throws {
        let value = Array(Self.cbc.dropLast(16))
        guard case .failed(let error) = open(value, etcdKey: secretEtcdKey, with: try transformer(providers)) else {
            Issue.record("opened")
            return
        }
        #expect(error.failures == [.cipher(.noBlocks, provider: .aescbc, key: "key1")])
    }

    // MARK: No rule

    @Test func withoutARule() throws {
        let transformers = TransformerSet(
            try configuration(
                """
                {"apiVersion": "apiserver.config.k8s.io/v1", "kind": "EncryptionConfiguration", "resources": [
                {"resources": ["configmaps"], "providers": [\(TestProvider.aesgcm(Self.key1).json)]}]}
                """), unwrapping: NoKMS())
        let bare = try transformers.transformer(for: GroupResource(parsing: "secrets"))
        #expect(bare.rule == nil)
        #expect(
            referenceOutcome(of: open(Self.plaintext, etcdKey: secretEtcdKey, with: bare))
                == Self.opened(stale: false, .identity))
        #expect(
            referenceOutcome(of: open([], etcdKey: secretEtcdKey, with: bare))
                == Self.opened(stale: false, .identity, nil, []))
        for value in [Self.cbc, Self.gcm, Array("k8s:enc:".utf8), Array("k8s:enc:x".utf8)] {
            #expect(
                referenceOutcome(of: open(value, etcdKey: secretEtcdKey, with: bare))
                    == .failed("identity transformer tried to read encrypted data"))
        }
        for value in ["k8s:enc", "K8S:ENC:", " k8s:enc:"] {
            #expect(
                referenceOutcome(of: open(Array(value.utf8), etcdKey: secretEtcdKey, with: bare))
                    == Self.opened(stale: false, .identity, nil, Array(value.utf8)))
        }
        #expect(try bare.seal(Self.plaintext) == Self.plaintext)
    }
}
