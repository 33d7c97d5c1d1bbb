public import EncryptionConfig
public import ShownText
internal import Explanations
internal import GoText
internal import KeyRotation

/// Where the rotations of a file stand, by the file alone.
public struct RotationStatus {
    private let configuration: EncryptionConfiguration
    private let sets: [KeySet]
    private let file: String
    private let options: Phrase

    /// - Parameter options: What the next command needs to read the file.
    public init(_ configuration: EncryptionConfiguration, file: String, options: Phrase) {
        self.configuration = configuration
        sets = KeySet.all(in: configuration)
        self.file = file
        self.options = options
    }

    public var isAmbiguous: Bool { sets.contains { $0.state.isAmbiguous } }

    /// Each key set, then each entry that has none.
    public var steps: [RotationReport.Step] {
        let keyed = sets.map { set in
            let keys = set.keys.map { ReadKey(provider: ProviderName(set.provider), key: $0.name) }
            return RotationReport.Step(
                path: set.path, resources: set.resources.map(\.text), step: set.state.name, before: keys, after: keys)
        }
        let others = keyless.map { index in
            let entry = configuration.entries[index]
            let keys = ReadKey.list(of: entry.providers)
            return RotationReport.Step(
                path: "resources[\(index)]", resources: entry.resources.map(\.description), step: "settled",
                before: keys, after: keys)
        }
        return keyed + others
    }

    public var text: Phrase {
        let keyed = sets.map { set -> Phrase in
            "\(set.path) (\(Self.list(set.resources.map(\.text)))): \(set.state.explanation)\n  keys  "
                + set.keys.map { Phrase(name: $0.name) }.joined(separator: ", ") + "\n"
        }
        let others = keyless.map { index -> Phrase in
            let entry = configuration.entries[index]
            let writer = entry.providers.first.map { ReadKey.list(of: [$0]) }?.first
            let explanation: Phrase =
                if let writer, writer.provider != .identity {
                    "written with \(writer.name), which has no keys in this file"
                } else { "not encrypted" }
            return "resources[\(index)] (\(Self.list(entry.resources.map(\.description)))): \(explanation)\n"
        }
        return keyed.joined() + others.joined() + Self.otherReaders(in: configuration)
    }

    /// The next step without doubt, if there is one.
    public var nextCommand: Phrase? {
        let states = sets.map(\.state).filter { $0 != .settled }
        guard !sets.isEmpty, !isAmbiguous, states.allSatisfy({ $0 == states.first }) else { return nil }
        let command: Phrase = "encconf rotate \(RotationGuide.quoted(file))\(options)"
        return switch states.first {
        case .added: "\(command) --step promote --servers-loaded"
        case .promoted: "\(command) --step retire --evidence SNAPSHOT --archive \(RotationGuide.archive(of: file))"
        default: "\(command) --step add"
        }
    }

    public var nextReason: Phrase {
        if sets.isEmpty { return "no keys in this file to rotate; --to PROVIDER changes the provider" }
        if isAmbiguous { return "the file does not tell the next step; give --step" }
        guard nextCommand != nil else { return "key sets are at different steps; give --resources for one of them" }
        return switch sets.map(\.state).first(where: { $0 != .settled }) {
        case .added: "when every server runs the file that holds the new key"
        case .promoted: "when no stored value needs the old keys any more"
        default: "begins a rotation"
        }
    }

    /// Entries without a key set: of KMS or plaintext alone.
    private var keyless: [Int] {
        let keyed = Set(sets.flatMap(\.places).map(\.entry))
        return configuration.entries.indices.filter { !keyed.contains($0) }
    }

    /// Who writes, to be held against what was meant.
    public static func writers(in configuration: EncryptionConfiguration) -> Phrase {
        configuration.entries.enumerated().map { index, entry -> Phrase in
            let writer = ReadKey.list(of: Array(entry.providers.prefix(1))).first?.name ?? ""
            return "resources[\(index)] (\(list(entry.resources.map(\.description)))): \(writer) writes\n"
        }.joined()
    }

    private static func list(_ resources: [String]) -> Phrase {
        resources.map { Phrase(foreign: $0) }.joined(separator: ", ")
    }

    /// What entries read besides the provider that has the key set: a switch of providers may be under way, which
    /// the file alone does not show.
    public static func otherReaders(in configuration: EncryptionConfiguration) -> Phrase {
        configuration.entries.enumerated().map { index, entry -> Phrase in
            let others = ReadKey.list(of: Array(entry.providers.filter { $0.name != .identity }.dropFirst()))
            guard !others.isEmpty else { return "" }
            return "resources[\(index)] also reads \(others.map(\.name).joined(separator: ", ")); "
                + "to go on with a change of provider, repeat its --to\n"
        }.joined()
    }
}
