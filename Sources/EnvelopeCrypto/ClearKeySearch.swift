internal import SecretMemory

/// The form of an unencrypted key.
public enum ClearKeyForm: String, Sendable {
    /// The bytes of the key.
    case raw
    /// Base64, standard or URL-safe, of the key or of more bytes around it.
    case base64
    /// Hexadecimal digits.
    case hexadecimal
}

/// Searches bytes for one unencrypted key: raw, in base64 or in hexadecimal digits.
///
/// Base64 is found with any bytes before and after the key, so the search is for the characters of each of the three
/// alignments that depend only on the key. Both alphabets count, padding does not matter, and white space between
/// characters is skipped. The time is linear in the bytes, for any bytes.
public struct ClearKeySearch: Sendable {
    private let patterns: [Pattern]

    /// - Parameter key: The key. A copy of it is kept in memory that is wiped.
    public init(for key: RawSpan) {
        guard key.byteCount > 0 else {
            patterns = []
            return
        }
        let base64 = (0..<3).map { Pattern(.base64, Self.base64Digits(of: key, behind: $0)) }
        let digits = SecretBytes.filling(capacity: key.byteCount * 2) { output in
            for offset in key.byteOffsets {
                output.append(key[offset] >> 4)
                output.append(key[offset] & 15)
            }
        }
        patterns = ([Pattern(.raw, SecretBytes(copying: key)), Pattern(.hexadecimal, digits)] + base64)
            .filter { !$0.isEmpty }
    }

    /// The form in which the key occurs in `bytes`; nil if it does not.
    public func form(in bytes: RawSpan) -> ClearKeyForm? {
        patterns.first { $0.occurs(in: bytes) }?.form
    }

    /// The digits of base64 that depend only on the key, if `count` bytes are before it in a group of three.
    private static func base64Digits(of key: RawSpan, behind count: Int) -> SecretBytes {
        let first = (8 * count + 5) / 6
        let end = 8 * (count + key.byteCount) / 6
        return SecretBytes.filling(capacity: max(0, end - first)) { output in
            for digit in first..<max(first, end) {
                let bit = 6 * digit - 8 * count
                let (byte, shift) = (bit / 8, bit % 8)
                let next = shift > 2 ? UInt16(key[byte + 1]) : 0
                output.append(UInt8((UInt16(key[byte]) << 8 | next) >> (10 - UInt16(shift)) & 63))
            }
        }
    }
}

/// A run of symbols, found by the method of Knuth, Morris and Pratt.
private struct Pattern: Sendable {
    let form: ClearKeyForm
    /// Bytes, or the values of digits.
    private let symbols: SecretKey
    /// For each length of a partial match, how much of it can still be the beginning of the next one.
    private let borders: [Int]

    init(_ form: ClearKeyForm, _ symbols: consuming SecretBytes) {
        let symbols = SecretKey(symbols)
        borders = Self.borders(of: symbols.span)
        self.form = form
        self.symbols = symbols
    }

    var isEmpty: Bool { symbols.bytes.count == 0 }

    func occurs(in bytes: RawSpan) -> Bool {
        let symbols = self.symbols.span
        var matched = 0
        for offset in bytes.byteOffsets {
            switch Symbol(bytes[offset], form) {
            case .gap: continue
            case .other: matched = 0
            case .value(let value):
                while matched > 0, symbols[matched] != value { matched = borders[matched - 1] }
                if symbols[matched] == value { matched += 1 }
                if matched == symbols.byteCount { return true }
            }
        }
        return false
    }

    private static func borders(of symbols: RawSpan) -> [Int] {
        var borders = [Int](repeating: 0, count: symbols.byteCount)
        var length = 0
        for offset in symbols.byteOffsets.dropFirst() {
            while length > 0, symbols[offset] != symbols[length] { length = borders[length - 1] }
            if symbols[offset] == symbols[length] { length += 1 }
            borders[offset] = length
        }
        return borders
    }
}

/// What a byte is to a form.
private enum Symbol {
    case value(UInt8)
    /// Passed over between digits.
    case gap
    /// No digit.
    case other

    init(_ byte: UInt8, _ form: ClearKeyForm) {
        self =
            switch (form, byte) {
            case (.raw, _): .value(byte)
            case (_, 0x20), (_, 0x09...0x0d): .gap
            case (.hexadecimal, _): byte.hexadecimalValue.map { .value($0) } ?? .other
            case (.base64, UInt8(ascii: "A")...UInt8(ascii: "Z")): .value(byte - UInt8(ascii: "A"))
            case (.base64, UInt8(ascii: "a")...UInt8(ascii: "z")): .value(byte - UInt8(ascii: "a") + 26)
            case (.base64, UInt8(ascii: "0")...UInt8(ascii: "9")): .value(byte - UInt8(ascii: "0") + 52)
            case (.base64, UInt8(ascii: "+")), (.base64, UInt8(ascii: "-")): .value(62)
            case (.base64, UInt8(ascii: "/")), (.base64, UInt8(ascii: "_")): .value(63)
            case (.base64, _): .other
            }
    }
}
