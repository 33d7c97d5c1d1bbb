public import Diagnostics
internal import EncryptionConfig

/// A danger of the file rather than of its configuration. The caller reads the attributes; this adds code and text.
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
            code: explanation.code, severity: .warning, position: position, message: message, hint: hint)
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
        case .readableByOthers(let mode): "the file contains keys, and its mode is 0\(String(mode, radix: 8))"
        case .owner(let userID): "the file belongs to user \(userID), who can read and replace the keys"
        case .notRegular: "not a regular file; kube-apiserver may read other content, or wait forever"
        case .furtherDocument: "kube-apiserver reads only the first document; the rest has no effect"
        }
    }

    private var hint: Hint {
        switch self {
        case .readableByOthers:
            Hint(aroundFile: ["run `chmod 600 ", "`; if others could read it before, rotate the keys"])
        case .owner: Hint(aroundFile: ["run `chown root:root ", "`, unless kube-apiserver runs as its owner"])
        case .notRegular: "copy the configuration to a regular file"
        case .furtherDocument:
            Hint(
                .removeFurtherDocuments,
                after: ", or add its entries; `encconf diff` with the edited copy as NEW shows the steps")
        }
    }

    private static let mode = Explanation(
        "ENC0260", "others can read the file",
        meaning: "The mode of the file lets its group, or all users, read the keys.",
        check: "`ls -l FILE`.", remedy: "Run `chmod 600 FILE`. If others could read the file before, rotate the keys.")
    private static let ownership = Explanation(
        "ENC0261", "the file does not belong to root",
        meaning: "The owner of the file can change its mode, read the keys and replace them.",
        check: "`ls -l FILE`.", remedy: "Run `chown root:root FILE`, unless kube-apiserver runs as its owner.")
    private static let kind = Explanation(
        "ENC0262", "not a regular file",
        meaning:
            "A pipe or a device can be read only once, or never ends. kube-apiserver reads the path at each start and, "
            + "with automatic reload, every minute.",
        check: "`ls -l FILE`.", remedy: "Keep the configuration in a regular file.")
    private static let documents = Explanation(
        "ENC0263", "a second document is ignored",
        meaning: "kube-apiserver reads only the first document of a YAML file and does not parse the rest. Entries and "
            + "keys there have no effect.",
        check: "Look for a line `---` or `...`.",
        remedy:
            "Move the rest to another file. To put its entries into effect, add them to the first document in the steps that "
            + "`encconf diff` shows.")
}
