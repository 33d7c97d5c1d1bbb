public import EncryptionConfig
public import ShownText
internal import Explanations
internal import GoText
public import KeyRotation

/// The step of each rotation in a file, derived from the file only.
public struct RotationStatus {
    private let configuration: EncryptionConfiguration
    private let sets: [KeySet]
    private let file: String
    private let hash: String
    private let options: Phrase
    /// The obstacle to the next step that the file shows; nil if there is none.
    public var obstacle: Phrase?

    /// - Parameters:
    ///   - hash: Of the file.
    ///   - options: Options with which the next command reads the file.
    public init(_ configuration: EncryptionConfiguration, file: String, hash: String, options: Phrase) {
        self.configuration = configuration
        sets = KeySet.all(in: configuration)
        self.file = file
        self.hash = hash
        self.options = options
    }

    public var isAmbiguous: Bool { sets.contains { $0.state.isAmbiguous } }

    /// Each key set, then each entry that has none.
    public var steps: [RotationReport.Step] {
        let keyed = sets.map { set in
            let entry = set.places.first.map { configuration.entries[$0.entry] }
            let keys = ReadKey.list(of: entry?.providers ?? [])
            return RotationReport.Step(
                path: set.path, resources: set.resources.map(\.text), step: set.state.name, before: keys, after: keys)
        }
        let others = keyless.map { entry in
            let keys = ReadKey.list(of: entry.providers)
            return RotationReport.Step(
                path: "resources[\(entry.index)]", resources: entry.resources,
                step: entry.providers.first?.name == .identity ? "plaintext" : "settled", before: keys, after: keys)
        }
        return keyed + others
    }

    public var text: Phrase {
        let keyed = sets.map { set -> Phrase in
            let resources = Self.list(set.resources.map(\.text))
            return "\(resources) (\(set.path))\n  \(set.state.explanation(of: resources))\n  keys  "
                + set.keys.map { Phrase(name: $0.name) }.joined(separator: ", ") + "\n"
        }
        let others = keyless.map { entry -> Phrase in
            let writer = entry.providers.first.map { ReadKey.list(of: [$0]) }?.first
            let resources = Self.list(entry.resources)
            let explanation: Phrase =
                if let writer, writer.provider != .identity {
                    "write key: \(writer.name) (rotate it in the KMS)"
                } else { "new objects of \(resources) are plaintext" }
            return "\(resources) (resources[\(entry.index)])\n  \(explanation)\n"
        }
        return keyed.joined() + others.joined() + Self.otherReaders(in: configuration)
    }

    /// The next step, if the file shows exactly one.
    public var next: NextCommand {
        if sets.isEmpty {
            return NextCommand(reason: keylessReason)
        }
        if isAmbiguous {
            return NextCommand(
                reason:
                    "choose the step with --step (and --to, if a provider change began): the file does not show it"
            )
        }
        let states = sets.map(\.state).filter { $0 != .settled }
        guard states.allSatisfy({ $0 == states.first }) else {
            return NextCommand(reason: "select an entry with --resources; the entries are at different steps")
        }
        switch nextStep {
        case .promote:
            return RotationGuide.next(
                RotationGuide.promotion(of: file, hash: hash, options: options), reason: RotationGuide.promotionReason,
                isSayable: RotationGuide.isSayable(file), obstacle)
        case .retire: return RotationGuide.retirement(file: file, hash: hash, options: options)
        case .add where readsOtherProviders && obstacle == nil:
            return NextCommand(
                reason: "to continue a provider change, repeat --to; to rotate the write key, use --step add")
        default:
            return RotationGuide.next(
                "encconf rotate \(RotationGuide.argument(file)) --step add\(options.isEmpty ? "" : " ")\(options)",
                reason: "start a rotation", isSayable: RotationGuide.isSayable(file), obstacle)
        }
    }

    /// The next step, if the file shows exactly one.
    public var nextStep: RotationRequest.Step? {
        let states = sets.map(\.state).filter { $0 != .settled }
        guard !sets.isEmpty, !isAmbiguous, states.allSatisfy({ $0 == states.first }) else { return nil }
        return switch states.first {
        case .added: .promote
        case .promoted: .retire
        default: .add
        }
    }

    /// Why there is no next step of a file without a key of its own.
    private var keylessReason: Phrase {
        let hasPlugin = configuration.entries.contains { $0.providers.contains { $0.name != .identity } }
        return hasPlugin
            ? "rotate in the KMS with `encconf rollout` and --new-kms-key, or change the provider with --to"
            : "start encryption with --to and --resources"
    }

    /// Whether an entry with a key set has further providers, so that a provider change may have begun.
    private var readsOtherProviders: Bool {
        Set(sets.flatMap(\.places).map(\.entry)).contains { !Self.others(in: configuration.entries[$0]).isEmpty }
    }

    /// The keys of all providers but the first one and identity.
    private static func others(in entry: EncryptionConfiguration.Entry) -> [ReadKey] {
        ReadKey.list(of: Array(entry.providers.filter { $0.name != .identity }.dropFirst()))
    }

    /// The resources of entries without a key set: those with only KMS or identity.
    private var keyless: [(index: Int, resources: [String], providers: [Provider])] {
        let keyed = Set(sets.flatMap(\.places).map(\.entry))
        let decided = configuration.decidedResources
        return configuration.entries.indices.filter { !keyed.contains($0) && !decided[$0].isEmpty }.map {
            ($0, decided[$0].map(\.text), configuration.entries[$0].providers)
        }
    }

    /// The write key of each entry, to compare with the intent.
    public static func writers(in configuration: EncryptionConfiguration) -> Phrase {
        zip(configuration.entries, configuration.decidedResources).enumerated().map { index, entry -> Phrase in
            guard !entry.1.isEmpty else { return "" }
            let writer = ReadKey.list(of: Array(entry.0.providers.prefix(1))).first?.name ?? ""
            return "  \(list(entry.1.map(\.text))): write key \(writer)\n"
        }.joined()
    }

    private static func list(_ resources: [String]) -> Phrase {
        resources.map { Phrase(foreign: $0) }.joined(separator: ", ")
    }

    /// Further providers of each entry: a provider change may be in progress, which the file does not record.
    private static func otherReaders(in configuration: EncryptionConfiguration) -> Phrase {
        configuration.entries.enumerated().map { index, entry -> Phrase in
            let others = others(in: entry)
            guard !others.isEmpty else { return "" }
            return "resources[\(index)] also reads \(others.map(\.name).joined(separator: ", ")).\n"
                + "  A provider change may have begun or ended.\n"
        }.joined()
    }
}
