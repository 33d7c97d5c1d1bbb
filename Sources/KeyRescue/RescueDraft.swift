internal import Diagnostics
internal import EncryptionConfig
internal import KeyTransition
internal import KubernetesVersions
internal import SecretMemory

/// A text that grows by one proven edit after the other. An edit that is not proven leaves it unchanged.
struct RescueDraft {
    private(set) var text: SecretKey
    private(set) var configuration: EncryptionConfiguration
    private let original: EncryptionConfiguration
    private let rules: RescuePlan.Rules

    init(_ text: SecretKey, _ configuration: EncryptionConfiguration, _ rules: RescuePlan.Rules) {
        self.text = text
        self.configuration = configuration
        self.rules = rules
        original = configuration
    }

    /// The proof that everything is read as before.
    var proof: TransitionProof { TransitionProof(from: original, to: configuration) }

    /// Makes an edit, if the file with it reads everything as the original file does, and writes as it does.
    mutating func make(_ edit: ConfigurationEdit) throws(RescueRefusal) {
        let edited = try edited(by: edit)
        let candidate: EncryptionConfiguration
        do throws(ConfigurationRefusal) {
            let document = try ConfigurationDocument.read(
                SecretBytes(copying: edited.span), headerless: rules.headerless, kubernetes: rules.kubernetes)
            candidate = try EncryptionConfiguration(checking: document, options: rules.options)
        } catch {
            throw RescueRefusal(.rejected(error.diagnostics.first?.message ?? ""))
        }
        let proof = TransitionProof(from: original, to: candidate)
        if let counterexample = proof.counterexamples.first(where: { !$0.isOldAlready }) {
            throw RescueRefusal(.confuses(counterexample))
        }
        guard !proof.changes.contains(where: { $0.code == "writeKeyChanged" }) else {
            throw RescueRefusal(.changesWriting)
        }
        (text, configuration) = (edited, candidate)
    }

    /// The text with the edit. A list that entries share by aliases is edited for all of them.
    private func edited(by edit: ConfigurationEdit) throws(RescueRefusal) -> SecretKey {
        do throws(EditRefusal) {
            return try apply(edit)
        } catch {
            guard case .shared(let paths) = error, let wider = edit.widened(to: paths) else {
                throw RescueRefusal(.notEdited(error))
            }
            do throws(EditRefusal) { return try apply(wider) } catch { throw RescueRefusal(.notEdited(error)) }
        }
    }

    private func apply(_ edit: ConfigurationEdit) throws(EditRefusal) -> SecretKey {
        SecretKey(
            try ConfigurationEditor.apply(
                [edit], to: text.bytes, headerless: rules.headerless, kubernetes: rules.kubernetes))
    }
}

/// The error of an edit that was not made.
struct RescueRefusal: Error {
    let obstacle: RescueObstacle

    init(_ obstacle: RescueObstacle) { self.obstacle = obstacle }
}

extension ConfigurationEdit {
    /// The same edit at further places, by their paths; nil if one is not understood.
    fileprivate func widened(to paths: [String]) -> ConfigurationEdit? {
        let numbers = paths.map { path in path.split { !$0.isNumber }.compactMap { Int($0) } }
        switch self {
        case .insertKey(let key, let index, let places):
            guard numbers.allSatisfy({ $0.count == 2 }) else { return nil }
            return .insertKey(
                key, at: index, in: places + numbers.map { ProviderPlace(entry: $0[0], provider: $0[1]) })
        case .insertProvider(let provider, let index, let entries):
            guard numbers.allSatisfy({ $0.count == 1 }) else { return nil }
            return .insertProvider(provider, at: index, entries: entries + numbers.map { $0[0] })
        default: return nil
        }
    }
}
