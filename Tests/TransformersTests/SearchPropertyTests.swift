import EncryptionConfig
import EnvelopeCrypto
import SecretMemory
import TestSupport
import Testing
import Transformers

/// Random lists of providers and keys against the plain reference.
struct SearchPropertyTests {
    /// Names that overlap: the first is a prefix of the second, with 15 characters and a colon more of the third.
    private static let names = ["a", "a:b", "a:123456789012345", "b", "a:b:c", ":"]
    private static let kinds = [ProviderName.aescbc, .aesgcm, .secretbox]

    private static func key(_ provider: ProviderName, _ random: inout SeededGenerator) -> TestKey {
        let count = provider == .secretbox ? 32 : [16, 24, 32][Int.random(in: 0..<3, using: &random)]
        // Few bytes to choose from, so that keys are often equal though their names are not, and the reverse.
        return TestKey(
            names[Int.random(in: 0..<names.count, using: &random)], UInt8.random(in: 0...2, using: &random),
            count: count)
    }

    private static func providers(_ random: inout SeededGenerator) -> [TestProvider] {
        (0..<Int.random(in: 1...4, using: &random)).map { _ in
            guard Int.random(in: 0..<5, using: &random) > 0 else { return .identity }
            let kind = kinds[Int.random(in: 0..<3, using: &random)]
            return .keys(kind, (0..<Int.random(in: 1...4, using: &random)).map { _ in key(kind, &random) })
        }
    }

    /// A value as any of the keys could have written it, or one that is damaged or plaintext.
    private static func value(_ providers: [TestProvider], _ random: inout SeededGenerator) throws -> [UInt8] {
        let plaintext = random.bytes(Int.random(in: 0...40, using: &random))
        var value: [UInt8]
        switch (Int.random(in: 0..<8, using: &random), providers.randomElement(using: &random)) {
        case (0, _): return plaintext
        case (1, _): return Array("k8s:enc:".utf8) + plaintext
        case (2, _):
            let kind = kinds[Int.random(in: 0..<3, using: &random)]
            value = try seal(plaintext, kind, key(kind, &random))
        case (_, .keys(let kind, let keys)):
            value = try seal(plaintext, kind, keys.randomElement(using: &random) ?? key(kind, &random))
        default: return plaintext
        }
        switch Int.random(in: 0..<8, using: &random) {
        case 0: value.removeLast(Int.random(in: 0...value.count, using: &random))
        case 1: value[Int.random(in: 0..<value.count, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
        case 2: value += random.bytes(16)
        case 3: value.removeLast(min(16, value.count))
        default: break
        }
        return value
    }

    @Test(arguments: 0..<200 as Range<UInt64>) func agreesWithTheReference(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let providers = Self.providers(&random)
        let transformer = try transformer(providers)
        for _ in 0..<20 {
            let value = try Self.value(providers, &random)
            let expected = Reference.open(value, etcdKey: secretEtcdKey, providers)
            #expect(referenceOutcome(of: open(value, etcdKey: secretEtcdKey, with: transformer)) == expected)
        }
    }

    /// What is written is what the first key of the first provider makes, and that alone.
    @Test(arguments: 0..<64 as Range<UInt64>) func theFirstEntryWrites(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let providers = Self.providers(&random)
        let plaintext = random.bytes(Int.random(in: 0...100, using: &random))
        let value = try transformer(providers).seal(plaintext)
        guard case .keys(let kind, let keys) = providers[0] else {
            #expect(value == plaintext)
            return
        }
        #expect(value.starts(with: "k8s:enc:\(kind.rawValue):v1:\(keys[0].name):".utf8))
        #expect(
            Reference.open(value, etcdKey: secretEtcdKey, [.keys(kind, [keys[0]])])
                == .opened(plaintext, stale: false, provider: kind, key: keys[0].name))
        #expect(
            Reference.open(value, etcdKey: secretEtcdKey, providers)
                == .opened(plaintext, stale: false, provider: kind, key: keys[0].name))
    }

    /// Keys and providers change places; everything stays readable, and is stale unless it is written so now.
    @Test(arguments: 0..<64 as Range<UInt64>) func rotation(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        // Names of their own: with AES-CBC a wrong key of the same name can be taken for the right one.
        var number = 0
        var providers: [TestProvider] = (0..<Int.random(in: 1...4, using: &random)).map { _ in
            let kind = Self.kinds[Int.random(in: 0..<3, using: &random)]
            let keys = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                number += 1
                return TestKey("key-\(number)", random.bytes(32))
            }
            return .keys(kind, keys)
        }
        providers.insert(.identity, at: Int.random(in: 0...providers.count, using: &random))
        for _ in 0..<6 {
            let plaintext = Array("k8s\0".utf8) + random.bytes(50)
            let value = try transformer(providers).seal(plaintext)
            let written = providers[0]
            providers = providers.shuffled(using: &random).map { provider in
                guard case .keys(let kind, let keys) = provider else { return provider }
                return .keys(kind, keys.shuffled(using: &random))
            }
            let isCurrent =
                switch (written, providers[0]) {
                case (.identity, .identity): true
                case (.keys(let kind, let keys), .keys(let newKind, let newKeys)):
                    kind == newKind && keys[0] == newKeys[0]
                default: false
                }
            guard
                case .opened(let opened, let stale, _, _) = open(
                    value, etcdKey: secretEtcdKey, with: try transformer(providers))
            else {
                Issue.record("does not open any more")
                continue
            }
            #expect(opened == plaintext)
            #expect(stale == !isCurrent)
        }
    }
}
