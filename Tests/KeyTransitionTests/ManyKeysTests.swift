import EncryptionConfig
import GoText
import TestSupport
import Testing

@testable import KeyTransition

/// What is found without comparing each key with each other one is what comparing them all would find.
struct ManyKeysTests {
    /// Names of which some begin others, with a colon behind, and leave whole blocks or not.
    private static let names = ["a", "b", "a:0123456789abcde", "a:01", "a:0123456789abcde:0123456789abcde", "a:"]

    private func randomList(_ random: inout SeededGenerator) throws -> KeyList {
        var plugins: Set<String> = []
        let providers = (0..<Int.random(in: 1...4, using: &random)).map { _ -> String in
            switch Int.random(in: 0..<6, using: &random) {
            case 0: return "identity"
            case 1:
                let version = Bool.random(using: &random) ? "v1" : "v2"
                let name = "\(version)-\(Int.random(in: 0..<2, using: &random))"
                // Only v1 providers may have one name.
                guard version == "v1" || plugins.insert(name).inserted else { return "identity" }
                return "kms \(version) \(name)@\(Int.random(in: 0..<2, using: &random))"
            default:
                let cipher = ["aescbc", "aescbc", "aesgcm", "secretbox"].randomElement(using: &random) ?? ""
                let keys = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                    "\(Self.names.randomElement(using: &random) ?? "")=\(Int.random(in: 1...3, using: &random))"
                }
                return "\(cipher) \(keys.joined(separator: " "))"
            }
        }
        let configuration = try configuration(short: "secrets: \(providers.joined(separator: ";"))")
        return ResolvedKeys(configuration).lists[0]
    }

    @Test func readingTriesNoMoreThanItNeeds() throws {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<400 {
            let (old, new) = (try randomList(&random), try randomList(&random))
            for writer in old.keys + new.keys {
                #expect(new.reading(writer).summary == new.readingByTryingAll(writer).summary, "\(writer)")
                #expect(new.contains(writer) == new.keys.contains { $0.isSame(as: writer) })
            }
            let each = old.keys.enumerated().filter { place, key in
                !old.keys[..<place].contains { $0.isSame(as: key) }
            }
            #expect(old.writers.count == each.count)
            #expect(zip(old.writers, each).allSatisfy { $0.isSame(as: $1.element) })
        }
    }

    @Test func keysArePairedAsByComparingAll() throws {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<400 {
            let (old, new) = (try randomList(&random), try randomList(&random))
            #expect(KeyPairing(old: old, new: new).kinds == pairsByComparingAll(old, new))
        }
    }

    /// However many keys have one name, two of them decide.
    @Test func namesakesDoNotCount() throws {
        let keys = (0..<500).map { "a=\(["A", "B", "C", "D"][$0 % 4])" }
        let list = ResolvedKeys(try configuration(short: "secrets: aescbc \(keys.joined(separator: " "))")).lists[0]
        #expect(list.keys.count == 500)
        for key in list.writers { #expect(list.index.decisivePlaces(for: key).count <= 2) }
        #expect(list.writers.count == 4)
    }

    private func pairsByComparingAll(_ old: KeyList, _ new: KeyList) -> [TransitionChange.Kind] {
        var candidates = new.writers.filter { key in !old.writers.contains { $0.isSame(as: key) } }
        var removed = old.writers.filter { key in !new.writers.contains { $0.isSame(as: key) } }
        var kinds: [TransitionChange.Kind] = []
        func pair(_ kind: (StorageKey, StorageKey) -> TransitionChange.Kind?) {
            removed.removeAll { key in
                guard let place = candidates.firstIndex(where: { kind(key, $0) != nil }) else { return false }
                kinds += [kind(key, candidates.remove(at: place))].compactMap { $0 }
                return true
            }
        }
        pair { old, new in
            guard old.label == new.label else { return nil }
            switch (old, new) {
            case (.plugin(let from), .plugin(let to)):
                return .kmsEndpointChanged(old.label, from: from.endpoint, to: to.endpoint)
            case (.key, .key): return .keyBytesChanged(old.label)
            default: return nil
            }
        }
        pair { old, new in
            guard old.provider == new.provider else { return nil }
            switch (old, new) {
            case (.plugin(let from), .plugin(let to)) where from.endpoint == to.endpoint:
                return .kmsRenamed(old.label, to: to.name)
            case (.key(let from, _), .key(let to, _)) where from.secret.isEqual(to: to.secret):
                return .keyRenamed(old.label, to: to.name)
            default: return nil
            }
        }
        pair { old, new in
            guard case .key(let from, _) = old, case .key(let to, _) = new, from.secret.isEqual(to: to.secret)
            else { return nil }
            return .keyMoved(old.label, to: new.label)
        }
        func ciphers(_ list: KeyList) -> [ProviderName] {
            ProviderName.allCases.filter { name in
                list.keys.contains { if case .key(_, name) = $0 { true } else { false } }
            }
        }
        let (oldCiphers, newCiphers) = (ciphers(old), ciphers(new))
        kinds += oldCiphers.filter { !newCiphers.contains($0) }
            .map { .providerRemoved(StoredKeyLabel(provider: $0, key: nil)) }
        kinds += removed.map { key in
            switch key {
            case .plaintext: .identityRemoved
            case .key: .keyRemoved(key.label)
            case .plugin: .providerRemoved(key.label)
            }
        }
        kinds += newCiphers.filter { !oldCiphers.contains($0) }
            .map { .providerAdded(StoredKeyLabel(provider: $0, key: nil)) }
        return kinds
            + candidates.map { key in
                switch key {
                case .plaintext: .identityAdded
                case .key: .keyAdded(key.label)
                case .plugin: .providerAdded(key.label)
                }
            }
    }
}

extension KeyList {
    /// Tries all keys in order, as kube-apiserver does.
    fileprivate func readingByTryingAll(_ writer: StorageKey) -> Reading {
        var gambler: EncryptionKey?
        var namesake: KMSPlugin?
        for key in keys {
            switch (key.attempt(on: writer), key) {
            case (.opens, _): return gambler.map { .sameUnlessBy($0) } ?? .same
            case (.garbles, .key(let key, _)): return .garbledBy(key)
            case (.gambles, .key(let key, _)): gambler = gambler ?? key
            case (.unknown, .plugin(let plugin)): namesake = namesake ?? plugin
            default: continue
            }
        }
        return namesake.map { .unknown($0) } ?? .refused
    }
}

extension Reading {
    fileprivate var summary: String {
        switch self {
        case .same: "same"
        case .sameUnlessBy(let key): "same unless by \(key.path)"
        case .garbledBy(let key): "garbled by \(key.path)"
        case .refused: "refused"
        case .unknown(let plugin): "unknown \(plugin.endpoint)"
        }
    }
}
