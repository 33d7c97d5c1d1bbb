internal import EncryptionConfig
public import SecretMemory
internal import YAMLTree

/// The lines of a file that may be shown to people, since no part of them can be a secret.
///
/// A line may be shown if all of it is accounted for: names of fields where the type has them, values of fields that
/// hold no secret and look like it, and the marks between them. Anything else on a line keeps it hidden: keys,
/// unknown fields, comments (a key may have been commented out), anchors. A file that does not parse has no such
/// lines, nor has one in UTF-16. A line that is too long to read is hidden too: each finding quotes its line, and a
/// file of 16 MiB can be one line.
public struct QuotableLines: Sendable {
    private let lines: [Int: String]

    /// Finds lines of the file whose bytes are `source`.
    ///
    /// - Parameter wanted: The lines to look at, counted from 1. A file can be nothing but lines.
    public init(_ source: consuming SecretBytes, wanted: Set<Int>) {
        guard !wanted.isEmpty, let document = try? YAMLDocument(parsing: source), let root = document.root else {
            lines = [:]
            return
        }
        var scalars = HarmlessScalars()
        scalars.visit(root, as: .configuration)
        lines = Self.lines(wanted, of: document.source, scalars.map(byteCount: document.source.count))
    }

    /// The text of a requested line, counted from 1; nil if it must be hidden, or does not exist.
    public func text(ofLine line: Int) -> String? { lines[line] }

    private static let byteCountLimit = 1000

    private static func lines(
        _ wanted: Set<Int>, of source: borrowing SecretBytes, _ isHarmless: [Bool]
    ) -> [Int: String] {
        let bytes = source.bytes
        var lines: [Int: String] = [:]
        let hasKnownEnds = eachLine(of: bytes) { number, range in
            guard wanted.contains(number), range.count <= byteCountLimit,
                range.allSatisfy({ isHarmless[$0] || isMark(bytes[$0]) })
            else { return }
            lines[number] = unsafe bytes.extracting(range).withUnsafeBytes {
                unsafe String(validating: $0, as: UTF8.self)
            }
        }
        return hasKnownEnds ? lines : [:]
    }

    /// Goes through the lines without their ends.
    ///
    /// - Returns: False for a file that has other line ends than LF and CR LF, since its positions count these too
    ///   (YAML 1.1, section 5.4), or that is perhaps in UTF-16.
    private static func eachLine(of bytes: RawSpan, _ body: (Int, Range<Int>) -> Void) -> Bool {
        var (start, number) = (0, 1)
        for offset in bytes.byteOffsets {
            let next = offset + 1 < bytes.byteCount ? bytes[offset + 1] : 0
            switch (bytes[offset], next) {
            case (UInt8(ascii: "\n"), _):
                let hasReturn = offset > start && bytes[offset - 1] == UInt8(ascii: "\r")
                body(number, start..<(hasReturn ? offset - 1 : offset))
                (start, number) = (offset + 1, number + 1)
            case (UInt8(ascii: "\r"), UInt8(ascii: "\n")): continue
            // The last two: U+0085, and U+2028 or U+2029 as well as some others.
            case (UInt8(ascii: "\r"), _), (0, _), (0xc2, 0x85), (0xe2, 0x80): return false
            default: continue
            }
        }
        body(number, start..<bytes.byteCount)
        return true
    }

    /// The marks between scalars, without content.
    private static func isMark(_ byte: UInt8) -> Bool { " \t-:,[]{}".utf8.contains(byte) }
}
