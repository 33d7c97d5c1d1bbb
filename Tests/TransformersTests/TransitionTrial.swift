import EncryptionConfig
import KeyTransition
import KubernetesResources
import SecretMemory
import Testing
import Transformers

/// A configuration that reads, and values of each key that can have written under it.
struct TransitionFile {
    static let resources = ["secrets", "configmaps", "deployments.apps", "widgets.example.com"]
        .map { GroupResource(parsing: $0) }

    struct Writer {
        let key: StorageKey
        let samples: [TransitionSamples.Sample]
    }

    let configuration: EncryptionConfiguration
    let transformers: TransformerSet
    /// In the order of the resources, and of their keys.
    let writers: [[Writer]]

    init(_ configuration: EncryptionConfiguration, endpoints: [String: String]) throws {
        self.configuration = configuration
        let transformers = TransformerSet(configuration, unwrapping: PluginStandIn(endpoints: endpoints))
        self.transformers = transformers
        writers = try Self.resources.map { resource in
            let providers = transformers.resolution.rule(for: resource)?.providers ?? [.implicitIdentity]
            return try StorageKey.list(of: providers).map { key in
                Writer(key: key, samples: try TransitionSamples.shared.get().samples(of: key))
            }
        }
    }
}

/// A change that is tried out: values of each key that can have written are opened under the other configuration.
struct TransitionTrial {
    private let old: TransitionFile
    private let new: TransitionFile

    init(_ old: TransitionFile, _ new: TransitionFile) { (self.old, self.new) = (old, new) }

    /// Where the proof says something else than happens.
    func disagreements(with proof: TransitionProof) throws -> [String] {
        var disagreements: [String] = []
        var forward: [Counterexample.Certainty] = []
        var backward: [Counterexample.Certainty] = []
        for (index, (answer, resource)) in zip(proof.resources, TransitionFile.resources).enumerated() {
            let (oldWriters, newWriters) = (old.writers[index], new.writers[index])
            for (index, writer) in oldWriters.enumerated() {
                let effect = try effect(on: writer, in: new, resource)
                let said = answer.counterexamples.first {
                    $0.writer.side == .old && $0.writer.key.isSame(as: writer.key)
                }
                if effect != said?.effect {
                    disagreements.append("\(resource) old \(writer.key.label): \(effect as Any), not \(said as Any)")
                }
                guard effect != nil else { continue }
                forward.append(index == 0 && !isUnsettled(writer, newWriters) ? .certain : .possible)
            }
            let writer = newWriters[0]
            let effect = try effect(on: writer, in: old, resource)
            let said = answer.counterexamples.first { $0.writer.side == .new }
            if effect != said?.effect {
                disagreements.append("\(resource) new \(writer.key.label): \(effect as Any), not \(said as Any)")
            }
            if effect != nil { backward.append(isUnsettled(writer, oldWriters) ? .possible : .certain) }
        }
        if proof.safe != answer(forward) { disagreements.append("safe is \(proof.safe)") }
        if proof.rolling != answer(forward + backward) { disagreements.append("rolling is \(proof.rolling)") }
        return disagreements
    }

    /// What becomes of the values of a key; nil if all are read as they were written.
    private func effect(
        on writer: TransitionFile.Writer, in reader: TransitionFile, _ resource: GroupResource
    ) throws -> Counterexample.Effect? {
        let transformer = try reader.transformers.transformer(for: resource)
        var read: Set<Counterexample.Effect?> = []
        var luckless: Set<Counterexample.Effect?> = []
        for sample in writer.samples {
            let effect: Counterexample.Effect? =
                switch open(sample.value, etcdKey: TransitionSamples.etcdKey, with: transformer) {
                case .opened(let plaintext, _, _, _): plaintext == sample.plaintext ? nil : .wrongBytes
                case .failed: .unreadable
                }
            if sample.isUnlucky { luckless.insert(effect) } else { read.insert(effect) }
        }
        // Values of one key that no wrong key opens all fare alike.
        try #require(read.count == 1)
        guard let effect = read.first else { return nil }
        if effect == nil, luckless.contains(.wrongBytes) { return .byChance }
        // Bad luck makes other bytes, and never an error.
        try #require(effect == .unreadable || !luckless.contains(.unreadable))
        return effect
    }

    /// Whether a plugin of this name is there at another place only.
    private func isUnsettled(_ writer: TransitionFile.Writer, _ readers: [TransitionFile.Writer]) -> Bool {
        guard case .plugin = writer.key else { return false }
        return readers.contains { $0.key.label == writer.key.label }
    }

    private func answer(_ certainties: [Counterexample.Certainty]) -> TransitionProof.Answer {
        certainties.isEmpty ? .yes : certainties.contains(.certain) ? .no : .depends
    }
}

extension ProposedConfiguration {
    /// The file.
    var text: String {
        var text = "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n"
        for entry in entries {
            text += "- resources: [\(entry.resources.map { "'\($0)'" }.joined(separator: ", "))]\n  providers:\n"
            for provider in entry.providers {
                switch provider.kind {
                case .identity: text += "  - identity: {}\n"
                case .kms(let plugin):
                    text += "  - kms: {apiVersion: \(plugin.version.rawValue), name: '\(plugin.name)', "
                    text += "endpoint: '\(plugin.endpoint)'}\n"
                case .aescbc(let keys), .aesgcm(let keys), .secretbox(let keys):
                    let items = keys.map {
                        "{name: '\($0.name)', secret: \(base64($0.secret))}"
                    }
                    text += "  - \(provider.name.rawValue): {keys: [\(items.joined(separator: ", "))]}\n"
                }
            }
        }
        return text
    }
}
