internal import Diagnostics
internal import SecretMemory
internal import ShownText
internal import YAMLTree

/// What a refused file is, if not a configuration with a mistake.
enum FileContent {
    /// Another tool encrypted it.
    case encrypted(ForeignEncryption)
    /// A document that contains a configuration.
    case wraps(WrappedConfiguration, kind: String)
    /// A file of several documents, one of which is, or contains, the configuration.
    case furtherDocument(line: Int, WrappedConfiguration?)
    /// The machine configuration of Talos before 1.14, from which Talos writes the configuration.
    case talosMachine
    /// A text, such as a script, in which a configuration begins at a line.
    case text(line: Int)

    /// The documents behind the first one that are looked at.
    private static let documentLimit = 100

    /// Nil for a file that may be a configuration.
    init?(of file: RawSpan) {
        if let encryption = ForeignEncryption(of: file) {
            self = .encrypted(encryption)
            return
        }
        let first = Self.document(file)
        if let value = first?.value, let found = Self.find(in: value, first, source: nil) {
            self = found
            return
        }
        guard !Self.isConfiguration(first?.value) else { return nil }
        if let found = Self.further(in: file) {
            self = found
            return
        }
        guard file.holds("providers"), let line = Self.lineOfKind(in: file) else { return nil }
        self = .text(line: line)
    }

    /// Whether it is sure that the file is no configuration with a mistake.
    var isCertain: Bool {
        switch self {
        case .encrypted, .text: false
        case .wraps, .furtherDocument, .talosMachine: true
        }
    }

    /// What a refusal says, and its hint.
    var words: (message: String, hint: Hint) {
        switch self {
        case .encrypted(let encryption): (encryption.remark, encryption.hint)
        case .wraps(let wrapped, let kind):
            // Talos names the part that --headerless reads.
            wrapped.path == "config"
                ? (wrapped.message(kind: kind), "read the part below config: with --headerless")
                : (wrapped.message(kind: kind), wrapped.hint)
        case .furtherDocument(let line, nil):
            (
                "the configuration is the document at line \(line); kube-apiserver reads only the first document",
                Hint(aroundFile: [
                    "copy it to a new file: `(umask 077; set -C; tail -n +\(line) ", " > extracted.yaml)`",
                ])
            )
        case .furtherDocument(let line, let wrapped?):
            ("in the document at line \(line): \(wrapped.message(kind: ""))", wrapped.hint)
        case .talosMachine:
            (
                "this is a machine configuration of Talos, from whose cluster.secretboxEncryptionSecret and "
                    + "cluster.aescbcEncryptionSecret Talos makes the configuration",
                "to decrypt, write a configuration with the first as secretbox key2, then the other as aescbc key1"
            )
        case .text(let line):
            (
                "this text contains a configuration near line \(line)",
                "if the rest is not meant for kube-apiserver, copy the lines of the configuration to a file of its own"
            )
        }
    }

    private struct Document {
        let value: YAMLValue
        let redactor: SecretRedactor
    }

    private static func document(_ bytes: RawSpan) -> Document? {
        guard let document = try? YAMLDocument(parsing: SecretBytes(copying: bytes)),
            let value = try? document.value(), !ExpandedText.exceedsLimit(value)
        else { return nil }
        return Document(value: value, redactor: SecretRedactor(document.root))
    }

    private static func isConfiguration(_ value: YAMLValue?) -> Bool {
        if case .object(let members)? = value?.kind { WrappedSearch.isConfiguration(members) } else { false }
    }

    /// What a document contains that is no configuration itself.
    private static func find(in value: YAMLValue, _ document: Document?, source: String?) -> FileContent? {
        guard let document, !isConfiguration(value) else { return nil }
        if isOfTalosMachine(value) { return .talosMachine }
        guard let wrapped = WrappedSearch.first(in: value, document.redactor, source: source) else { return nil }
        let kind = (try? DocumentHeader.read(value))?.kind ?? ""
        return .wraps(wrapped, kind: document.redactor.shown(kind))
    }

    private static func isOfTalosMachine(_ value: YAMLValue) -> Bool {
        guard case .object(let members) = value.kind,
            case .object(let cluster)? = members.first(where: { $0.key.isText("cluster") })?.value.kind
        else { return false }
        return cluster.contains {
            $0.key.isText("secretboxEncryptionSecret") || $0.key.isText("aescbcEncryptionSecret")
        }
    }

    /// The first document behind the first one that is a configuration, or contains one.
    private static func further(in file: RawSpan) -> FileContent? {
        var line = 1
        var start = 0
        var rest = documentLimit
        // Of the document that begins here, if it is not the first one.
        var document: (line: Int, start: Int)?
        func look(until end: Int) -> FileContent? {
            guard let document else { return nil }
            let bytes = file.extracting(droppingFirst: document.start).extracting(first: end - document.start)
            guard let read = Self.document(bytes) else { return nil }
            if isConfiguration(read.value) { return .furtherDocument(line: document.line, nil) }
            guard
                case .wraps(let wrapped, _)? = find(
                    in: read.value, read, source: "tail -n +\(document.line)")
            else { return nil }
            return .furtherDocument(line: document.line, wrapped)
        }
        while start < file.byteCount, rest > 0 {
            let end = file.firstOffset(of: UInt8(ascii: "\n"), from: start) ?? file.byteCount
            if isSeparator(file, start, end) {
                if let found = look(until: start) { return found }
                rest -= 1
                document = (line + 1, min(end + 1, file.byteCount))
            }
            (line, start) = (line + 1, end + 1)
        }
        return look(until: file.byteCount)
    }

    /// Whether a line is `---`.
    private static func isSeparator(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
        guard end - start >= 3, (0..<3).allSatisfy({ bytes[start + $0] == UInt8(ascii: "-") }) else { return false }
        return (start + 3..<end).allSatisfy { [0x20, 0x09, 0x0d].contains(bytes[$0]) }
    }

    /// The line of `kind: EncryptionConfiguration`, from 1, in a file that does not begin as a configuration.
    private static func lineOfKind(in file: RawSpan) -> Int? {
        var line = 1
        var start = 0
        var isFirst = true
        while start < file.byteCount {
            let end = file.firstOffset(of: UInt8(ascii: "\n"), from: start) ?? file.byteCount
            let text = file.extracting(droppingFirst: start).extracting(first: end - start)
            let isBlank = text.byteOffsets.allSatisfy { text[$0] <= UInt8(ascii: " ") }
            if !isBlank, isFirst, !beginsAsComment(text) || text.starts(with: Array("#!".utf8).span.rawBytes) {
                isFirst = false
                if beginsAsConfiguration(text) { return nil }
            }
            if !isFirst, text.byteCount < 256, text.holds("kind"), text.holds("EncryptionConfig") { return line }
            (line, start) = (line + 1, end + 1)
        }
        return nil
    }

    private static func beginsAsComment(_ line: RawSpan) -> Bool { line[0] == UInt8(ascii: "#") }

    private static func beginsAsConfiguration(_ line: RawSpan) -> Bool {
        ["apiVersion", "kind", "resources", "---", "{", "\"", "'", "%", "\u{feff}"].contains { word in
            let bytes = Array(word.utf8)
            return line.starts(with: bytes.span.rawBytes)
        }
    }
}
