import SecretMemory

/// One pass over the text, without recursion; it answers for each text what the state machine of Go's scanner does.
struct JSONParser: ~Escapable {
    private let text: RawSpan
    private var position = 0
    private var nodes: [JSONTree.Node] = []
    /// The arrays and objects that are not closed yet: their places in `nodes`.
    private var open: [Int] = []

    @_lifetime(copy text)
    init(text: RawSpan) { self.text = text }

    @_lifetime(self: copy self)
    mutating func parse() throws(JSONError) -> [JSONTree.Node] {
        try readValue()
        while let innermost = open.last { try readNextChild(of: innermost) }
        skipWhiteSpace()
        guard position == text.byteCount else { throw unexpected(.afterTopLevelValue) }
        return nodes
    }

    /// Reads a string, number or literal, or opens an array or object.
    @_lifetime(self: copy self)
    private mutating func readValue() throws(JSONError) {
        switch try readStructural() {
        case UInt8(ascii: "{"): try openContainer(.object)
        case UInt8(ascii: "["): try openContainer(.array)
        case UInt8(ascii: "\""): try readString()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try readNumber()
        case UInt8(ascii: "t"): try readLiteral(.true, as: .bool(true))
        case UInt8(ascii: "f"): try readLiteral(.false, as: .bool(false))
        case UInt8(ascii: "n"): try readLiteral(.null, as: .null)
        default: throw unexpected(.beginningOfValue)
        }
    }

    /// Reads the next element or member of an open array or object, or its end.
    @_lifetime(self: copy self)
    private mutating func readNextChild(of container: Int) throws(JSONError) {
        let isObject = nodes[container].kind == .object
        let next = try readStructural()
        if next == UInt8(ascii: isObject ? "}" : "]") { return closeContainer(container) }
        if nodes[container].childCount > 0 {
            guard next == UInt8(ascii: ",") else { throw unexpected(isObject ? .afterMember : .afterElement) }
            position += 1
        }
        nodes[container].childCount += 1
        if isObject { try readKey() }
        try readValue()
    }

    /// Reads a key with the colon behind it.
    @_lifetime(self: copy self)
    private mutating func readKey() throws(JSONError) {
        guard try readStructural() == UInt8(ascii: "\"") else { throw unexpected(.beginningOfKey) }
        try readString()
        guard try readStructural() == UInt8(ascii: ":") else { throw unexpected(.afterKey) }
        position += 1
    }

    @_lifetime(self: copy self)
    private mutating func openContainer(_ kind: JSONTree.Node.Kind) throws(JSONError) {
        guard open.count < JSONTree.maximumDepth else { throw unexpected(.depth) }
        open.append(nodes.count)
        position += 1
        try append(kind, from: position - 1)
    }

    @_lifetime(self: copy self)
    private mutating func closeContainer(_ container: Int) {
        position += 1
        open.removeLast()
        nodes[container].range = nodes[container].range.lowerBound..<position
        nodes[container].end = Int32(nodes.count)
    }

    @_lifetime(self: copy self)
    private mutating func readString() throws(JSONError) {
        let start = position
        position += 1
        while true {
            while position + 8 <= text.byteCount, text.isPlain(at: position) { position += 8 }
            guard position < text.byteCount else {
                throw JSONError(offset: position, reason: .unexpectedEnd)
            }
            switch text[position] {
            case UInt8(ascii: "\""):
                position += 1
                return try append(.string, from: start)
            case UInt8(ascii: "\\"): try readEscape()
            case ..<0x20: throw unexpected(.string)
            default: position += 1
            }
        }
    }

    @_lifetime(self: copy self)
    private mutating func readEscape() throws(JSONError) {
        position += 1
        switch current {
        case UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"),
            UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "\""):
            position += 1
        case UInt8(ascii: "u"):
            position += 1
            for _ in 0..<4 {
                guard current.hexadecimalValue != nil else { throw unexpected(.unicodeEscape) }
                position += 1
            }
        default: throw unexpected(.escape)
        }
    }

    @_lifetime(self: copy self)
    private mutating func readNumber() throws(JSONError) {
        let start = position
        if current == UInt8(ascii: "-") { position += 1 }
        if current == UInt8(ascii: "0") { position += 1 } else { try readDigits(.number) }
        if current == UInt8(ascii: ".") {
            position += 1
            try readDigits(.fraction)
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            try readDigits(.exponent)
        }
        try append(.number, from: start)
    }

    /// Reads one digit and as many more as there are.
    @_lifetime(self: copy self)
    private mutating func readDigits(_ context: JSONError.Context) throws(JSONError) {
        guard isDigit(current) else { throw unexpected(context) }
        while isDigit(current) { position += 1 }
    }

    @_lifetime(self: copy self)
    private mutating func readLiteral(
        _ literal: JSONError.Literal, as kind: JSONTree.Node.Kind
    ) throws(JSONError) {
        let start = position
        for character in literal.rawValue.utf8 {
            guard current == character else { throw unexpected(.literal(literal, expecting: character)) }
            position += 1
        }
        try append(kind, from: start)
    }

    @_lifetime(self: copy self)
    private mutating func append(_ kind: JSONTree.Node.Kind, from start: Int) throws(JSONError) {
        guard nodes.count < JSONTree.maximumNodeCount else { throw JSONError(offset: start, reason: .tooManyValues) }
        let index = Int32(nodes.count)
        nodes.append(JSONTree.Node(kind: kind, range: start..<position, index: index, end: index + 1))
    }

    /// The next byte that is not white space; it is looked at, not consumed.
    @_lifetime(self: copy self)
    private mutating func readStructural() throws(JSONError) -> UInt8 {
        skipWhiteSpace()
        guard position < text.byteCount else { throw JSONError(offset: position, reason: .unexpectedEnd) }
        return text[position]
    }

    @_lifetime(self: copy self)
    private mutating func skipWhiteSpace() {
        while position < text.byteCount {
            switch text[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): position += 1
            default: return
            }
        }
    }

    /// The byte to be read. At its end the text goes on with a space, as it does for Go's scanner (`eof`).
    private var current: UInt8 { position < text.byteCount ? text[position] : UInt8(ascii: " ") }

    private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private func unexpected(_ context: JSONError.Context) -> JSONError {
        JSONError(offset: position, reason: .unexpected(current, context))
    }
}

extension RawSpan {
    /// Whether none of eight bytes ends a string, begins an escape, or is a control character. Bytes of a word at once:
    /// subtracting sets the high bit of each byte that is smaller, and of others above such a byte alone
    /// (Hacker's Delight, "Find First 0-Byte").
    fileprivate func isPlain(at offset: Int) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let word = unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
        let quotes = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
        let backslashes = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
        let found =
            (word &- ones &* 0x20) & ~word | (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes
        return found & (ones &* 0x80) == 0
    }
}
