internal import DurableFiles
internal import EncryptionConfig
internal import Explanations
internal import GoText
internal import KeyRotation
internal import Reports
internal import SecretMemory
internal import ShownText

/// The file of a rotation: reads it, plans a step, edits it.
struct RotationFile {
    let path: String
    /// The kube-apiserver that reads it.
    let rules: ServerRules
    /// The name of a new key; nil for one with the date.
    let keyName: String?

    func document(_ source: SecretKey) throws(CommandFailure) -> ConfigurationDocument {
        do throws(ConfigurationRefusal) {
            return try ConfigurationDocument.read(
                SecretBytes(copying: source.span), headerless: rules.headerless, kubernetes: rules.kubernetes)
        } catch {
            throw CommandFailure(error.diagnostics.map { problem($0, path: path) })
        }
    }

    /// The configuration of a file that kube-apiserver accepts. Otherwise the error of kube-apiserver is thrown.
    func checked(_ document: ConfigurationDocument) throws(CommandFailure) -> EncryptionConfiguration {
        do throws(ConfigurationRefusal) {
            let configuration = try EncryptionConfiguration(checking: document, options: rules.lenient)
            Program.redactor.learn(configuration.keys.map(\.key.secret))
            return configuration
        } catch {
            throw CommandFailure(error.diagnostics.map { problem($0, path: path) })
        }
    }

    /// - Parameter ambiguityHint: The hint where the file does not show the step; nil for the one of `rotate`.
    func plan(
        _ request: RotationRequest, for document: ConfigurationDocument, ambiguityHint: Phrase? = nil
    ) throws(CommandFailure) -> RotationPlan {
        _ = try checked(document)
        let newKeys = try newKeys(for: document)
        do throws(RotationRefusal) {
            return try RotationPlan(request, for: document, newKeys: newKeys, options: rules.lenient)
        } catch {
            let hint = if case .ambiguous = error { ambiguityHint ?? error.hint } else { error.hint }
            throw CommandFailure("\(path): \(error.explanation)", hint: hint)
        }
    }

    func edited(_ plan: RotationPlan, _ source: SecretKey) throws(CommandFailure) -> SecretKey {
        do throws(EditRefusal) {
            return SecretKey(
                try ConfigurationEditor.apply(
                    plan.edits, to: source.bytes, headerless: rules.headerless, kubernetes: rules.kubernetes))
        } catch {
            throw CommandFailure("\(path): \(error.explanation)", hint: error.hint)
        }
    }

    /// The obstacle to a step that the file shows; nil if there is none.
    func obstacle(to request: RotationRequest, in text: SecretKey) throws(CommandFailure) -> Phrase? {
        let document = try document(text)
        return StepObstacle(
            to: request, in: document, text: text.bytes, hash: try fileHash(text), newKeys: try newKeys(for: document),
            headerless: rules.headerless, options: rules.lenient)?.explanation
    }

    /// Made before the plan, which cannot fail without randomness. Unused keys are wiped.
    private func newKeys(for document: ConfigurationDocument) throws(CommandFailure) -> NewKeySource {
        var spare: [NewKey] = []
        for number in 0..<document.resources.count * 2 + 1 { spare.append(try makeKey(number)) }
        let keys = spare
        return NewKeySource { keys[$0] }
    }

    private func makeKey(_ number: Int) throws(CommandFailure) -> NewKey {
        let secret = try newKey(length: 32)
        if let keyName { return NewKey(name: NewKeySource.name(ByteName(keyName), number: number), secret: secret) }
        return NewKey(name: try newKeyName(of: secret), secret: secret)
    }
}
