internal import ConfigurationLint
public import Diagnostics
internal import EncryptionConfig
public import Explanations
internal import GoText
internal import KeyTransition
public import ShownText
internal import StorageAudit

extension Verification {
    /// Every reason for the exit status, as findings: of the file, then of an upgrade, of the change, and of stored
    /// values.
    public func reasons(_ redactor: Redactor) -> [Diagnostic] {
        diagnostics + (upgrade?.reasons(redactor) ?? []) + (transition?.reasons(redactor) ?? [])
            + evidence.flatMap { $0.reasons(redactor) }
    }
}

extension UpgradeReport {
    /// Each step that stops a server or changes what is encrypted.
    fileprivate func reasons(_ redactor: Redactor) -> [Diagnostic] {
        findings.map { message, hint in
            Diagnostic(code: "upgrade", severity: .error, message: message, hint, redactor)
        }
    }
}

extension TransitionReport {
    /// The counterexamples and the gaps of the evidence; empty if the change is safe.
    fileprivate func reasons(_ redactor: Redactor) -> [Diagnostic] {
        guard status != .success else { return [] }
        let counterexamples = proof.counterexamples.map { counterexample in
            Diagnostic(
                code: "transition", severity: counterexample.certainty == .certain ? .error : .warning,
                message: redactor.shown("\(counterexample.resource.description): \(counterexample.sentence())").text,
                hint: Hint(redactor.shown(nextSentence(new: "NEW")).text))
        }
        return counterexamples
            + gaps.map { Diagnostic(code: "evidence", severity: .warning, message: $0.message, $0.hint, redactor) }
    }
}

extension AuditReport {
    /// The findings that count, and the reasons for which the verdict is unknown.
    fileprivate func reasons(_ redactor: Redactor) -> [Diagnostic] {
        let source = Phrase(foreign: path)
        let findings = judgement.counted.map { code, count in
            Diagnostic(
                code: code.rawValue, severity: .error, message: "\(source): \(code.clause(count: count))",
                "see `encconf explain \(code)`", redactor)
        }
        return findings
            + judgement.doubts.map { doubt in
                Diagnostic(
                    code: "evidence", severity: .warning, message: "\(source): \(doubt.clause)",
                    doubt.advice.reason, redactor)
            }
    }
}

extension CommandFailure {
    /// What could not be done, as findings.
    public func reasons(_ redactor: Redactor) -> [Diagnostic] {
        problems.map { Diagnostic(code: "failure", severity: .error, message: $0.message, $0.hint, redactor) }
    }
}

extension Diagnostic {
    fileprivate init(code: String, severity: Severity, message: Phrase, _ hint: Phrase?, _ redactor: Redactor) {
        self.init(
            code: code, severity: severity, message: redactor.shown(message).text,
            hint: hint.map { Hint(redactor.shown($0).text) })
    }
}
