import EncryptionConfig
import GoText
import KeyRotation
import KeyTransition
import SecretMemory
import TestSupport

/// Plans steps on files, each once: many clusters go through the same files in different orders.
final class Planner {
    struct Planned {
        let plan: RotationPlan
        /// Nil if the step is done already.
        let file: FileVersion?
        /// Without evidence.
        let proof: TransitionProof
    }

    private struct Question: Hashable {
        let file: [UInt8]
        let request: String
        let minute: Int
    }

    private var answers: [Question: Planned] = [:]
    private var versions: [[UInt8]: FileVersion] = [:]

    /// The file of this content.
    func version(_ bytes: [UInt8]) throws -> FileVersion {
        if let known = versions[bytes] { return known }
        let version = try FileVersion(bytes)
        versions[bytes] = version
        return version
    }

    /// The name of the key that is made at a time.
    static func newName(_ minute: Int) -> ByteName {
        ByteName("key-20260729t12\(minute < 10 ? "0" : "")\(minute)00z")
    }

    /// - Parameter minute: Tells the time in the names of new keys, and their bytes.
    func plan(_ request: RotationRequest, for file: FileVersion, minute: Int) throws -> Planned {
        let resources = request.resources.map { "\($0.sorted())" } ?? ""
        let text =
            "\(request.step?.rawValue ?? "") \(request.singleServer) \(request.keyName ?? "") \(resources) "
            + (request.target.map { "\($0)" } ?? "")
        let question = Question(file: file.bytes, request: text, minute: minute)
        if let known = answers[question] { return known }
        var random = SeededGenerator(seed: UInt64(minute) << 32)
        let keys = NewKeySource(name: Self.newName(minute)) {
            SecretKey(SecretBytes(copying: random.bytes(32).span.rawBytes))
        }
        let plan = try RotationPlan(request, for: file.document, newKeys: keys, options: .lenient)
        let source = file.bytes
        let edited = try ConfigurationEditor.apply(plan.edits, to: SecretBytes(copying: source.span.rawBytes))
        let answer = Planned(
            plan: plan, file: plan.isDone ? nil : try version(edited.bytes.copiedToArray()),
            proof: TransitionProof(from: file.configuration, to: plan.intended))
        answers[question] = answer
        return answer
    }
}
