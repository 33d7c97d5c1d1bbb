internal import KeyTransition
public import ShownText

/// The report on a change to a file that kube-apiserver would not start with, which is never safe whatever its keys.
public struct RefusedChange {
    /// The new file, as the person gave it.
    let path: String
    let apiserverError: String

    public init(path: String, apiserverError: String) {
        self.path = path
        self.apiserverError = apiserverError
    }

    public var text: Phrase {
        """
        \(TransitionReport.answers(safe: .no, rolling: .no))
        \(ServerVerdict.sentence(apiserverError, path: path))

        next: \(Self.nextSentence)

        """
    }

    /// The members of a report without a proof.
    public var members: ReportValue {
        [
            "safe": "no", "rolling": "no", "condition": .null, "counterexamples": [], "evidence": [],
            "evidenceGaps": [],
            "changes": [],
            "next": ["step": "mend", "message": .phrase(Self.nextSentence)],
        ]
    }

    private static let nextSentence: Phrase =
        "mend NEW, which stops every server that reads it; `encconf verify` shows where"
}
