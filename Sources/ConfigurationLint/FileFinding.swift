public import Diagnostics
internal import EncryptionConfig

/// What is dangerous about the file rather than its configuration. Whoever reads the file knows; this gives it a code.
public enum FileFinding: Equatable, Sendable {
    /// The permission bits, such as `0o644`.
    case readableByOthers(mode: UInt16)
    case owner(userID: UInt32)
    case notRegular
    /// Where a second document begins.
    case furtherDocument(SourcePosition?)

    public var diagnostic: Diagnostic {
        let explanation = explanation
        return Diagnostic(
            code: explanation.code, severity: .warning, position: position, message: message, hint: explanation.remedy)
    }

    public static let explanations: [Explanation] = [mode, ownership, kind, documents]

    private var explanation: Explanation {
        switch self {
        case .readableByOthers: Self.mode
        case .owner: Self.ownership
        case .notRegular: Self.kind
        case .furtherDocument: Self.documents
        }
    }

    private var position: SourcePosition? { if case .furtherDocument(let position) = self { position } else { nil } }

    private var message: String {
        switch self {
        case .readableByOthers(let mode): "the file holds keys, and its mode is 0\(String(mode, radix: 8))"
        case .owner(let userID): "the file belongs to user \(userID), who can read and replace the keys"
        case .notRegular: "no regular file stands here; kube-apiserver may find something else there, or wait for ever"
        case .furtherDocument: "kube-apiserver reads the first document only; what follows has no effect"
        }
    }

    private static let mode = Explanation(
        "ENC0260", "others can read the file",
        meaning: "The mode of the file lets its group or everybody read the keys.",
        check: "`ls -l FILE`.", remedy: "`chmod 600` the file; if it was not so from the start, rotate the keys.")
    private static let ownership = Explanation(
        "ENC0261", "the file does not belong to root",
        meaning: "Whoever owns the file can change its mode, read the keys and exchange them.",
        check: "`ls -l FILE`.", remedy: "`chown root:root` the file, unless kube-apiserver runs as its owner.")
    private static let kind = Explanation(
        "ENC0262", "not a regular file",
        meaning: "A pipe or a device can be read once or never ends. kube-apiserver reads the path at each start and, "
            + "with automatic reload, every minute.",
        check: "`ls -l FILE`.", remedy: "Keep the configuration in a regular file.")
    private static let documents = Explanation(
        "ENC0263", "a second document is ignored",
        meaning: "Of a YAML file with several documents kube-apiserver reads the first one and does not even parse "
            + "the rest. Entries and keys in it have no effect.",
        check: "Look for a line `---` or `...`.", remedy: "Join the documents into one list of `resources`.")
}
