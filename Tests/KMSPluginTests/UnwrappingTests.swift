import EnvelopeCrypto
import Foundation
import KMSPlugin
import SecretMemory
import Synchronization
import TestSupport
import Testing

struct UnwrappingTests {
    private static let key = [UInt8](0..<32)

    @Test func decryptsBothVersions() throws {
        let plugin = try PluginProcess()
        let unwrapping = plugin.unwrapping()
        #expect(unwrapping.outcome(try Mock.request(Self.key)) == .success(Self.key))
        #expect(unwrapping.outcome(try Mock.v1Request(Self.key)) == .success(Self.key))
        #expect(try unwrapping.writeState(ofProvider: "vault") == KMSWriteState(keyID: "1"))
    }

    /// Threads that want the same keys at the same time make one call for each key.
    @Test func asksOnceForEachKey() throws {
        let plugin = try PluginProcess()
        let unwrapping = plugin.unwrapping()
        let requests = try (0..<6).map { number in
            let key = [UInt8](repeating: UInt8(number), count: 32)
            return number < 3 ? try Mock.request(key) : try Mock.v1Request(key)
        }
        let wrong = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 48) { thread in
            let number = thread % 6
            let expected = [UInt8](repeating: UInt8(number), count: 32)
            if unwrapping.outcome(requests[number]) != .success(expected) { wrong.withLock { $0 += 1 } }
        }
        #expect(wrong.withLock { $0 } == 0)
        #expect(try plugin.calls(of: "Decrypt").count == 6)
        #expect(try plugin.calls(of: "Version").count == 1)
    }

    @Test func knowsNoOtherProvider() throws {
        let plugin = try PluginProcess()
        let unwrapping = PluginUnwrapping([plugin.client(.v2)])
        #expect(unwrapping.outcome(try Mock.v1Request(Self.key)) == .failure(.notAsked))
        #expect(throws: KMSUnwrapError.notAsked) { try unwrapping.writeState(ofProvider: "other") }
    }

    /// What the plugin refuses is known; all else is unknown.
    @Test(
        arguments: [
            ("Decrypt code 9", .plugin("rpc error: code = FailedPrecondition desc = 100 % wrong: schlüssel")),
            ("Decrypt code 2", .plugin("rpc error: code = Unknown desc = 100 % wrong: schlüssel")),
            ("Decrypt code 14", .noAnswer("rpc error: code = Unavailable desc = 100 % wrong: schlüssel")),
            ("Decrypt short", .noAnswer("invalid seed length 16 used for key generation")),
            (
                "Decrypt large",
                .noAnswer(
                    "rpc error: code = ResourceExhausted desc = grpc: received message larger than max (2097157 vs. 65536)"
                )
            ),
        ] as [(String, KMSUnwrapError)])
    func tellsWhatWentWrong(mode: String, error: KMSUnwrapError) throws {
        let plugin = try PluginProcess()
        try plugin.misbehave(mode)
        #expect(plugin.unwrapping().outcome(try Mock.request(Self.key)) == .failure(error))
    }

    @Test func tellsWhatWentWrongWithV1() throws {
        let plugin = try PluginProcess()
        try plugin.misbehave("Version version v2")
        #expect(
            plugin.unwrapping().outcome(try Mock.v1Request(Self.key))
                == .failure(
                    .noAnswer("KMS provider api version v2 is not supported, only v1beta1 is supported now")))
        try plugin.misbehave("Decrypt short")
        #expect(plugin.unwrapping().outcome(try Mock.v1Request(Self.key)) == .success([UInt8](0..<16)))
        #expect(
            plugin.unwrapping().outcome(try Mock.v1Request([1]))
                == .failure(.noAnswer("crypto/aes: invalid key size 1")))
        try plugin.misbehave("Version code 12")
        #expect(
            plugin.unwrapping().outcome(try Mock.v1Request(Self.key))
                == .failure(
                    .plugin(
                        "failed get version from remote KMS provider: rpc error: code = Unimplemented desc = "
                            + "100 % wrong: schlüssel")))
    }

    @Test(arguments: [
        ("Status unhealthy", "kmsv2 Provider vault is not healthy, error: got unexpected healthz status: not well"),
        ("Status version v3", "kmsv2 Provider vault is not healthy, error: expected KMSv2 API version v2, got v3"),
        ("Status code 3", "rpc error: code = InvalidArgument desc = 100 % wrong: schlüssel"),
    ])
    func hasNoStateOfAPluginThatIsNotWell(mode: String, text: String) throws {
        let plugin = try PluginProcess()
        try plugin.misbehave(mode)
        #expect(throws: KMSUnwrapError.noAnswer(text)) { try plugin.unwrapping().writeState(ofProvider: "vault") }
    }

    /// A plugin that stalls is not waited for again and again.
    @Test func givesUpASilentPlugin() throws {
        let plugin = try PluginProcess()
        try plugin.misbehave("Decrypt stall")
        let unwrapping = plugin.unwrapping(timeout: .seconds(1))
        for number in 0..<20 {
            let request = try Mock.request([UInt8](repeating: UInt8(number), count: 32))
            guard case .failure(.noAnswer(let text)) = unwrapping.outcome(request) else {
                Issue.record("a plugin that stalls answered")
                continue
            }
            // Who notices first, the plugin or this side, says it in its own words.
            #expect(text.hasPrefix("rpc error: code = DeadlineExceeded desc = "))
        }
        #expect(try plugin.calls(of: "Decrypt").count == 3)
    }

    /// A plugin that dies in the middle of a call leaves the key unknown, and so does one that is gone.
    @Test func goesOnWithoutADeadPlugin() throws {
        let plugin = try PluginProcess()
        try plugin.misbehave("Decrypt die")
        let unwrapping = plugin.unwrapping()
        for number in 0..<10 {
            let request = try Mock.request([UInt8](repeating: UInt8(number), count: 32))
            guard case .failure(.noAnswer(let text)) = unwrapping.outcome(request) else {
                Issue.record("a dead plugin answered")
                continue
            }
            #expect(text.hasPrefix("rpc error: code = Unavailable desc = "))
        }
    }

    @Test func sealsWhatItOpens() throws {
        let plugin = try PluginProcess()
        let unwrapping = plugin.unwrapping()
        let key = try unwrapping.sealingKey(ofProvider: "vault")
        let (plaintext, etcdKey) = (Array("hello".utf8), Array("/registry/secrets/a/b".utf8))
        var sealed = SecretBuffer()
        try key.seal(plaintext.span.rawBytes, authenticating: etcdKey.span.rawBytes, appendingTo: &sealed)
        let envelope = try KMSv2Envelope(parsing: sealed.bytes)
        #expect(envelope.keyID == "1" && envelope.dekSourceType == .seed)
        #expect(envelope.annotations == Mock.annotations)
        let seed = try unwrapping.unwrap(KMSUnwrapRequest(provider: "vault", envelope: envelope))
        var opened = SecretBuffer()
        try envelope.open(
            sealed.bytes, key: try KMSv2Key(seed, type: .seed), authenticating: etcdKey.span.rawBytes,
            appendingTo: &opened)
        let bytes = opened.bytes.copiedToArray()
        #expect(bytes == plaintext)
    }

    /// Nothing is sealed with a seed that kube-apiserver would not take, or that does not come back.
    @Test(arguments: [
        (
            "Encrypt wrong-key",
            "failed to rotate DEK: "
                + "statusKeyIDHash=\"sha256:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b\", "
                + "encryptKeyIDHash=\"sha256:d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35\""
        ),
        ("Decrypt short", "what Encrypt made of a key, Decrypt does not make that key again"),
    ])
    func sealsWithNoDoubtfulSeed(mode: String, text: String) throws {
        let plugin = try PluginProcess()
        try plugin.misbehave(mode)
        #expect(throws: KMSUnwrapError.noAnswer(text)) { try plugin.unwrapping().sealingKey(ofProvider: "vault") }
    }

    /// What a plugin decrypted is wiped with the object that remembered it, and with the connection it came by.
    @Test func wipesWhatItRemembered() throws {
        let plugin = try PluginProcess()
        let needle = MemoryNeedle(seed: 7001, count: 32)
        let encrypted = SecretBase64.encode(needle.bytes)
        let request = try Mock.request(encrypted: encrypted.bytes.copiedToArray())
        do {
            let unwrapping = plugin.unwrapping()
            let key = try unwrapping.unwrap(request)
            #expect(key.bytes.count == 32)
            #expect(try needle.occurrences() > 0)
        }
        #expect(try needle.occurrences() == 0)
    }
}
