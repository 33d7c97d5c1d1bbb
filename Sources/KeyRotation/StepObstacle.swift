public import EncryptionConfig
public import SecretMemory
internal import StorageEvidence

/// Why a step would be refused, by the file only. Prevents a report from printing a command that would fail.
public enum StepObstacle {
    case plan(RotationRefusal)
    case edit(EditRefusal)
    /// Refused even if every server runs the file.
    case judgement(StepJudgement)

    /// Nil if nothing does.
    ///
    /// - Parameters:
    ///   - request: A step that removes nothing.
    ///   - document: The file.
    ///   - text: The same as text.
    ///   - hash: Its hash.
    ///   - options: The flags of the server.
    public init?(
        to request: RotationRequest, in document: ConfigurationDocument, text: borrowing SecretBytes, hash: String,
        newKeys: NewKeySource, headerless: Bool, options: ServerOptions
    ) {
        do throws(RotationRefusal) {
            let plan = try RotationPlan(request, for: document, newKeys: newKeys, options: options)
            do throws(EditRefusal) {
                _ = try ConfigurationEditor.apply(
                    plan.edits, to: text, headerless: headerless, kubernetes: document.kubernetes)
            } catch {
                self = .edit(error)
                return
            }
            let loaded = ConvergenceReceipt(hash: hash, clusterUID: nil, revision: nil)
            let facts = StepFacts(
                hash: hash, servers: .receipt(loaded), isSingleServer: request.singleServer, plugin: .waived,
                isAbsencePromised: false, destination: nil)
            let judgement = StepJudgement(plan, from: plan.original, facts)
            guard !judgement.refusals.isEmpty else { return nil }
            self = .judgement(judgement)
        } catch {
            self = .plan(error)
        }
    }
}
