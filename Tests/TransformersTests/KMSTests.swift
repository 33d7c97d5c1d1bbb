import EncryptionConfig
import EnvelopeCrypto
import GoText
import KubernetesVersions
import SecretMemory
import TestSupport
import Testing
import Transformers

/// KMS values, with plugins that are test doubles.
struct KMSTests {
    /// A plugin that answers each request with the same secret, and notes what it is asked.
    private final class Plugin: KMSUnwrapping {
        let secret: SecretKey
        let keyID: Result<ByteName, KMSUnwrapError>
        private(set) var requests: [KMSUnwrapRequest] = []

        init(
            _ secret: [UInt8] = [UInt8](repeating: 0x41, count: 32), keyID: Result<ByteName, KMSUnwrapError>
        ) {
            self.secret = SecretKey(secret)
            self.keyID = keyID
        }

        convenience init(keyID: ByteName = "kek-1") { self.init(keyID: .success(keyID)) }

        func unwrap(_ request: KMSUnwrapRequest) throws(KMSUnwrapError) -> SecretKey {
            requests.append(request)
            return secret
        }

        func currentKeyID(of plugin: KMSPluginIdentity) throws(KMSUnwrapError) -> ByteName { try keyID.get() }
    }

    private static let plaintext = Array("k8s\0hello".utf8)
    private static let providers: [TestProvider] = [.kms(.kmsv2, "myplugin"), .kms(.kmsv1, "myplugin")]
    private static let encryptedDEK = "656e633a4141414141414141414141414141414141414141414141414141414141414141"

    // The values that were worked out with k8s.io/apiserver.
    private static let v1 =
        Array("k8s:enc:kms:v1:myplugin:".utf8)
        + hex(
            """
            0024 \(encryptedDEK)
            000102030405060708090a0b 25958531be93e64f01 3ad158462f126033fb3b5f237c142cae
            """)
    private static let v2Data = hex(
        """
        0a45 808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f 000102030405060708090a0b
             995146a75b6c480e48 249bcdf95f8136861a77b68374193dce
        """)
    private static let v2 = value(keyID: "kek-1")
    private static let v2Key =
        Array("k8s:enc:kms:v2:myplugin:".utf8)
        + hex(
            """
            0a25 000102030405060708090a0b 25958531be93e64f01 3ad158462f126033fb3b5f237c142cae
            1205 6b656b2d31 1a24 \(encryptedDEK)
            """)

    private static func value(keyID: String) -> [UInt8] {
        let keyID = Array(keyID.utf8)
        return Array("k8s:enc:kms:v2:myplugin:".utf8) + v2Data + [0x12, UInt8(keyID.count)] + keyID
            + hex("1a24 \(encryptedDEK) 2212 0a0d 612e6578616d706c652e636f6d 1201 76 2801")
    }

    private static func outcome(
        _ value: [UInt8], _ plugin: Plugin, etcdKey: String = secretEtcdKey, kubernetes: KubernetesVersion = .newest
    ) throws -> Reference.Outcome {
        referenceOutcome(
            of: open(value, etcdKey: etcdKey, with: try transformer(providers, kubernetes, unwrapping: plugin)))
    }

    private static func opened(stale: Bool, _ provider: ProviderName) -> Reference.Outcome {
        .opened(plaintext, stale: stale, provider: provider, key: nil)
    }

    @Test func opens() throws {
        #expect(try Self.outcome(Self.v2, Plugin()) == Self.opened(stale: false, .kmsv2))
        let writesKeys = KubernetesVersion(minor: 28)
        #expect(try Self.outcome(Self.v2Key, Plugin(), kubernetes: writesKeys) == Self.opened(stale: false, .kmsv2))
        // The second of the providers.
        #expect(try Self.outcome(Self.v1, Plugin()) == Self.opened(stale: true, .kmsv1))
    }

    /// A value that holds its own key is opened, and says so; also when the plugin was asked before.
    @Test func tellsThatAValueHoldsItsKey() throws {
        let transformer = try transformer(Self.providers, unwrapping: Plugin())
        func form(_ value: [UInt8]) throws -> ClearKeyForm? {
            var output = SecretBuffer()
            let etcdKey = Array(secretEtcdKey.utf8)
            return try transformer.open(
                value.span.rawBytes, etcdKey: etcdKey.span.rawBytes, appendingTo: &output
            ).keyInClear
        }
        for value in [Self.v2, Self.v2Key, Self.v1] {
            for _ in 0..<2 { #expect(try form(value) == .raw) }
        }
        let key = String(repeating: "A", count: 32)
        let base64 = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
        let hexadecimal = String(repeating: "41", count: 32)
        for (text, expected) in [(base64, .base64), ("x:\(hexadecimal)", .hexadecimal), (key, .raw), ("enc", nil)]
            as [(String, ClearKeyForm?)]
        {
            let encrypted = [0x1a, UInt8(text.utf8.count)] + Array(text.utf8)
            let keyID: [UInt8] = [0x12, 1, 0x31]
            let annotation = hex("2212 0a0d 612e6578616d706c652e636f6d 1201 76")
            let start = Array("k8s:enc:kms:v2:myplugin:".utf8) + Self.v2Data
            for _ in 0..<2 { #expect(try form(start + keyID + encrypted + annotation + [0x28, 1]) == expected) }
            // What the plugin wants to be told again counts too.
            let other: [UInt8] = [0x1a, 1, 0x39]
            let hidden = [0x0a, 3] + Array("a.b".utf8) + [0x12, UInt8(text.utf8.count)] + Array(text.utf8)
            let annotated = start + keyID + other + [0x22, UInt8(hidden.count)] + hidden + [0x28, 1]
            #expect(try form(annotated) == expected)
            #expect(
                try form(start + [0x12, UInt8(text.utf8.count)] + Array(text.utf8) + other + [0x28, 1]) == expected)
        }
    }

    @Test func isBoundToTheEtcdKey() throws {
        let other = "/registry/secrets/default/bar"
        #expect(
            try Self.outcome(Self.v2, Plugin(), etcdKey: other) == .failed("cipher: message authentication failed"))
        #expect(
            try Self.outcome(Self.v1, Plugin(), etcdKey: other)
                == .failed(
                    "[cipher: message authentication failed, the stored data is not a multiple of the block size]"))
    }

    @Test func isStaleUnderAnotherWriteState() throws {
        #expect(try Self.outcome(Self.v2, Plugin(keyID: "kek-2")) == Self.opened(stale: true, .kmsv2))
        #expect(try Self.outcome(Self.v2Key, Plugin()) == Self.opened(stale: true, .kmsv2))
    }

    /// Two key IDs that look alike and are not of the same bytes are two, as they are in Go: composed and decomposed.
    @Test func keyIDsAreBytes() throws {
        let (composed, decomposed) = ("kek-\u{e9}", "kek-e\u{301}")
        #expect(
            try Self.outcome(Self.value(keyID: composed), Plugin(keyID: ByteName(composed)))
                == Self.opened(stale: false, .kmsv2))
        #expect(
            try Self.outcome(Self.value(keyID: decomposed), Plugin(keyID: ByteName(composed)))
                == Self.opened(stale: true, .kmsv2))
        // The plugin is asked for each of them.
        let plugin = Plugin(keyID: ByteName(composed))
        let transformer = try transformer(Self.providers, unwrapping: plugin)
        for keyID in [composed, decomposed, composed] {
            _ = open(Self.value(keyID: keyID), etcdKey: secretEtcdKey, with: transformer)
        }
        #expect(
            plugin.requests.compactMap { $0.version2.map { Array($0.keyID.utf8) } } == [
                Array(composed.utf8), Array(decomposed.utf8),
            ])
    }

    /// The provider is told from its namesakes, by bytes.
    @Test func tellsProvidersApart() {
        func identity(_ name: ByteName = "n", endpoint: ByteName = "unix:///a", timeout: Int64 = 1) -> KMSPluginIdentity
        {
            KMSPluginIdentity(version: .v1, name: name, endpoint: endpoint, timeout: timeout)
        }
        let all = [
            identity(), identity(endpoint: "unix:///b"), identity(timeout: 2), identity("caf\u{e9}"),
            identity("cafe\u{301}"), KMSPluginIdentity(version: .v2, name: "n", endpoint: "unix:///a", timeout: 1),
        ]
        #expect(Set(all).count == all.count)
        #expect(identity() == identity())
    }

    /// The plugin is told all that it is told by kube-apiserver, and once for each key.
    @Test func asksThePluginOnce() throws {
        let plugin = Plugin()
        let transformer = try transformer(Self.providers, unwrapping: plugin)
        for _ in 0..<3 {
            #expect(
                referenceOutcome(of: open(Self.v2, etcdKey: secretEtcdKey, with: transformer))
                    == Self.opened(stale: false, .kmsv2))
        }
        #expect(plugin.requests.count == 1)
        let request = try #require(plugin.requests.first)
        #expect(request.provider == "myplugin")
        #expect(request.encryptedKey == hex(Self.encryptedDEK))
        #expect(request.version2?.keyID == "kek-1")
        #expect(request.version2?.dekSourceType == .seed)
        #expect(request.version2?.annotations == ["a.example.com": [0x76]])
    }

    /// An envelope that is not acceptable is refused before anybody is asked anything.
    @Test func aBadEnvelopeIsToldFirst() throws {
        let plugin = Plugin(keyID: .failure(.plugin("unhealthy")))
        #expect(
            try Self.outcome(Array("k8s:enc:kms:v2:myplugin:".utf8), plugin) == .failed("encrypted data is empty"))
        #expect(
            try Self.outcome(Array("k8s:enc:kms:v1:myplugin:".utf8), plugin)
                == .failed(
                    "invalid data encountered by envelope transformer: failed to read uint16 length prefixed data"))
        #expect(plugin.requests.isEmpty)
    }

    /// Nobody asked: then nothing is known, and that is not the apiserver's to say.
    @Test func withoutAPlugin() throws {
        let transformer = try transformer(Self.providers, unwrapping: NoKMS())
        for value in [Self.v1, Self.v2] {
            guard case .failed(let error) = open(value, etcdKey: secretEtcdKey, with: transformer) else {
                Issue.record("opened")
                continue
            }
            #expect(error.apiserverText() == nil)
            let (plugin, request, _) = try #require(error.missingUnwrap)
            #expect(request.provider == "myplugin")
            #expect(request.encryptedKey == hex(Self.encryptedDEK))
            #expect((request.version2 == nil) == (value == Self.v1))
            // Both have the name, so the one that the value needs has to be told from the other.
            #expect(plugin.version == (value == Self.v1 ? .v1 : .v2))
            #expect(plugin.endpoint == (value == Self.v1 ? "unix:///kmsv1/myplugin" : "unix:///kmsv2/myplugin"))
        }
    }

    @Test(arguments: [0, 16, 24, 31, 33]) func badSecrets(count: Int) throws {
        let secret = [UInt8](repeating: 0x41, count: count)
        func failure(_ value: [UInt8]) throws -> TransformFailure? {
            let plugin = Plugin(secret, keyID: .success("kek-1"))
            let outcome = open(value, etcdKey: secretEtcdKey, with: try transformer(Self.providers, unwrapping: plugin))
            guard case .failed(let error) = outcome else { return nil }
            #expect(error.failures.count == 1)
            return error.failures.first
        }
        #expect(
            try failure(Self.v2)?.apiserverText()
                == (count < 32
                    ? "invalid seed length \(count) used for key generation" : "cipher: message authentication failed"))
        for value in [Self.v2Key, Self.v1] {
            let found = try #require(try failure(value))
            guard [16, 24].contains(count) else {
                #expect(found.apiserverText() == "crypto/aes: invalid key size \(count)")
                continue
            }
            // kube-apiserver would say that it does not fit. But the plugin may have cut it: then nothing is known.
            guard case .pluginWithoutAnswer(_, _, .shortKey(byteCount: count)) = found else {
                Issue.record("\(found)")
                continue
            }
        }
    }

    /// A panic ends the search even in front of a provider that could open the value: for a provider `p` the value of
    /// `p:q` has an encrypted DEK of as many bytes as the characters `q:` say, and behind it the one block too few.
    @Test func aPanicEndsTheSearch() throws {
        let length = Int(UInt8(ascii: "q")) << 8 + Int(UInt8(ascii: ":"))
        let body = Array(Self.v1.suffix(37))
        let encryptedByteCount = length + 16 - 2 - body.count
        let encryptedDEK = [UInt8](repeating: 1, count: encryptedByteCount)
        let value =
            Array("k8s:enc:kms:v1:p:q:".utf8)
            + [UInt8(encryptedByteCount >> 8), UInt8(encryptedByteCount & 255)] + encryptedDEK + body
        let (short, long) = (TestProvider.kms(.kmsv1, "p"), TestProvider.kms(.kmsv1, "p:q"))
        func outcome(_ providers: [TestProvider]) throws -> Reference.Outcome {
            referenceOutcome(
                of: open(value, etcdKey: secretEtcdKey, with: try transformer(providers, unwrapping: Plugin())))
        }
        #expect(try outcome([long, short]) == Self.opened(stale: false, .kmsv1))
        #expect(try outcome([short, long]) == .panicked)
    }

    /// Only a plugin could give a key to write with.
    @Test func cannotSeal() throws {
        let transformer = try transformer(Self.providers, unwrapping: Plugin())
        #expect(throws: SealError.self) { try transformer.seal([1, 2, 3]) }
    }
}
