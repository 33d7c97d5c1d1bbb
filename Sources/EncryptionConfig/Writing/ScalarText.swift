internal import SecretMemory
internal import YAMLTree

/// How a new scalar is written.
enum ScalarText {
    /// In double quotes, with escapes that JSON and YAML share.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case _ where scalar.value < 0x20 || (0x7f...0xa0).contains(scalar.value):
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    /// Plain, if a reader of YAML cannot take it for anything else, even between brackets: words with another meaning
    /// (`yes`, `null`, `false`) have five letters at most.
    static func plainOrQuoted(_ text: String) -> String {
        let isPlain =
            text.utf8.count > 5 && text.utf8.first.map(isLetter) == true
            && text.utf8.allSatisfy { isLetter($0) || isDigit($0) || "-._/".utf8.contains($0) }
        return isPlain ? text : quoted(text)
    }

    /// Whether base64 is text for every reader: a letter that no number has settles it.
    static func isPlain(_ base64: RawSpan) -> Bool {
        base64.byteCount > 5
            && base64.byteOffsets.contains { offset in
                isLetter(base64[offset]) && !"abcdefxoinABCDEFXOIN".utf8.contains(base64[offset])
            }
    }

    /// The scalar in the style of `model`, which holds the same kind of value; plain or quoted if it has none to give.
    static func write(_ node: NewNode, like model: YAMLNode, in text: SourceLines, to output: inout SecretBuffer) {
        guard case .scalar(let scalar) = model.content else {
            output.append(FlowStyle(isJSON: text.isJSON).text(of: node).span)
            return
        }
        switch (node, scalar.style) {
        case (.text(let name), .double), (.word(let name), .double): output.append(quoted(name))
        case (.text(let name), .single) where !name.utf8.contains { $0 < 0x20 || $0 >= 0x7f }:
            output.append("'\(name.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''"))'")
        case (.word(let name), .single): output.append("'\(name)'")
        case (.base64(let secret), .double), (.base64(let secret), .single):
            let quote = scalar.style == .double ? "\"" : "'"
            output.append(quote)
            output.append(SecretBase64.encode(secret.span).bytes)
            output.append(quote)
        case (.base64(let secret), .literal), (.base64(let secret), .folded):
            let headerEnd = text.skipHeader(from: scalar.contentOffset)
            let lineEnd = text.lineEnd(of: headerEnd)
            var line = text.afterBreak(at: lineEnd)
            // Empty lines may come first, which have no indentation to copy.
            while text.isBreak(at: text.skipBlanks(from: line)) {
                line = text.afterBreak(at: text.skipBlanks(from: line))
            }
            output.append(text.copy(scalar.contentOffset..<headerEnd).span)
            output.append(text.copy(lineEnd..<text.afterBreak(at: lineEnd)).span)
            output.append(text.copy(line..<text.skipBlanks(from: line)).span)
            output.append(SecretBase64.encode(secret.span).bytes)
        default: output.append(FlowStyle(isJSON: text.isJSON).text(of: node).span)
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
