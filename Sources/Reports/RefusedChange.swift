internal import Explanations
public import KubernetesVersions
public import ShownText

/// The report on a change to a file that kube-apiserver rejects, which is never safe.
public struct RefusedChange {
    /// The new file, as the person gave it.
    let path: String
    let apiserverError: String
    /// The version of kube-apiserver.
    let kubernetes: KubernetesVersion

    public init(path: String, apiserverError: String, kubernetes: KubernetesVersion) {
        self.path = path
        self.kubernetes = kubernetes
        self.apiserverError = apiserverError
    }

    public var text: Phrase {
        """
        \(fileName(path)): NOT SAFE. kube-apiserver would reject it.
        \(ServerVerdict.sentence(apiserverError, path: path, in: kubernetes))

        Next: correct the file; `encconf verify \(fileName(path))` shows the line.

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
        "correct NEW: kube-apiserver would reject it; `encconf verify` shows the line"
}
