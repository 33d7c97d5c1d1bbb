public import SecretMemory

/// Writes one JSON value with two spaces of indentation, into memory that is wiped.
///
/// ```swift
/// var json = JSONWriter()
/// json.object {
///     $0.member("kind", "Secret")
///     $0.member("data") { json in
///         json.object { $0.member("password", base64: bytes) }
///     }
/// }
/// let text = json.finish()
/// ```
///
/// Characters that could steer a terminal or hide text (``Unicode/Scalar/isHiddenOrSteering``) are escaped: they come
/// back from a reader, but do nothing on the way.
///
/// Writing what would not be JSON (a value without a key in an object, two values at the top) is a mistake of the
/// program and traps. After an error that a closure throws, what was written is of no use.
public struct JSONWriter: ~Copyable {
    private var output: SecretBuffer
    private var scope = Scope(kind: .top)
    private var depth = 0
    private let isOneLine: Bool

    private struct Scope {
        enum Kind { case top, array, object }
        let kind: Kind
        var isEmpty = true
        var hasKey = false
    }

    /// - Parameters:
    ///   - capacity: How many bytes the text will have about.
    ///   - isOneLine: Whether to write one line, without indentation.
    public init(capacity: Int = 1024, isOneLine: Bool = false) {
        output = SecretBuffer(capacity: capacity)
        self.isOneLine = isOneLine
    }

    /// Ends the text, which has no newline behind it, and hands it over.
    public consuming func finish() -> SecretBytes {
        precondition(scope.kind == .top && !scope.isEmpty, "finish() before there is a whole value")
        return output.finish()
    }
}

// MARK: - Objects and arrays

extension JSONWriter {
    /// An object, whose members `body` writes.
    public mutating func object<Failure: Error>(
        _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        try container(.object, "{", "}", body)
    }

    /// An array, whose elements `body` writes.
    public mutating func array<Failure: Error>(
        _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        try container(.array, "[", "]", body)
    }

    /// A key; the value must follow.
    public mutating func key(_ name: String) {
        beginKey()
        write(name)
        output.append(": ")
    }

    /// A key from bytes; invalid UTF-8 in them is replaced.
    public mutating func key(_ name: RawSpan) {
        beginKey()
        write(name)
        output.append(": ")
    }

    private mutating func container<Failure: Error>(
        _ kind: Scope.Kind, _ opening: String, _ closing: String,
        _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        beginValue()
        output.append(opening)
        let outer = scope
        scope = Scope(kind: kind)
        depth += 1
        try body(&self)
        precondition(!scope.hasKey, "a key without a value")
        depth -= 1
        if !scope.isEmpty { breakLine() }
        scope = outer
        output.append(closing)
    }

    private mutating func beginKey() {
        precondition(scope.kind == .object, "a key outside an object")
        precondition(!scope.hasKey, "a key without a value")
        beginItem()
        scope.hasKey = true
    }

    private mutating func beginValue() {
        switch scope.kind {
        case .top:
            precondition(scope.isEmpty, "a second value at the top")
            scope.isEmpty = false
        case .array: beginItem()
        case .object:
            precondition(scope.hasKey, "a value without a key in an object")
            scope.hasKey = false
        }
    }

    private mutating func beginItem() {
        if !scope.isEmpty { output.append(UInt8(ascii: ",")) }
        scope.isEmpty = false
        breakLine()
    }

    private mutating func breakLine() {
        guard !isOneLine else { return }
        output.append(UInt8(ascii: "\n"))
        for _ in 0..<depth { output.append("  ") }
    }
}

// MARK: - Values

extension JSONWriter {
    public mutating func null() {
        beginValue()
        output.append("null")
    }

    public mutating func bool(_ value: Bool) {
        beginValue()
        output.append(value ? "true" : "false")
    }

    public mutating func number(_ value: some BinaryInteger) {
        beginValue()
        output.append(String(value))
    }

    /// - Precondition: `value` is finite.
    public mutating func number(_ value: Double) {
        precondition(value.isFinite, "JSON has no infinities and no NaN")
        beginValue()
        output.append("\(value)")
    }

    /// A string that is no secret.
    public mutating func string(_ value: String) {
        beginValue()
        write(value)
    }

    /// A string from bytes; each byte of invalid UTF-8 becomes U+FFFD. No byte leaves wiped memory.
    public mutating func string(_ value: RawSpan) {
        beginValue()
        write(value)
    }

    /// Bytes as a string of base64. No byte leaves wiped memory.
    public mutating func base64(_ value: RawSpan) {
        beginValue()
        output.append(UInt8(ascii: "\""))
        output.append(SecretBase64.encode(value).bytes)
        output.append(UInt8(ascii: "\""))
    }

    private mutating func write(_ text: String) {
        var text = text
        text.withUTF8 { write(unsafe UnsafeRawBufferPointer($0).bytes) }
    }

    private mutating func write(_ text: RawSpan) {
        output.append(UInt8(ascii: "\""))
        var position = 0
        while position < text.byteCount {
            let byte = text[position]
            if byte < 0x80 {
                write(ascii: byte)
                position += 1
            } else if let length = utf8SequenceLength(in: text, at: position) {
                write(sequence: text.extracting(position..<position + length))
                position += length
            } else {
                output.append(String(replacementCharacter))
                position += 1
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    private mutating func write(ascii character: UInt8) {
        switch character {
        case UInt8(ascii: "\""): output.append(#"\""#)
        case UInt8(ascii: "\\"): output.append(#"\\"#)
        case UInt8(ascii: "\n"): output.append(#"\n"#)
        case UInt8(ascii: "\r"): output.append(#"\r"#)
        case UInt8(ascii: "\t"): output.append(#"\t"#)
        case ..<0x20, 0x7f: escape(Unicode.Scalar(character))
        default: output.append(character)
        }
    }

    private mutating func write(sequence: RawSpan) {
        let scalar = scalar(ofUTF8: sequence)
        if scalar.isHiddenOrSteering { escape(scalar) } else { output.append(sequence) }
    }

    private mutating func escape(_ scalar: Unicode.Scalar) {
        for unit in scalar.utf16 {
            let digits = String(unit, radix: 16)
            output.append(#"\u"# + String(repeating: "0", count: 4 - digits.count) + digits)
        }
    }
}

// MARK: - Members in one call

extension JSONWriter {
    /// A member whose value, exactly one, `body` writes.
    public mutating func member<Failure: Error>(
        _ name: String, _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        key(name)
        try body(&self)
        precondition(!scope.hasKey, "a key without a value")
    }

    public mutating func member(_ name: String, _ value: String) {
        key(name)
        string(value)
    }

    public mutating func member(_ name: String, _ value: RawSpan) {
        key(name)
        string(value)
    }

    public mutating func member(_ name: String, _ value: Bool) {
        key(name)
        bool(value)
    }

    public mutating func member(_ name: String, _ value: some BinaryInteger) {
        key(name)
        number(value)
    }

    public mutating func member(_ name: String, _ value: Double) {
        key(name)
        number(value)
    }

    public mutating func member(_ name: String, base64 value: RawSpan) {
        key(name)
        base64(value)
    }
}
