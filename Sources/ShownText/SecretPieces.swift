public import SecretMemory

/// Every eight bytes in a row of some secrets, to look for in texts.
///
/// The pieces are unencrypted parts of the secrets. Like these they are in memory that is wiped when it is released.
public final class SecretPieces: Sendable {
    static let pieceByteCount = 8
    /// What is looked at of one secret, and of all together.
    public static let secretByteLimit = 4 << 10
    public static let totalByteLimit = 8 << 20

    private let pieces: NumberSet
    /// The forms that are shorter than a piece, each with its length.
    private let shortForms: NumberSet
    /// Whether there is too much to look at. Then all texts are taken to have a piece in common with it.
    private let isOverflown: Bool

    /// - Parameters:
    ///   - secrets: The secrets.
    ///   - forms: The ways to spell one of them, itself among them.
    public init(_ secrets: [SecretKey], forms: (SecretKey) -> [SecretKey]) {
        let total = secrets.reduce(0) { $0 + min($1.bytes.count, Self.secretByteLimit) }
        isOverflown = total > Self.totalByteLimit
        let forms = isOverflown ? [] : secrets.map(Self.head).flatMap(forms)
        pieces = NumberSet(capacity: forms.reduce(0) { $0 + max(0, $1.bytes.count - Self.pieceByteCount + 1) }) { add in
            for form in forms { Self.eachPiece(of: form.span) { add($0) } }
        }
        let short = forms.filter { (1..<Self.pieceByteCount).contains($0.bytes.count) }
        shortForms = NumberSet(capacity: short.count) { add in for form in short { add(Self.number(form.span)) } }
    }

    /// Whether the text equals a secret or has a piece in common with one.
    public func areFound(in text: RawSpan) -> Bool { longestRun(in: text) > 0 }

    /// How many bytes in a row the text has in common with a secret, at the most: eight or more, or all of the text if
    /// it equals a shorter secret; else 0.
    func longestRun(in text: RawSpan) -> Int {
        if isOverflown { return .max }
        if text.byteCount < Self.pieceByteCount {
            return shortForms.contains(Self.number(text)) ? text.byteCount : 0
        }
        var (run, longest) = (0, 0)
        Self.eachPiece(of: text) { piece in
            run = pieces.contains(piece) ? max(run + 1, Self.pieceByteCount) : 0
            longest = max(longest, run)
        }
        return longest
    }

    /// As much of a secret as is looked at.
    private static func head(_ secret: SecretKey) -> SecretKey {
        guard secret.bytes.count > secretByteLimit else { return secret }
        return SecretKey(SecretBytes(copying: secret.span.extracting(first: secretByteLimit)))
    }

    private static func eachPiece(of bytes: RawSpan, _ body: (UInt64) -> Void) {
        var piece: UInt64 = 0
        for offset in bytes.byteOffsets {
            piece = piece << 8 | UInt64(bytes[offset])
            if offset >= pieceByteCount - 1 { body(piece) }
        }
    }

    /// A number of its own for each text of fewer than eight bytes: the bytes after their count.
    private static func number(_ bytes: RawSpan) -> UInt64 {
        bytes.byteOffsets.reduce(UInt64(bytes.byteCount)) { $0 << 8 | UInt64(bytes[$1]) }
    }
}
