import GoText
import EncryptionConfig
import Foundation
import StorageAudit
import StorageEvidence
import TestSupport
import Testing

/// Random sources of evidence: what they say about a removed key is what the model says, and no proof is a false one.
struct EvidenceModelTests {
    @Test(arguments: AuditModelTests.seeds)
    func noProofIsFalse(seeds: Range<UInt64>) throws {
        var failures = 0
        var verdicts: [EvidenceModel.Verdict: Int] = [:]
        for seed in seeds where seed % 2 == 0 || seeds.count == 1 {
            guard let trial = try EvidenceTrial(seed: seed) else { continue }
            verdicts[trial.expected, default: 0] += 1
            let differences = try trial.differences()
            guard !differences.isEmpty else { continue }
            failures += 1
            if failures <= 3 {
                Issue.record("ENCCONF_SEED=\(seed)\n\(differences.joined(separator: "\n"))\n\(trial)")
            }
        }
        // Trials that all end in the same verdict would show little.
        #expect(seeds.count == 1 || verdicts.values.min() ?? 0 >= 5 && verdicts.count == 3, "\(verdicts)")
        #expect(failures == 0, "\(failures) trials of \(seeds)")
    }
}

/// A configuration that loses a key, and sources that may need it.
struct EvidenceTrial: CustomStringConvertible {
    let model: EvidenceModel
    /// What the model says.
    let expected: EvidenceModel.Verdict
    private let oldFile: ConfigurationFile
    private let newFile: ConfigurationFile

    /// Nil if the configuration has no key that can go.
    init?(seed: UInt64) throws {
        var random = SeededGenerator(seed: ~seed)
        let pool = KeyPool(using: &random)
        let (old, oldFile) = try Self.configuration(pool, using: &random)
        guard let removal = Self.removal(from: old, using: &random) else { return nil }
        let isWholeStore = Int.random(in: 0..<3, using: &random) == 0
        let sources = try Self.sources(
            old, pool, removal.cipher, removal.key, isWholeStore: isWholeStore, using: &random)
        model = EvidenceModel(
            old: old, new: removal.new, cipher: removal.cipher, key: removal.key, patterns: removal.patterns,
            sources: sources, isWholeStore: isWholeStore, convergence: Self.convergence(sources, seed))
        expected =
            model.isNamed ? .used : model.isNameShared || !model.isProvable ? .unknown : .unused
        self.oldFile = oldFile
        newFile = try removal.new.file()
    }

    /// Mostly since the beginning; now and then nobody knows, or it is about the revision of a source.
    private static func convergence(_ sources: [ModelSource], _ seed: UInt64) -> Convergence? {
        var random = SeededGenerator(seed: seed ^ 0x5eed)
        let around =
            (sources.randomElement(using: &random)?.store.revision ?? 1) + Int64.random(in: -1...1, using: &random)
        let isBeforeReading = Bool.random(using: &random)
        return switch Int.random(in: 0..<28, using: &random) {
        case 0: nil
        case 1: Convergence(revision: nil, isBeforeReading: isBeforeReading)
        case 2, 3: Convergence(revision: max(1, around), isBeforeReading: isBeforeReading)
        default: Convergence(revision: 1, isBeforeReading: true)
        }
    }

    /// A configuration; some have two keys of one name and one cipher.
    private static func configuration(
        _ pool: KeyPool, using random: inout SeededGenerator
    ) throws -> (ModelConfiguration, ConfigurationFile) {
        var (configuration, file) = ModelConfiguration.random(pool, exactInTen: 8, using: &random)
        guard Int.random(in: 0..<5, using: &random) == 0 else { return (configuration, file) }
        for (index, entry) in configuration.entries.enumerated() {
            configuration.entries[index].providers = entry.providers.map { provider in
                guard case .keys(let cipher, let keys) = provider else { return provider }
                return .keys(cipher, keys + [ModelKey(name: keys[0].name, bytes: pool.bytes(using: &random))])
            }
        }
        file = try configuration.file()
        return (configuration, file)
    }

    /// Takes a key out of one entry, or of all that have it. An entry that would be left without a provider stays as it is.
    private static func removal(
        from old: ModelConfiguration, using random: inout SeededGenerator
    ) -> (new: ModelConfiguration, cipher: ModelCipher, key: ModelKey, patterns: [ModelPattern])? {
        var places: [(entry: Int, cipher: ModelCipher, key: ModelKey)] = []
        for (index, entry) in old.entries.enumerated() {
            for case .keys(let cipher, let keys) in entry.providers { places += keys.map { (index, cipher, $0) } }
        }
        guard let place = places.randomElement(using: &random) else { return nil }
        let isEverywhere = Bool.random(using: &random)
        var new = old
        var patterns: [ModelPattern] = []
        for index in new.entries.indices where isEverywhere || index == place.entry {
            let providers = new.entries[index].providers.compactMap { provider -> ModelProvider? in
                guard case .keys(place.cipher, let keys) = provider else { return provider }
                let rest = keys.filter { $0 != place.key }
                return rest.isEmpty ? nil : .keys(place.cipher, rest)
            }
            guard providers != new.entries[index].providers, !providers.isEmpty else { continue }
            new.entries[index].providers = providers
            patterns += new.entries[index].patterns.filter { !patterns.contains($0) }
        }
        return patterns.isEmpty ? nil : (new, place.cipher, place.key, patterns)
    }

    /// A store in which the key has written, and which was rewritten later, for the most part.
    private static func store(
        _ old: ModelConfiguration, _ pool: KeyPool, _ cipher: ModelCipher, _ key: ModelKey, health: Int,
        using random: inout SeededGenerator
    ) throws -> ModelStore {
        var maker = StoreMaker(old, pool, uid: uid, healthInTen: health, using: &random)
        var store = try maker.store(keys: 2...6)
        if Int.random(in: 0..<8, using: &random) == 0 {
            // The name of the key was another one once: kube-apiserver reads no such value.
            let object = ModelObject(apiVersion: "v1", kind: "Secret", namespace: "a", name: "lost")
            let etcdKey = Array("/registry/secrets/a/lost".utf8)
            let main = store.lastRevision + 1
            store.records.append(
                ModelRecord(
                    key: etcdKey,
                    place: .object(.secrets, namespace: "a", name: "lost", .builtIn("Secret", groups: [""])),
                    value: try ReferenceCipher.seal(
                        object.protobuf, cipher, ModelKey(name: Array("gone".utf8), bytes: key.bytes), at: etcdKey,
                        using: &random),
                    main: main, sub: 0, createRevision: main, version: 1))
        }
        guard Int.random(in: 0..<4, using: &random) > 0 else { return store }
        try maker.rewrite(&store, shareInTen: 10, by: .first)
        let isAnother = Int.random(in: 0..<3, using: &random) == 0
        try maker.rewrite(&store, shareInTen: isAnother ? 10 : 2, by: isAnother ? .another(than: key) : .first)
        return store
    }

    private static let uid = "0a1b2c3d-0000-4000-8000-00000000000a"

    /// Snapshots of this cluster at different revisions, or of another one.
    private static func sources(
        _ old: ModelConfiguration, _ pool: KeyPool, _ cipher: ModelCipher, _ key: ModelKey, isWholeStore: Bool,
        using random: inout SeededGenerator
    ) throws -> [ModelSource] {
        let health = [7, 10, 10].randomElement(using: &random) ?? 10
        let store = try store(old, pool, cipher, key, health: health, using: &random)
        // Another cluster has the same configuration, the same keys, or neither; or it is one that was restored, which
        // goes on with the UID and the keys of this one.
        let otherPool = KeyPool(using: &random)
        let other = ModelConfiguration.random(otherPool, using: &random).0
        var otherMaker = StoreMaker(
            Bool.random(using: &random) ? old : other, Bool.random(using: &random) ? pool : otherPool,
            uid: "0a1b2c3d-0000-4000-8000-00000000000\(Bool.random(using: &random) ? "a" : "b")", healthInTen: health,
            using: &random)
        let stranger = try otherMaker.store(keys: 1...4)
        let count = Int.random(in: 1...3, using: &random)
        return (0..<count).map { number in
            let digest: ModelDigest =
                [.right, .right, .right, .right, .right, .wrong, .absent].randomElement(using: &random) ?? .right
            let isOfManifest = isWholeStore && number == 0
            var source = store
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1: source = store.upTo(Int64.random(in: 1...max(1, store.revision), using: &random))
            case 2: source = stranger
            default: break
            }
            return ModelSource(source, digest, isOfManifest: isOfManifest, old)
        }
    }

    var description: String {
        let list = model.sources.map { source in
            "revision \(source.store.revision), digest \(source.digest), UID \(source.audit.clusterUID ?? "-")"
                + (source.isOfManifest ? ", of the manifest" : "")
                + source.store.liveRecords.map { record in
                    "\n    " + String(decoding: record.key, as: UTF8.self) + " "
                        + String(decoding: (record.value ?? []).prefix(50), as: UTF8.self).debugDescription
                }.joined()
        }
        return
            "remove \(model.cipher) \(model.key.text) \(Data(model.key.bytes).base64EncodedString()) from \(model.patterns)\n"
            + list.joined(separator: "\n") + "\n" + model.old.text
    }

    func differences() throws -> [String] {
        let sources = try model.sources.enumerated().map { index, source in
            EvidenceSource(
                name: "s\(index)",
                result: try AuditedFile.audit(
                    source.store.file(source.digest, leafLimit: 1_000), under: oldFile, ModelOptions()),
                isOfManifest: source.isOfManifest)
        }
        let evidence = StorageEvidence(
            under: oldFile, sources, isWholeStore: model.isWholeStore, convergence: model.convergence)
        let removed = RemovedKeys(
            [StoredKeyLabel(provider: model.cipher.name, key: ByteName(model.key.text))],
            of: model.patterns.map { ResourcePattern(parsing: "\($0)") }, from: oldFile.configuration,
            to: newFile.configuration)
        let (verdict, orphans) = removed.judge(evidence)
        let found: EvidenceModel.Verdict
        switch verdict {
        case .used: found = .used
        case .unused: found = .unused
        case .unknown: found = .unknown
        }
        var differences: [String] = []
        if model.isNeeded, found == .unused { differences.append("a false proof: a live value needs the key") }
        if found == .unused, model.isWanted, orphans.isEmpty {
            differences.append("a false proof: the key opens an unreadable value")
        }
        if found != expected { differences.append("\(found), and not \(expected)") }
        return differences
    }
}
