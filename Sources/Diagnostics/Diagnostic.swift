/// One finding about a file: a value for reports and scripts, with no word of any secret in it.
public struct Diagnostic: Equatable, Sendable {
    /// How much a finding matters.
    public enum Severity: String, Sendable, CaseIterable {
        case error, warning, note
    }

    /// Stable name of the rule, such as `ENC0101`. Scripts compare it; it never changes its meaning.
    public let code: String
    public let severity: Severity
    /// Where in the document, in Kubernetes notation, such as `resources[0].providers[1].aescbc.keys[0].name`.
    public let path: String?
    /// Where in the file; nil if the finding is about the file as a whole.
    public let position: SourcePosition?
    /// What is wrong, in one sentence without a full stop.
    public let message: String
    /// What to do about it.
    public var hint: String? { hintParts?.joined(separator: file ?? "FILE") }
    private let hintParts: [String]?
    /// The file in the commands of the hint, as a word of the shell; nil if it is not known.
    private var file: String?
    /// The edit that the hint proposes; nil if it proposes none that a machine could make.
    public let edit: ProposedEdit?
    /// Whether servers may be given the edited file as it is.
    public let isEditImmediate: Bool

    public init(
        code: String, severity: Severity, path: String? = nil, position: SourcePosition? = nil,
        message: String, hint: Hint? = nil
    ) {
        self.code = code
        self.severity = severity
        self.path = path
        self.position = position
        self.message = message
        hintParts = hint?.parts
        edit = hint?.edit
        isEditImmediate = hint?.isImmediate ?? true
    }

    /// The same, with the file named in the commands of its hint.
    ///
    /// - Parameter file: The path, as a word of the shell.
    public func naming(file: String) -> Diagnostic {
        var diagnostic = self
        diagnostic.file = file
        return diagnostic
    }
}
