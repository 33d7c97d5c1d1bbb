internal import Diagnostics

/// A text file with lines and columns for its bytes.
struct UnitText {
    let bytes: [UInt8]
    private let lineStarts: [Int]
    /// How many characters begin before each byte: one line may have thousands of words.
    private let characterCounts: [Int32]

    /// - Throws: `notText` for what is not UTF-8 or has zero bytes, `tooLarge`.
    init(_ bytes: [UInt8]) throws(APIServerFlagsError) {
        guard bytes.count <= APIServerFlags.byteCountLimit else {
            throw APIServerFlagsError(.tooLarge(byteCount: bytes.count), at: nil)
        }
        guard !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil else {
            throw APIServerFlagsError(.notText, at: nil)
        }
        self.bytes = bytes
        lineStarts = [0] + bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
        var counts: [Int32] = [0]
        counts.reserveCapacity(bytes.count + 1)
        // Bytes that go on with a character do not count.
        for byte in bytes { counts.append(counts[counts.count - 1] + (byte & 0xc0 == 0x80 ? 0 : 1)) }
        characterCounts = counts
    }

    func position(_ offset: Int) -> SourcePosition {
        var (low, high) = (0, lineStarts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        let column = Int(characterCounts[min(offset, bytes.count)] - characterCounts[lineStarts[low]]) + 1
        return SourcePosition(line: low + 1, column: column, offset: offset)
    }

    /// The line from `start` on, without its end; where the next one begins.
    func line(from start: Int) -> (content: ArraySlice<UInt8>, next: Int) {
        let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        let content = bytes[start..<end]
        return (content.last == UInt8(ascii: "\r") ? content.dropLast() : content, end + 1)
    }
}

/// A setting with its continued lines as one: bytes, each with its place.
struct UnitLine {
    private(set) var bytes: [UInt8] = []
    private var offsets: [Int] = []

    init() {}

    init(_ part: ArraySlice<UInt8>) { append(part) }

    mutating func append(_ part: ArraySlice<UInt8>) {
        bytes += part
        offsets += part.indices
    }

    /// The space that takes the place of a line break and the backslash before it.
    mutating func appendSpace(at offset: Int) {
        bytes.append(UInt8(ascii: " "))
        offsets.append(offset)
    }

    func offset(_ index: Int) -> Int { index < offsets.count ? offsets[index] : (offsets.last ?? 0) }

    /// The text behind the first `=` without blanks around it, and the one before it.
    func setting() -> (name: String, value: UnitLine)? {
        guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        var value = UnitLine()
        var range = equals + 1..<bytes.count
        while let first = range.first, VariableName.isBlank(bytes[first]) { range = first + 1..<range.upperBound }
        while let last = range.last, VariableName.isBlank(bytes[last]) { range = range.lowerBound..<last }
        value.bytes = Array(bytes[range])
        value.offsets = Array(offsets[range])
        let name = bytes[..<equals].split(whereSeparator: VariableName.isBlank)
        guard name.count == 1 else { return nil }
        return (String(decoding: name[0], as: UTF8.self), value)
    }
}

/// Words of a setting, unquoted as systemd does it (systemd.syntax(7), "Quoting"; src/basic/extract-word.c).
struct UnitWords {
    struct Word {
        var bytes: [UInt8]
        /// Where it begins in the line.
        let start: Int
        /// Whether any of it was quoted or escaped.
        var isQuoted = false
    }

    /// Nil if a quote never ends.
    static func split(_ bytes: some Collection<UInt8>) -> [Word]? { split(bytes, isRelaxed: false) }

    /// The words of the value that takes the place of `$NAME`: a backslash escapes the byte after it, and a quote
    /// without an end ends with the value (src/basic/env-util.c, `replace_env_argv`, which splits with
    /// `EXTRACT_UNQUOTE | EXTRACT_RELAX` and without `EXTRACT_CUNESCAPE`).
    static func splitValue(_ bytes: some Collection<UInt8>) -> [Word] { split(bytes, isRelaxed: true) ?? [] }

    private static func split(_ bytes: some Collection<UInt8>, isRelaxed: Bool) -> [Word]? {
        let bytes = Array(bytes)
        var words: [Word] = []
        var word: Word?
        var quote: UInt8?
        var offset = 0
        while offset < bytes.count {
            let byte = bytes[offset]
            if quote == nil, VariableName.isBlank(byte) {
                if let ended = word { words.append(ended) }
                word = nil
                offset += 1
                continue
            }
            var current = word ?? Word(bytes: [], start: offset)
            // Otherwise each byte would copy the word.
            word = nil
            switch byte {
            case UInt8(ascii: "\\"):
                current.isQuoted = true
                let rest = bytes[(offset + 1)...]
                let (unescaped, length) = isRelaxed ? (Array(rest.prefix(1)), 1) : unescape(rest)
                current.bytes += unescaped
                offset += length
            case UInt8(ascii: "'") where quote != UInt8(ascii: "\""),
                UInt8(ascii: "\"") where quote != UInt8(ascii: "'"):
                current.isQuoted = true
                quote = quote == nil ? byte : nil
            default: current.bytes.append(byte)
            }
            word = current
            offset += 1
        }
        guard quote == nil || isRelaxed else { return nil }
        if let ended = word { words.append(ended) }
        return words
    }

    /// The meaning of the bytes after a backslash, and their number (src/basic/escape.c, `cunescape_one`). An unknown
    /// escape is kept, and systemd warns.
    private static func unescape(_ rest: ArraySlice<UInt8>) -> ([UInt8], Int) {
        guard let kind = rest.first else { return ([UInt8(ascii: "\\")], 0) }
        let simple: [UInt8: UInt8] = [
            UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10,
            UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9, UInt8(ascii: "v"): 11, UInt8(ascii: "\\"): 92,
            UInt8(ascii: "\""): 34, UInt8(ascii: "'"): 39, UInt8(ascii: "s"): 32,
        ]
        if let byte = simple[kind] { return ([byte], 1) }
        let kept: ([UInt8], Int) = ([UInt8(ascii: "\\")], 0)
        func number(_ digits: ArraySlice<UInt8>, _ radix: Int, _ count: Int) -> UInt32? {
            guard digits.count >= count else { return nil }
            let text = String(decoding: digits.prefix(count), as: UTF8.self)
            // `UInt32` would take a sign.
            guard text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }) else { return nil }
            return UInt32(text, radix: radix)
        }
        switch kind {
        case UInt8(ascii: "x"):
            guard let value = number(rest.dropFirst(), 16, 2), value != 0 else { return kept }
            return ([UInt8(truncatingIfNeeded: value)], 3)
        case UInt8(ascii: "u"), UInt8(ascii: "U"):
            let count = kind == UInt8(ascii: "u") ? 4 : 8
            guard let value = number(rest.dropFirst(), 16, count), value != 0, let scalar = UnicodeScalar(value) else {
                return kept
            }
            return (Array(String(scalar).utf8), count + 1)
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            guard let value = number(rest, 8, 3), value != 0, value < 256 else { return kept }
            return ([UInt8(truncatingIfNeeded: value)], 3)
        default: return kept
        }
    }
}
