internal import SecretMemory

/// Every eight bytes in a row of some secrets, to look for in texts.
///
/// The pieces are parts of the secrets, as they are. Like these they are in memory that is wiped when it is given back.
final class SecretPieces: Sendable {
    private static let pieceByteCount = 8
    /// What is looked at of one secret, and of all together.
    static let secretByteLimit = 4 << 10
    static let totalByteLimit = 8 << 20

    private let pieces: NumberSet
    /// The forms that are shorter than a piece, each with its length.
    private let shortForms: NumberSet
    /// Whether there is too much to look at. Then all texts are taken to have a piece in common with it.
    private let isOverflown: Bool

    init(_ secrets: [SecretKey]) {
        let total = secrets.reduce(0) { $0 + min($1.bytes.count, Self.secretByteLimit) }
        isOverflown = total > Self.totalByteLimit
        let forms = isOverflown ? [] : secrets.flatMap(Self.forms)
        pieces = NumberSet(capacity: forms.reduce(0) { $0 + max(0, $1.bytes.count - Self.pieceByteCount + 1) }) { add in
            for form in forms { Self.eachPiece(of: form.span) { add($0) } }
        }
        let short = forms.filter { (1..<Self.pieceByteCount).contains($0.bytes.count) }
        shortForms = NumberSet(capacity: short.count) { add in for form in short { add(Self.number(form.span)) } }
    }

    /// Whether the text equals a secret or has a piece in common with one.
    func areFound(in text: RawSpan) -> Bool {
        if isOverflown { return true }
        if text.byteCount < Self.pieceByteCount { return shortForms.contains(Self.number(text)) }
        var isFound = false
        Self.eachPiece(of: text) { if pieces.contains($0) { isFound = true } }
        return isFound
    }

    /// The secret, its base64, and what it is the base64 of.
    private static func forms(of secret: SecretKey) -> [SecretKey] {
        let isLong = secret.bytes.count > secretByteLimit
        let head = isLong ? SecretKey(SecretBytes(copying: secret.span.extracting(first: secretByteLimit))) : secret
        let forms = [head, SecretKey(SecretBase64.encode(head.span))]
        return forms + [ProviderRules.decodedSecret(head)].compactMap(\.self)
    }

    private static func eachPiece(of bytes: RawSpan, _ body: (UInt64) -> Void) {
        var piece: UInt64 = 0
        for offset in bytes.byteOffsets {
            piece = piece << 8 | UInt64(bytes[offset])
            if offset >= pieceByteCount - 1 { body(piece) }
        }
    }

    /// A number of its own for each text of fewer than eight bytes: the bytes behind their count.
    private static func number(_ bytes: RawSpan) -> UInt64 {
        bytes.byteOffsets.reduce(UInt64(bytes.byteCount)) { $0 << 8 | UInt64(bytes[$1]) }
    }
}

/// A set of numbers in memory that is wiped. A `Set` would leave copies behind, unwiped, each time that it grows.
private struct NumberSet: ~Copyable, Sendable {
    /// A number stands in the slot that its hash names, or behind it. An empty slot is 0, so 0 counts as a member.
    private let slots: SecretBytes
    private let factor: UInt64
    private let slotCount: Int

    /// - Parameters:
    ///   - capacity: So many numbers are added at most.
    ///   - fill: Adds them.
    init(capacity: Int, _ fill: (_ add: (UInt64) -> Void) -> Void) {
        // At most three quarters full.
        var slotCount = 2
        while slotCount / 4 * 3 <= capacity { slotCount *= 2 }
        // Odd, and not to be known before: nobody can choose secrets that all want the same slot.
        let factor = UInt64.random(in: .min ... .max) | 1
        let byteCount = slotCount * MemoryLayout<UInt64>.size
        slots = SecretBytes.filling(capacity: byteCount) { output in
            unsafe output.withUnsafeMutableBytes { buffer, initializedCount in
                unsafe buffer.initializeMemory(as: UInt8.self, repeating: 0)
                initializedCount = byteCount
                let numbers = unsafe buffer.bindMemory(to: UInt64.self)
                fill { number in
                    var slot = Self.slot(of: number, factor, slotCount)
                    while unsafe numbers[slot] != 0, unsafe numbers[slot] != number { slot = (slot + 1) % slotCount }
                    unsafe numbers[slot] = number
                }
            }
        }
        self.factor = factor
        self.slotCount = slotCount
    }

    func contains(_ number: UInt64) -> Bool {
        var slot = Self.slot(of: number, factor, slotCount)
        while true {
            let member = unsafe slots.bytes.unsafeLoad(fromByteOffset: slot * 8, as: UInt64.self)
            if member == number { return true }
            if member == 0 { return false }
            slot = (slot + 1) % slotCount
        }
    }

    private static func slot(of number: UInt64, _ factor: UInt64, _ slotCount: Int) -> Int {
        Int(truncatingIfNeeded: (number &* factor) >> 16) & (slotCount - 1)
    }
}
