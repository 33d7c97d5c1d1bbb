internal import EncryptionConfig
public import Explanations
public import KubernetesUpgrade
internal import KubernetesVersions
internal import ShownText

/// The result of `verify --upgrade-to` and `--downgrade-to`.
public struct UpgradeReport {
    /// One version of the path.
    private struct Step {
        let step: UpgradeStep
        let refused: ServerVerdict.Refused?
    }

    private let path: UpgradePath
    private let steps: [Step]

    /// - Parameter file: The path of the file, which is part of error texts of kube-apiserver.
    /// - Throws: If a limit of this program is hit that kube-apiserver does not have.
    public init(_ path: UpgradePath, file: String) throws(CommandFailure) {
        self.path = path
        var steps: [Step] = []
        for step in path.steps {
            let verdict = try ServerVerdict(step.answer, path: file, kubernetes: step.to)
            if case .refused(let refused) = verdict {
                steps.append(Step(step: step, refused: refused))
            } else {
                steps.append(Step(step: step, refused: nil))
            }
        }
        self.steps = steps
    }

    /// The exit status of the path. The verdict on the file covers the running version.
    var status: ExitStatus {
        switch path.steps.map(\.effect).max() ?? .harmless {
        case .harmless: .success
        case .depends: .unproven
        case .harmful: .findings
        }
    }

    /// What it is called.
    var way: Phrase { path.steps.last.map { path.start < $0.to } ?? true ? "upgrade" : "downgrade" }

    /// A sentence for all, and a block of lines for each version.
    var text: Phrase {
        guard let last = path.steps.last else { return "" }
        var text: Phrase = "\(way.capitalized) from \(path.start) to \(last.to)\n\(conclusion)\n"
        /// The last error text, and its version.
        var refused: (text: String, version: KubernetesVersion)?
        for step in steps {
            text += "  \(step.step.to)  "
            if let said = step.refused?.apiserverError {
                if let refused, refused.text == said {
                    text += "would not start, for the same reason as \(refused.version)"
                } else {
                    text += "would not start: " + Phrase(lines: said)
                    refused = (said, step.step.to)
                }
            } else {
                text += "accepted"
            }
            text += "\n"
            for change in step.step.changes { text += "        change: \(change.sentence)\n" }
            for demand in step.step.demands {
                text += "        before: \(demand.sentence(from: step.step.from, to: step.step.to))\n"
            }
        }
        return text
    }

    /// The answer in one sentence.
    var conclusion: Phrase {
        guard path.startAnswer.isAccepted else {
            return "The running version does not start with this file and these flags: kube-apiserver "
                + "\(path.start)."
        }
        let stopping = steps.filter { $0.refused != nil }.map(\.step.to)
        if let first = stopping.first {
            return
                "The \(way) would stop at \(first): kube-apiserver does not start with this file and these flags."
        }
        if let harmful = path.steps.first(where: { $0.effect == .harmful }) {
            return "With \(harmful.to) the meaning of the file changes."
        }
        if path.steps.contains(where: { $0.effect == .depends }) {
            return
                "Every version starts. Encryption does not change if the KMS plugins meet the conditions below."
        }
        return "Every version starts with this file and these flags, and encryption does not change."
    }

    /// The reasons of the exit status, with a remedy: one for each version that would not start, and for each harmful
    /// change.
    var findings: [(message: Phrase, hint: Phrase?)] {
        steps.flatMap { step -> [(message: Phrase, hint: Phrase?)] in
            let (from, to) = (step.step.from, step.step.to)
            let demands = step.step.demands.map { $0.sentence(from: from, to: to) }
            let hint = demands.isEmpty ? nil : demands.joined(separator: "; ")
            var messages = step.step.changes.filter(\.isHarmful).map { "with \(to): \($0.sentence)" as Phrase }
            if let said = step.refused?.apiserverError {
                messages.insert("kube-apiserver \(to) would not start: " + Phrase(lines: said), at: 0)
            }
            return messages.map { (message: $0, hint: hint) }
        }
    }

    /// The member `upgrade` of the report.
    var value: ReportValue {
        .array(
            steps.map { step in
                [
                    "kubernetes": .text(step.step.to.description),
                    "verdict": step.refused == nil ? "accepted" : "rejected",
                    "apiserverError": .text(step.refused?.apiserverError),
                    "changes": .array(
                        step.step.changes.map { change in
                            [
                                "change": .word(change.code), "harmful": .bool(change.isHarmful),
                                "message": .phrase(change.sentence),
                            ]
                        }),
                    "before": .array(
                        step.step.demands.map { demand in
                            [
                                "demand": .word(demand.code),
                                "message": .phrase(demand.sentence(from: step.step.from, to: step.step.to)),
                            ]
                        }),
                ]
            })
    }
}
