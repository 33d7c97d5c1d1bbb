import ClusterSupport
import EncryptionConfig
import KeyRescue
import KubernetesResources
import SecretMemory
import StorageAudit
import TestSupport
import Testing

/// Random files lose random keys, to archives or for good.
struct RescuePropertyTests {
    private struct Key: Hashable {
        let provider: String
        let name: String
        let word: String

        var short: String { "\(provider) \(name)=\(word)" }
    }

    /// A configuration in short form: one provider for each key, so that any order is possible.
    private func short(_ resources: String, _ keys: [Key]) -> String {
        "\(resources): \(keys.map(\.short).joined(separator: "; "))"
    }

    @Test(arguments: 0..<120 as Range<UInt64>)
    func whatHasAKeyComesBackAndTheRestIsNamed(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed &* 31 &+ 5)
        let providers = ["aescbc", "aesgcm", "secretbox"]
        // Names are rarely equal; AES-CBC keys never share one, because of the values that decrypt by chance.
        func keys(_ tag: String) -> [Key] {
            (0..<Int.random(in: 1...4, using: &random)).map { number in
                let provider = providers.randomElement(using: &random) ?? ""
                let isShared = provider != "aescbc" && Bool.random(using: &random)
                return Key(
                    provider: provider, name: isShared ? "key1" : "\(tag)\(number)", word: "\(seed)\(tag)\(number)")
            }
        }
        let before = ["secrets": keys("s"), "configmaps": keys("c")]
        // The first key stays, since a file cannot be without one.
        var kept: [String: [Key]] = [:]
        var archived: [Key] = []
        var lost: Set<Key> = []
        for (resource, keys) in before.sorted(by: { $0.key < $1.key }) {
            kept[resource] = [keys[0]]
            for key in keys.dropFirst() {
                switch Int.random(in: 0..<4, using: &random) {
                case 0: kept[resource, default: []].append(key)
                case 1: lost.insert(key)
                default: archived.append(key)
                }
            }
        }
        archived.shuffle(using: &random)
        let file = kept.sorted { $0.key < $1.key }.map { short($0.key, $0.value) }.joined(separator: "\n")
        var archives: [EncryptionConfiguration] = []
        if !archived.isEmpty { archives.append(try ShortConfiguration(short("*.*", archived)).configuration()) }
        var scene = RescueScene(text: ShortConfiguration(file).text, archives: archives)
        var expected: Set<String> = []
        for (resource, kind) in [("configmaps", "ConfigMap"), ("secrets", "Secret")] {
            for (number, key) in (before[resource] ?? []).enumerated() {
                for copy in 0..<2 {
                    let name = "\(number)-\(copy)"
                    let etcdKey = "/registry/\(resource)/default/\(name)"
                    scene.snapshot.put(
                        etcdKey,
                        try ShortConfiguration(short(resource, [key])).configuration().sealed(
                            MadeObject.protobuf(kind, name), at: etcdKey, for: resource))
                    if lost.contains(key) { expected.insert(etcdKey) }
                }
            }
        }
        let (plan, judgement) = try scene.rescue()
        let unreadable = judgement.sources[0].unreadable.flatMap(\.values)
            .map { String(decoding: $0.etcdKey, as: UTF8.self) }
        #expect(Set(unreadable) == expected)
        #expect(judgement.verdict == (expected.isEmpty ? .complete : .incomplete))
        #expect(plan.refused.isEmpty)
        // The fewest keys: each archived key once.
        #expect(plan.added.count == archived.count)
        // The write keys stay.
        let configuration = try scene.configuration(SecretKey(SecretBytes(Array(scene.text.utf8))))
        for (old, new) in zip(configuration.entries, plan.configuration.entries) {
            #expect(
                StorageKey.list(of: old.providers).first?.label == StorageKey.list(of: new.providers).first?.label)
        }
    }
}
