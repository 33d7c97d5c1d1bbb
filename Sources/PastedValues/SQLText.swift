import SecretMemory

/// Rows of kine's table as the shells of SQL databases print them, with the value in hexadecimal digits: `X'…'` and
/// `hex()` of sqlite3, `\x…` of psql, `0x…` and `HEX()` of mysql, in columns, in boxes, one field a line, or as INSERT.
///
/// kine's table has the columns id, name, created, deleted, create_revision, prev_revision, lease, value and old_value
/// (github.com/k3s-io/kine, pkg/drivers/generic). name is the etcd key, so the key of a value is the one printed last
/// before it. old_value, which is what the row replaced, is passed over.
enum SQLText {
    /// The values in `text`, if there are any.
    static func values(in text: RawSpan) -> [PastedValue] {
        var values: [PastedValue] = []
        var key: Key?
        var (hasValue, isOld) = (false, false)
        var position = 0
        while position < text.byteCount {
            if position == 0 || text[position - 1] == UInt8(ascii: "\n") { isOld = isOldValue(in: text, at: position) }
            if let end = keyEnd(in: text, at: position) {
                key = .clear(position..<end)
                (hasValue, isOld, position) = (false, false, end)
                continue
            }
            guard text[position].hexadecimalValue != nil else {
                position += 1
                continue
            }
            let digits = position..<endOfWrappedDigits(in: text, at: position)
            position = digits.upperBound
            guard let bytes = decode(text.extracting(digits)) else { continue }
            switch column(of: bytes) {
            case .key:
                key = .digits(SecretKey(bytes))
                (hasValue, isOld) = (false, false)
            case .value where !isOld && (key == nil || !hasValue):
                values.append(PastedValue(etcdKey: key?.bytes(in: text), value: SecretKey(bytes), format: .hexdump))
                (hasValue, isOld) = (true, true)
            case .value, .other: break
            }
        }
        return values
    }

    /// A possible key, which may be part of a secret unless a value follows: not copied before.
    private enum Key {
        case clear(Range<Int>)
        case digits(SecretKey)

        func bytes(in text: RawSpan) -> [UInt8] {
            switch self {
            case .clear(let range): text.extracting(range).copiedToArray()
            case .digits(let key): key.bytes.etcdKey
            }
        }
    }

    /// Whether the line at `start` shows old_value alone, as vertical output does.
    private static func isOldValue(in text: RawSpan, at start: Int) -> Bool {
        var position = start
        while position < text.byteCount, text[position] == UInt8(ascii: " ") { position += 1 }
        return text.has("old_value", at: position)
    }

    /// The end of the digits that begin at `start`. Lines that a terminal wrapped are one: a line of digits alone
    /// behind digits, unless a value or a key begins there.
    private static func endOfWrappedDigits(in text: RawSpan, at start: Int) -> Int {
        var end = endOfDigits(in: text, at: start, limit: text.byteCount)
        while true {
            let next = text.has("\r\n", at: end) ? end + 2 : text.has("\n", at: end) ? end + 1 : end
            let nextEnd = next < text.byteCount ? endOfDigits(in: text, at: next, limit: text.byteCount) : next
            guard next > end, nextEnd > next, isWrapEnd(text, at: nextEnd), end - start >= minimumWrappedDigits else {
                return end
            }
            let head = next..<next + min((nextEnd - next) & ~1, 32)
            if let bytes = PlainHex.decode(text.extracting(head)), column(of: bytes) != .other { return end }
            end = nextEnd
        }
    }

    private static func isWrapEnd(_ text: RawSpan, at position: Int) -> Bool {
        position == text.byteCount || text.has("\n", at: position) || text.has("\r\n", at: position)
            || text.has("'", at: position)
    }

    /// Narrower terminals are not used.
    private static let minimumWrappedDigits = 20

    /// Whether `text` has a value in a column, as sqlite3 shows it: only up to its first zero byte.
    static func hasColumn(in text: RawSpan) -> Bool {
        for position in text.byteOffsets where text.has("k8s", at: position) {
            guard text.has(":enc:", at: position + 3) || text.has("|", at: position + 3) else { continue }
            let before = position - 1
            if text.has("|", at: before) || text.has("value = ", at: position - 8) || text.has("'", at: before) {
                return true
            }
        }
        return false
    }

    private static func decode(_ digits: RawSpan) -> SecretBytes? {
        digits.byteCount >= 8 ? PlainHex.decode(digits) : nil
    }

    /// The end of an unencoded etcd key at `start`: a path of two parts or more, from one border of a column to the
    /// next.
    private static func keyEnd(in text: RawSpan, at start: Int) -> Int? {
        guard text[start] == UInt8(ascii: "/"), start == 0 || isBorder(text[start - 1]) else { return nil }
        var (end, isDeep) = (start + 1, false)
        while end < text.byteCount, isOfKey(text[end]) {
            isDeep = isDeep || text[end] == UInt8(ascii: "/")
            end += 1
        }
        return isDeep ? end : nil
    }

    private static func isBorder(_ byte: UInt8) -> Bool { isWhiteSpace(byte) || "|'\",(".utf8.contains(byte) }

    private enum Column { case key, value, other }

    private static func column(of bytes: borrowing SecretBytes) -> Column {
        isKey(bytes.bytes) ? .key : isValue(bytes.bytes) ? .value : .other
    }

    private static func isKey(_ bytes: RawSpan) -> Bool {
        guard bytes.has("/", at: 0) else { return false }
        for position in bytes.byteOffsets where !isOfKey(bytes[position]) { return false }
        return true
    }

    private static func isOfKey(_ byte: UInt8) -> Bool {
        (0x21...0x7e).contains(byte) && byte != UInt8(ascii: "|") && byte != UInt8(ascii: "'")
            && byte != UInt8(ascii: ",") && byte != UInt8(ascii: "\"")
    }

    /// Digits are in many texts, and two of them are a brace: of JSON, the beginning of an object is asked for.
    private static func isValue(_ bytes: RawSpan) -> Bool {
        BinaryText.isValue(bytes, at: 0) && (!bytes.has("{", at: 0) || bytes.has("{\"", at: 0))
    }
}
