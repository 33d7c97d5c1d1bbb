public import SecretMemory

extension JSONTree {
    /// What a string holds, decoded as Go's `unquote` does: an escaped surrogate without its partner and each byte of
    /// invalid UTF-8 become U+FFFD.
    ///
    /// - Precondition: `node` is a string of this tree, and `text` what was parsed.
    public func string(_ node: Node, in text: RawSpan) -> SecretBytes {
        Self.decoded(content(of: node, in: text))
    }

    /// What a string holds, from what it has between its quotes.
    ///
    /// - Precondition: `content` is part of a text that was parsed.
    public static func decoded(_ content: RawSpan) -> SecretBytes {
        var measuring = StringDecoder(content)
        var length = 0
        while measuring.next() != nil { length += 1 }
        return SecretBytes.filling(capacity: length) { output in
            var decoder = StringDecoder(content)
            while let byte = decoder.next() { output.append(byte) }
        }
    }

    /// Whether a string, decoded, is `expected`. Stops at the first difference: not for secrets.
    ///
    /// - Returns: false if `node` is no string.
    public func string(_ node: Node, equals expected: String, in text: RawSpan) -> Bool {
        node.kind == .string && Self.isDecoded(content(of: node, in: text), equalTo: expected)
    }

    /// Whether a string, from what it has between its quotes, holds `expected`. Stops at the first difference: not for
    /// secrets.
    ///
    /// - Precondition: `content` is part of a text that was parsed.
    public static func isDecoded(_ content: RawSpan, equalTo expected: String) -> Bool {
        var decoder = StringDecoder(content)
        for byte in expected.utf8 where decoder.next() != byte { return false }
        return decoder.next() == nil
    }

    /// The number as an integer; nil if `node` is no number, has a fraction or exponent, or does not fit.
    public func integer(_ node: Node, in text: RawSpan) -> Int64? {
        guard node.kind == .number, node.range.count <= 20 else { return nil }
        let digits = text.extracting(node.range).copiedToArray()
        return Int64(String(decoding: digits, as: UTF8.self))
    }

    @_lifetime(copy text)
    private func content(of node: Node, in text: RawSpan) -> RawSpan {
        precondition(node.kind == .string, "the node is not a string")
        return text.extracting(node.range.lowerBound + 1..<node.range.upperBound - 1)
    }
}

/// The bytes of the content of a string, in sequence. The parser has checked the escapes.
private struct StringDecoder: ~Escapable {
    private let content: RawSpan
    private var position = 0
    /// UTF-8 of the scalar that was decoded last, as far as it has not been given out.
    private var pending = Unicode.UTF8.EncodedScalar()

    @_lifetime(copy content)
    init(_ content: RawSpan) { self.content = content }

    @_lifetime(self: copy self)
    mutating func next() -> UInt8? {
        if !pending.isEmpty { return pending.removeFirst() }
        guard position < content.byteCount else { return nil }
        let byte = content[position]
        if byte == UInt8(ascii: "\\") {
            encode(readEscape())
        } else if byte < 0x80 {
            position += 1
            return byte
        } else if let length = utf8SequenceLength(in: content, at: position) {
            for offset in position..<position + length { pending.append(content[offset]) }
            position += length
        } else {
            position += 1
            encode(replacementCharacter)
        }
        return pending.removeFirst()
    }

    @_lifetime(self: copy self)
    private mutating func encode(_ scalar: Unicode.Scalar) {
        for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { pending.append(byte) }
    }

    @_lifetime(self: copy self)
    private mutating func readEscape() -> Unicode.Scalar {
        let character = content[position + 1]
        if character == UInt8(ascii: "u") { return readUnicodeEscape() }
        position += 2
        return switch character {
        case UInt8(ascii: "b"): "\u{08}"
        case UInt8(ascii: "f"): "\u{0c}"
        case UInt8(ascii: "n"): "\n"
        case UInt8(ascii: "r"): "\r"
        case UInt8(ascii: "t"): "\t"
        default: Unicode.Scalar(character)
        }
    }

    /// Reads `\uXXXX`, and the one that follows it too if the two are a surrogate pair.
    @_lifetime(self: copy self)
    private mutating func readUnicodeEscape() -> Unicode.Scalar {
        let first = codeUnit(at: position)
        position += 6
        if let first, let scalar = Unicode.Scalar(first) { return scalar }
        guard let first, UTF16.isLeadSurrogate(first), let second = codeUnit(at: position),
            UTF16.isTrailSurrogate(second)
        else { return replacementCharacter }
        position += 6
        return UTF16.decode(UTF16.EncodedScalar([first, second]))
    }

    /// The code unit of an escape `\uXXXX` that begins at `offset`; nil if none does.
    private func codeUnit(at offset: Int) -> UInt16? {
        guard offset + 6 <= content.byteCount, content[offset] == UInt8(ascii: "\\"),
            content[offset + 1] == UInt8(ascii: "u")
        else { return nil }
        var unit: UInt16 = 0
        for digit in offset + 2..<offset + 6 {
            guard let value = content[digit].hexadecimalValue else { return nil }
            unit = unit << 4 | UInt16(value)
        }
        return unit
    }
}
