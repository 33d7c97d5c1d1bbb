import SecretMemory

/// Hexadecimal digits alone, with white space between the bytes: `xxd -p`, `od -A n -t x1`.
enum PlainHex {
    /// The bytes of `text`; nil if it contains anything else, or half a byte.
    static func decode(_ text: RawSpan) -> SecretBytes? {
        struct NotHexadecimal: Error {}
        return try? SecretBytes.filling(capacity: text.byteCount / 2) { output throws(NotHexadecimal) in
            var position = 0
            while position < text.byteCount {
                if isWhiteSpace(text[position]) {
                    position += 1
                } else if let byte = text.hexadecimalByte(at: position) {
                    output.append(byte)
                    position += 2
                } else {
                    throw NotHexadecimal()
                }
            }
        }
    }
}

/// What `etcdctl get --hex` prints: a line for each key and each value, every byte as `\x` and two digits
/// (etcd 3.5, etcdctl/ctlv3/command/util.go, `addHexPrefix`).
enum EscapedHex {
    /// The values in `text`; nil if it does not begin as one of these lines does.
    static func read(_ text: RawSpan) throws(PasteError) -> [PastedValue]? {
        let start = trim(text.byteOffsets, in: text).lowerBound
        // psql writes `\x` once, and all digits behind it.
        guard text.has("\\x", at: start), text.hexadecimalByte(at: start + 4) == nil else { return nil }
        var values: [PastedValue] = []
        var key: [UInt8]?
        var lines = TextLines(text)
        while let range = lines.next() {
            let line = trim(range, in: text)
            if line.isEmpty, key == nil { continue }
            let item = SecretKey(try decode(text.extracting(line), line: lines.number))
            if key == nil, text.has(#"\x2f"#, at: line.lowerBound) {
                key = item.bytes.etcdKey
                continue
            }
            values.append(PastedValue(etcdKey: key, value: item, format: .hexdump))
            key = nil
        }
        // The line of an empty value is blank, and is lost easily where it is the last.
        if let key { values.append(PastedValue(etcdKey: key, value: SecretKey(SecretBytes()), format: .hexdump)) }
        return try values.refusingKeysOnly()
    }

    private static func decode(_ escapes: RawSpan, line: Int) throws(PasteError) -> SecretBytes {
        try SecretBytes.filling(capacity: escapes.byteCount / 4) { output throws(PasteError) in
            for position in stride(from: 0, to: escapes.byteCount, by: 4) {
                guard escapes.has("\\x", at: position), let byte = escapes.hexadecimalByte(at: position + 2) else {
                    throw .hexdump(line: line, .unreadable)
                }
                output.append(byte)
            }
        }
    }
}
