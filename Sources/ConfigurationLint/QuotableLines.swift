internal import EncryptionConfig
public import SecretMemory
internal import YAMLTree

/// The lines of a file that may be shown to people, since no part of them can be a secret.
///
/// A line may be shown if all of it is accounted for: names of fields where the type has them, values of fields that
/// hold no secret and look like it, and the marks between them. Whatever else is on a line keeps it hidden: keys,
/// fields that nobody knows, comments (a key may have been commented out), anchors. A file that does not parse has no
/// such lines, nor has one in UTF-16. A line that nobody would read stays hidden too: each finding quotes its line, and
/// a file of 16 MiB can be one line.
public struct QuotableLines: Sendable {
    private let lines: [Int: String]

    /// Finds the lines of the file whose bytes are `source`.
    public init(_ source: consuming SecretBytes) {
        guard let document = try? YAMLDocument(parsing: source), let root = document.root else {
            lines = [:]
            return
        }
        var scalars = HarmlessScalars()
        scalars.visit(root, as: .configuration)
        lines = Self.lines(of: document.source, scalars.map(byteCount: document.source.count))
    }

    /// The text of a line, counted from 1; nil if it has to stay hidden, or if there is none.
    public func text(ofLine line: Int) -> String? { lines[line] }

    private static let byteCountLimit = 1000

    private static func lines(of source: borrowing SecretBytes, _ isHarmless: [Bool]) -> [Int: String] {
        let bytes = source.bytes
        var lines: [Int: String] = [:]
        for (index, range) in lineRanges(of: bytes).enumerated() {
            guard range.count <= byteCountLimit, range.allSatisfy({ isHarmless[$0] || isMark(bytes[$0]) }) else {
                continue
            }
            lines[index + 1] = unsafe bytes.extracting(range).withUnsafeBytes {
                unsafe String(validating: $0, as: UTF8.self)
            }
        }
        return lines
    }

    /// The lines without their ends; none for a file that has other line ends than LF and CR LF, since its positions
    /// count these too (YAML 1.1, section 5.4), or perhaps is in UTF-16.
    private static func lineRanges(of bytes: RawSpan) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        for offset in bytes.byteOffsets {
            let next = offset + 1 < bytes.byteCount ? bytes[offset + 1] : 0
            switch (bytes[offset], next) {
            case (UInt8(ascii: "\n"), _):
                let hasReturn = offset > start && bytes[offset - 1] == UInt8(ascii: "\r")
                ranges.append(start..<(hasReturn ? offset - 1 : offset))
                start = offset + 1
            case (UInt8(ascii: "\r"), UInt8(ascii: "\n")): continue
            // The last two: U+0085, and U+2028 or U+2029 as well as some others.
            case (UInt8(ascii: "\r"), _), (0, _), (0xc2, 0x85), (0xe2, 0x80): return []
            default: continue
            }
        }
        return ranges + [start..<bytes.byteCount]
    }

    /// What stands between scalars and carries nothing.
    private static func isMark(_ byte: UInt8) -> Bool { " \t-:,[]{}".utf8.contains(byte) }
}
