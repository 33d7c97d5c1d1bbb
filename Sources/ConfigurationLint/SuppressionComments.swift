internal import Diagnostics
internal import EncryptionConfig
public import SecretMemory
internal import YAMLTree

/// The codes in comments of a file such as `# encconf: ignore ENC0203 reason`.
///
/// Only where YAML has a comment: the same characters within a name or another text suppress nothing. A file that does
/// not parse has no comments, nor has JSON.
public enum SuppressionComments {
    /// The codes in the file whose bytes are `source`. Only the part after the marker is copied.
    public static func codes(in source: consuming SecretBytes) -> Set<String> {
        guard let document = try? YAMLDocument(parsing: source), document.syntax == .yaml else { return [] }
        return codes(in: document.source, upTo: end(of: document), outside: scalarRanges(of: document.root))
    }

    private static func codes(
        in source: borrowing SecretBytes, upTo limit: Int, outside scalars: [Range<Int>]
    ) -> Set<String> {
        let bytes = source.bytes
        let marker = Array("# encconf: ignore ".utf8)
        var codes: Set<String> = []
        var scalar = 0
        var offset = 0
        while let start = bytes.firstOffset(of: UInt8(ascii: "#"), from: offset), start < limit {
            offset = start + 1
            while scalar < scalars.count, scalars[scalar].upperBound <= start { scalar += 1 }
            if scalar < scalars.count, scalars[scalar].contains(start) { continue }
            // A comment has white space in front; a tag or an anchor can have a `#` inside.
            guard start == 0 || " \t\r\n".utf8.contains(bytes[start - 1]) else { continue }
            let rest = bytes.extracting(droppingFirst: start)
            guard rest.starts(with: marker.span.rawBytes) else { continue }
            let code = rest.extracting(droppingFirst: marker.count).copiedToArray(limit: codeByteCount)
            let text = String(decoding: code, as: UTF8.self)
            if text.hasPrefix("ENC"), text.count == codeByteCount { codes.insert(text) }
        }
        return codes
    }

    /// `ENC0203`
    private static let codeByteCount = 7

    /// The start of a further document, whose scalars are unknown, or the end of the file.
    private static func end(of document: YAMLDocument) -> Int {
        guard case .furtherDocument(let position?) = FileFinding.furtherDocument(in: document) else {
            return document.source.count
        }
        return position.offset
    }

    /// What scalars take up, in file order.
    private static func scalarRanges(of root: YAMLNode?) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        func visit(_ node: YAMLNode) {
            switch node.content {
            case .scalar: ranges.append(node.range)
            case .sequence(let elements): elements.forEach(visit)
            case .mapping(let entries):
                for entry in entries {
                    visit(entry.key)
                    visit(entry.value)
                }
            // The target of an alias is visited in its own place.
            case .alias: break
            }
        }
        if let root { visit(root) }
        return ranges
    }
}

extension RawSpan {
    fileprivate func copiedToArray(limit: Int) -> [UInt8] {
        extracting(first: Swift.min(limit, byteCount)).copiedToArray()
    }
}
