internal import EncryptionConfig
public import JSONText
internal import KeyTransition

/// The report on a change to a file that kube-apiserver would not start with, which is never safe whatever its keys.
public struct RefusedChange {
    /// The new file, as the person gave it.
    let path: String
    let apiserverError: String

    public init(path: String, apiserverError: String) {
        self.path = path
        self.apiserverError = apiserverError
    }

    public var text: String {
        """
        \(TransitionReport.answers(safe: .no, rolling: .no))
        \(ServerVerdict.sentence(apiserverError, path: path))

        next: \(nextSentence)

        """
    }

    /// The members of a report without a proof, within an object.
    public func write(to json: inout JSONWriter) {
        json.member("safe", "no")
        json.member("rolling", "no")
        for list in ["counterexamples", "evidenceGaps", "changes"] {
            json.key(list)
            json.array { _ in }
        }
        json.key("next")
        json.object { json in
            json.member("step", "mend")
            json.member("message", nextSentence)
        }
    }

    private var nextSentence: String {
        "mend NEW, which stops every server that reads it; `encconf verify` shows where"
    }
}
