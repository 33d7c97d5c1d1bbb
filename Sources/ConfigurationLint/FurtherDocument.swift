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
        var isBehindEnd = false
        for line in Lines(document.source, from: root.end) {
            switch line.content {
            case .mark: isBehindEnd = true
            case .nothing: continue
            case .text: if isBehindEnd { return .furtherDocument(line.position) }
            }
        }
        return nil
    }
}

/// The lines behind a place, as far as they matter here.
private struct Lines: Sequence, IteratorProtocol {
    enum Content { case mark, nothing, text }

    private let bytes: [UInt8]
    private var offset: Int
    private var line: Int
    private let start: Int

    /// - Parameter place: The end of the first document. What is read behind it is no part of the configuration, so it
    ///   need not stay in wiped memory; of its bytes only what begins a line is kept.
    init(_ source: borrowing SecretBytes, from place: SourcePosition) {
        let rest = source.bytes.extracting(droppingFirst: Swift.min(place.offset, source.count))
        var beginnings: [UInt8] = []
        var isBeginning = false
        var length = 0
        for offset in rest.byteOffsets {
            let byte = rest[offset]
            if byte == UInt8(ascii: "\n") {
                (isBeginning, length) = (true, 0)
            } else {
                length += 1
            }
            // Enough to tell a mark, a comment or an empty line from anything else.
            beginnings.append(isBeginning && length <= 4 || byte == UInt8(ascii: "\n") ? byte : UInt8(ascii: "x"))
        }
        bytes = beginnings
        offset = beginnings.firstIndex(of: UInt8(ascii: "\n")) ?? beginnings.count
        line = place.line
        start = place.offset
    }

    mutating func next() -> (position: SourcePosition, content: Content)? {
        guard offset < bytes.count else { return nil }
        let begin = offset + 1
        let end = bytes[begin...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        line += 1
        offset = end
        let position = SourcePosition(line: line, column: 1, offset: start + begin)
        return (position, Self.content(of: bytes[begin..<end]))
    }

    private static func content(of line: ArraySlice<UInt8>) -> Content {
        let isBlank: (UInt8) -> Bool = {
            $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r")
        }
        let head = line.prefix(3)
        if head.elementsEqual("---".utf8) || head.elementsEqual("...".utf8),
            line.dropFirst(3).first.map(isBlank) ?? true
        {
            return .mark
        }
        guard let first = line.first(where: { !isBlank($0) }), first != UInt8(ascii: "#") else { return .nothing }
        return .text
    }
}
