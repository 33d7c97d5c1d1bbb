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
        let bytes = document.source.bytes
        var (line, isBehindEnd) = (root.end.line, false)
        var lineBreak = bytes.firstOffset(of: UInt8(ascii: "\n"), from: root.end.offset)
        while let end = lineBreak {
            let start = end + 1
            line += 1
            lineBreak = bytes.firstOffset(of: UInt8(ascii: "\n"), from: start)
            switch Line(bytes.extracting(start..<(lineBreak ?? bytes.byteCount))) {
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

    init(_ bytes: RawSpan) {
        let head = bytes.extracting(first: 3)
        if head.elementsEqual("---") || head.elementsEqual("..."), bytes.byteCount < 4 || Self.isBlank(bytes[3]) {
            self = .mark
            return
        }
        var offset = 0
        while offset < bytes.byteCount, Self.isBlank(bytes[offset]) { offset += 1 }
        self = offset == bytes.byteCount || bytes[offset] == UInt8(ascii: "#") ? .nothing : .text
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }
}

extension RawSpan {
    fileprivate func elementsEqual(_ text: StaticString) -> Bool {
        unsafe elementsEqual(
            UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount).bytes)
    }
}
