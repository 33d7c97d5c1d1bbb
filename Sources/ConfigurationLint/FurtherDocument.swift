internal import Diagnostics
internal import EncryptionConfig
public import SecretMemory
internal import YAMLTree

extension FileFinding {
    /// Whether anything but comments follows the first document of a YAML file. kube-apiserver does not even parse it.
    ///
    /// - Parameter source: The bytes of a file that parses. In UTF-16 nothing is found.
    public static func furtherDocument(in source: consuming SecretBytes) -> FileFinding? {
        (try? YAMLDocument(parsing: source)).flatMap { furtherDocument(in: $0) }
    }

    static func furtherDocument(in document: YAMLDocument) -> FileFinding? {
        guard document.syntax == .yaml, let root = document.root else { return nil }
        return furtherText(in: document.source, behind: root.end)
    }

    /// Text behind the end of a document.
    private static func furtherText(in source: borrowing SecretBytes, behind end: SourcePosition) -> FileFinding? {
        let bytes = source.bytes
        var (line, isBehindEnd) = (end.line, false)
        var lineBreak = bytes.firstOffset(of: UInt8(ascii: "\n"), from: end.offset)
        while let end = lineBreak {
            let start = end + 1
            line += 1
            lineBreak = bytes.firstOffset(of: UInt8(ascii: "\n"), from: start)
            let stop = if let lineBreak { lineBreak } else { bytes.byteCount }
            switch Line(bytes, start..<stop) {
            case .mark: isBehindEnd = true
            case .nothing: continue
            case .text:
                if isBehindEnd { return .furtherDocument(SourcePosition(line: line, column: 1, offset: start)) }
            }
        }
        return nil
    }
}

/// A line behind the first document, as far as it matters here.
private enum Line {
    /// `---` or `...`
    case mark
    /// A comment, or blanks.
    case nothing
    case text

    /// - Parameter range: Where the line is in `bytes`.
    init(_ bytes: RawSpan, _ range: Range<Int>) {
        if Self.isMark(bytes, range) {
            self = .mark
            return
        }
        var offset = range.lowerBound
        while offset < range.upperBound, Self.isBlank(bytes[offset]) { offset += 1 }
        self = offset == range.upperBound || bytes[offset] == UInt8(ascii: "#") ? .nothing : .text
    }

    private static func isMark(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
        guard range.count >= 3, range.count == 3 || isBlank(bytes[range.lowerBound + 3]) else { return false }
        let first = bytes[range.lowerBound]
        guard first == UInt8(ascii: "-") || first == UInt8(ascii: ".") else { return false }
        return bytes[range.lowerBound + 1] == first && bytes[range.lowerBound + 2] == first
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }
}
