internal import SecretMemory

/// A walk over a short text.
struct Scan: ~Escapable {
    let text: RawSpan
    private(set) var position = 0

    @_lifetime(copy text)
    init(text: RawSpan) { self.text = text }

    var isAtEnd: Bool { position == text.byteCount }

    /// Moves over `character`, if it is the next one.
    @_lifetime(self: copy self)
    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard position < text.byteCount, UInt32(text[position]) == character.value else { return false }
        position += 1
        return true
    }

    @_lifetime(self: copy self)
    mutating func skipSign() { if !skip("-") { _ = skip("+") } }

    /// Moves over digits, as many as there are or `limit`, and answers how many it were.
    @_lifetime(self: copy self)
    mutating func skipDigits(limit: Int = .max) -> Int {
        let start = position
        while position < text.byteCount, position - start < limit, ASCII.isDigit(text[position]) { position += 1 }
        return position - start
    }
}

enum ASCII {
    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
