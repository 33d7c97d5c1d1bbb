public import Diagnostics
internal import EncryptionConfig

/// One thing that is legal and dangerous.
public struct LintRule: Sendable {
    public let explanation: Explanation
    /// What its findings are, unless one of them says otherwise.
    public let severity: Diagnostic.Severity
    let find: @Sendable (LintSubject) -> [LintFinding]

    public var code: String { explanation.code }
    public var title: String { explanation.title }

    init(
        _ code: String, _ severity: Diagnostic.Severity, _ title: String, meaning: String, check: String,
        remedy: String, find: @escaping @Sendable (LintSubject) -> [LintFinding]
    ) {
        explanation = Explanation(code, title, meaning: meaning, check: check, remedy: remedy)
        self.severity = severity
        self.find = find
    }
}

/// What a rule has found, before it gets its code.
struct LintFinding {
    let path: String
    let position: SourcePosition
    let message: String
    var hint: Hint?
    /// Nil for the rule's own.
    var severity: Diagnostic.Severity?

    func diagnostic(of rule: LintRule) -> Diagnostic {
        Diagnostic(
            code: rule.code, severity: severity ?? rule.severity, path: path, position: position, message: message,
            hint: hint)
    }
}
