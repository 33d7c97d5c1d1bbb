import EnvelopeCrypto
import Foundation
import PatientTesting
import SecretMemory
import Synchronization
import TestSupport
import Testing

@testable import KMSPlugin

@Suite(.patient) struct UnwrappingTests {
    private static let key = [UInt8](0..<32)

    @Test func decryptsBothVersions() throws {
        let plugin = try PluginProcess()
        let unwrapping = plugin.unwrapping()
        #expect(unwrapping.outcome(try Mock.request(Self.key)) == .success(Self.key))
        #expect(unwrapping.outcome(try Mock.v1Request(Self.key)) == .success(Self.key))
        #expect(try unwrapping.currentKeyID(of: Mock.v2) == "1")
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
        let unwrapping = PluginUnwrapping()
        unwrapping.add(Mock.v2, asking: plugin.provider(.v2))
        #expect(unwrapping.outcome(try Mock.v1Request(Self.key)) == .failure(.notAsked))
        for other in [Mock.identity(.v2, name: "other"), Mock.identity(.v2, endpoint: "unix:///run/other.sock")] {
            #expect(throws: KMSUnwrapError.notAsked) { try unwrapping.currentKeyID(of: other) }
        }
    }

    /// Providers of one name with sockets of their own are two, and so are names that only look alike; providers that
    /// are asked at the same socket in the same way share what was answered.
    @Test func asksEachPluginForItself() throws {
        let (refusing, good) = (try PluginProcess(), try PluginProcess())
        try refusing.misbehave("Decrypt code 9")
        let unwrapping = PluginUnwrapping()
        let first = Mock.identity(.v1, name: "caf\u{e9}", endpoint: "unix:///a")
        let second = Mock.identity(.v1, name: "caf\u{e9}", endpoint: "unix:///b")
        let third = Mock.identity(.v1, name: "cafe\u{301}", endpoint: "unix:///a")
        let fourth = Mock.identity(.v1, name: "caf\u{e9}", endpoint: "unix:///c")
        unwrapping.add(first, asking: refusing.provider(.v1, name: first.name))
        for identity in [second, third, fourth] {
            unwrapping.add(identity, asking: good.provider(.v1, name: identity.name))
        }
        let refusal = KMSUnwrapError.plugin("rpc error: code = FailedPrecondition desc = 100 % wrong: schlüssel")
        #expect(unwrapping.outcome(try Mock.v1Request(Self.key, to: first)) == .failure(refusal))
        for identity in [second, third, fourth] {
            #expect(unwrapping.outcome(try Mock.v1Request(Self.key, to: identity)) == .success(Self.key))
        }
        #expect(try refusing.calls(of: "Decrypt").count == 1)
        #expect(try good.calls(of: "Decrypt").count == 2)
    }

    /// What the plugin refuses for good is known; all else is unknown.
    @Test(
        arguments: [
            ("Decrypt code 9", .plugin("rpc error: code = FailedPrecondition desc = 100 % wrong: schlüssel")),
            ("Decrypt code 3", .plugin("rpc error: code = InvalidArgument desc = 100 % wrong: schlüssel")),
            ("Decrypt code 5", .plugin("rpc error: code = NotFound desc = 100 % wrong: schlüssel")),
            ("Decrypt code 11", .plugin("rpc error: code = OutOfRange desc = 100 % wrong: schlüssel")),
            ("Decrypt code 15", .plugin("rpc error: code = DataLoss desc = 100 % wrong: schlüssel")),
            ("Decrypt code 2", .noAnswer(.answered("rpc error: code = Unknown desc = 100 % wrong: schlüssel"))),
            (
                "Decrypt code 7",
                .noAnswer(.answered("rpc error: code = PermissionDenied desc = 100 % wrong: schlüssel"))
            ),
            ("Decrypt code 12", .noAnswer(.answered("rpc error: code = Unimplemented desc = 100 % wrong: schlüssel"))),
            ("Decrypt code 13", .noAnswer(.answered("rpc error: code = Internal desc = 100 % wrong: schlüssel"))),
            ("Decrypt code 14", .noAnswer(.answered("rpc error: code = Unavailable desc = 100 % wrong: schlüssel"))),
            (
                "Decrypt code 16",
                .noAnswer(.answered("rpc error: code = Unauthenticated desc = 100 % wrong: schlüssel"))
            ),
            ("Decrypt short", .noAnswer(.untrue("invalid seed length 16 used for key generation"))),
            (
                "Decrypt large",
                .noAnswer(
                    .silent(
                        "rpc error: code = ResourceExhausted desc = grpc: received message larger than max "
                            + "(2097157 vs. 65536)"))
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
                    .noAnswer(.untrue("KMS provider api version v2 is not supported, only v1beta1 is supported now"))))
        try plugin.misbehave("Decrypt short")
        #expect(plugin.unwrapping().outcome(try Mock.v1Request(Self.key)) == .success([UInt8](0..<16)))
        #expect(
            plugin.unwrapping().outcome(try Mock.v1Request([1]))
                == .failure(.noAnswer(.untrue("crypto/aes: invalid key size 1"))))
        // That it does not tell its version says nothing of a key, whatever the code.
        try plugin.misbehave("Version code 5")
        #expect(
            plugin.unwrapping().outcome(try Mock.v1Request(Self.key))
                == .failure(
                    .noAnswer(
                        .answered(
                            "failed get version from remote KMS provider: rpc error: code = NotFound desc = "
                                + "100 % wrong: schlüssel"))))
    }

    @Test(
        arguments: [
            (
                "Status unhealthy",
                .untrue("kmsv2 Provider vault is not healthy, error: got unexpected healthz status: not well")
            ),
            (
                "Status version v3",
                .untrue("kmsv2 Provider vault is not healthy, error: expected KMSv2 API version v2, got v3")
            ),
            ("Status code 3", .answered("rpc error: code = InvalidArgument desc = 100 % wrong: schlüssel")),
        ] as [(String, KMSUncertainty)])
    func hasNoStateOfAPluginThatIsNotWell(mode: String, reason: KMSUncertainty) throws {
        let plugin = try PluginProcess()
        try plugin.misbehave(mode)
        #expect(throws: KMSUnwrapError.noAnswer(reason)) { try plugin.unwrapping().currentKeyID(of: Mock.v2) }
    }

    /// What failed once is asked for again, but not within a second, and not without end.
    @Test func asksAgainAfterAWhile() throws {
        let plugin = try PluginProcess()
        try plugin.misbehave("Status code 2", "Decrypt code 2")
        let unwrapping = plugin.unwrapping()
        let request = try Mock.request(Self.key)
        let failure = KMSUnwrapError.noAnswer(.answered("rpc error: code = Unknown desc = 100 % wrong: schlüssel"))
        for _ in 0..<3 {
            #expect(throws: failure) { try unwrapping.currentKeyID(of: Mock.v2) }
            #expect(unwrapping.outcome(request) == .failure(failure))
        }
        #expect(try plugin.calls(of: "Status").count == 1 && plugin.calls(of: "Decrypt").count == 1)
        try plugin.misbehave("")
        Thread.sleep(forTimeInterval: 1.1)
        #expect(try unwrapping.currentKeyID(of: Mock.v2) == "1")
        #expect(unwrapping.outcome(request) == .success(Self.key))

        // A refusal is the last word.
        try plugin.misbehave("Decrypt code 9")
        let refused = try Mock.request([UInt8](repeating: 9, count: 32))
        _ = unwrapping.outcome(refused)
        try plugin.misbehave("")
        Thread.sleep(forTimeInterval: 1.1)
        let refusal = KMSUnwrapError.plugin("rpc error: code = FailedPrecondition desc = 100 % wrong: schlüssel")
        #expect(unwrapping.outcome(refused) == .failure(refusal))
    }

    @Test func asksAgainFourTimesInAll() throws {
        let plugin = try PluginProcess()
        try plugin.misbehave("Decrypt code 2")
        let unwrapping = plugin.unwrapping()
        let request = try Mock.request(Self.key)
        for _ in 0..<6 {
            _ = unwrapping.outcome(request)
            Thread.sleep(forTimeInterval: 1.05)
        }
        #expect(try plugin.calls(of: "Decrypt").count == 4)
    }

    /// Many v1 keys do not push out those of v2, nor what is under way.
    @Test func remembersWhatCounts() throws {
        let plugin = try PluginProcess()
        let unwrapping = PluginUnwrapping(rememberedKeyLimit: 4)
        unwrapping.add(Mock.v2, asking: plugin.provider(.v2))
        unwrapping.add(Mock.v1, asking: plugin.provider(.v1))
        #expect(unwrapping.outcome(try Mock.request(Self.key)) == .success(Self.key))
        let keys = (0..<32 as Range<UInt8>).map { [UInt8](repeating: $0, count: 32) }
        let requests = try keys.map { try Mock.v1Request($0) }
        let wrong = Mutex(0)
        // Several threads want each key at the same time.
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            for (key, request) in zip(keys, requests) where unwrapping.outcome(request) != .success(key) {
                wrong.withLock { $0 += 1 }
            }
        }
        #expect(wrong.withLock { $0 } == 0)
        #expect(unwrapping.outcome(try Mock.request(Self.key)) == .success(Self.key))
        let calls = try plugin.calls(of: "Decrypt")
        #expect(calls.count { $0 == calls.first } == 1)
    }

    /// Who wants a key that is under way waits for it, however many others came meanwhile.
    @Test func keepsWhatIsUnderWay() throws {
        let plugin = try PluginProcess()
        let unwrapping = PluginUnwrapping(rememberedKeyLimit: 1)
        unwrapping.add(Mock.v1, asking: plugin.provider(.v1, timeout: .seconds(3)))
        let requests = try (0..<4 as Range<UInt8>).map { try Mock.v1Request([UInt8](repeating: $0, count: 32)) }
        #expect(unwrapping.outcome(requests[0]) == .success([UInt8](repeating: 0, count: 32)))
        try plugin.misbehave("Decrypt stall")
        let group = DispatchGroup()
        DispatchQueue.global().async(group: group) { _ = unwrapping.outcome(requests[1]) }
        while try plugin.calls(of: "Decrypt").count < 2 { Thread.sleep(forTimeInterval: 0.01) }
        // The plugin has read how to misbehave when the call stands in its log, or just after.
        Thread.sleep(forTimeInterval: 0.3)
        try plugin.misbehave("")
        for number in 2..<4 {
            #expect(unwrapping.outcome(requests[number]) == .success([UInt8](repeating: UInt8(number), count: 32)))
        }
        guard case .failure(.noAnswer) = unwrapping.outcome(requests[1]) else {
            Issue.record("the key was asked for a second time")
            return
        }
        group.wait()
        #expect(try plugin.calls(of: "Decrypt").count == 4)
    }

    /// A plugin that stalls is not waited for again and again.
    @Test func givesUpASilentPlugin() throws {
        let plugin = try PluginProcess()
        try plugin.misbehave("Decrypt stall")
        let unwrapping = plugin.unwrapping(timeout: .seconds(1))
        for number in 0..<20 {
            let request = try Mock.request([UInt8](repeating: UInt8(number), count: 32))
            let outcome = unwrapping.outcome(request)
            // Who notices first, the plugin or this side, says it in its own words.
            let text: String
            switch outcome {
            case .failure(.noAnswer(.silent(let words))), .failure(.noAnswer(.answered(let words))): text = words
            default: text = "\(outcome)"
            }
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
            guard case .failure(.noAnswer(.silent(let text))) = unwrapping.outcome(request) else {
                Issue.record("a dead plugin answered")
                continue
            }
            #expect(text.hasPrefix("rpc error: code = Unavailable desc = "))
        }
    }

    @Test func sealsWhatItOpens() throws {
        let plugin = try PluginProcess()
        let unwrapping = plugin.unwrapping()
        let key = try unwrapping.sealingKey(of: Mock.v2)
        let (plaintext, etcdKey) = (Array("hello".utf8), Array("/registry/secrets/a/b".utf8))
        var sealed = SecretBuffer()
        try key.seal(plaintext.span.rawBytes, authenticating: etcdKey.span.rawBytes, appendingTo: &sealed)
        let envelope = try KMSv2Envelope(parsing: sealed.bytes)
        #expect(envelope.keyID == "1" && envelope.dekSourceType == .seed)
        #expect(envelope.annotations == Mock.annotations)
        let seed = try unwrapping.unwrap(KMSUnwrapRequest(plugin: Mock.v2, envelope: envelope))
        var opened = SecretBuffer()
        try envelope.open(
            sealed.bytes, key: try KMSv2Key(seed, type: .seed), authenticating: etcdKey.span.rawBytes,
            appendingTo: &opened)
        let bytes = opened.bytes.copiedToArray()
        #expect(bytes == plaintext)
    }

    /// Nothing is sealed with a seed that kube-apiserver would not take, or that does not come back.
    @Test(
        arguments: [
            (
                "Encrypt wrong-key",
                .untrue(
                    "failed to rotate DEK: "
                        + "statusKeyIDHash=\"sha256:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b\", "
                        + "encryptKeyIDHash=\"sha256:d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35\""
                )
            ),
            ("Decrypt short", .keyNotReturned), ("Encrypt plain", .keyInClear(.raw)),
            ("Encrypt base64", .keyInClear(.base64)), ("Encrypt hex", .keyInClear(.hexadecimal)),
        ] as [(String, KMSUncertainty)])
    func sealsWithNoDoubtfulSeed(mode: String, reason: KMSUncertainty) throws {
        let plugin = try PluginProcess()
        try plugin.misbehave(mode)
        #expect(throws: KMSUnwrapError.noAnswer(reason)) { try plugin.unwrapping().sealingKey(of: Mock.v2) }
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
