internal import SecretMemory

/// Numbers as Go's `strconv` reads them (Go 1.24, src/strconv/atoi.go and atof.go).
enum GoNumber {
    /// `ParseInt(text, base, 64)`, and `ParseUint` if that fails. Without a base the prefix decides: `0x`, `0o`, `0b`,
    /// or `0` for octal.
    static func integer(_ text: RawSpan, base: UInt64?) -> ScalarType? {
        var digits = text
        let sign = text.byteCount > 0 ? text[0] : 0
        let isSigned = sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+")
        if isSigned { digits = digits.extracting(droppingFirst: 1) }
        guard let magnitude = magnitude(digits, base: base) else { return nil }
        if sign == UInt8(ascii: "-") {
            return magnitude <= Int64.min.magnitude ? .int(Int64(truncatingIfNeeded: 0 &- magnitude)) : nil
        }
        if let value = Int64(exactly: magnitude) { return .int(value) }
        return isSigned ? nil : .uint(magnitude)
    }

    /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, which is go-yaml's `yamlStyleFloat`.
    static func isDecimalFloat(_ text: RawSpan) -> Bool {
        var scan = Scan(text: text)
        scan.skipSign()
        let whole = scan.skipDigits()
        let fraction = scan.skip(".") ? scan.skipDigits() : nil
        guard whole > 0 || fraction ?? 0 > 0 else { return false }
        if scan.skip("e") || scan.skip("E") {
            scan.skipSign()
            guard scan.skipDigits() > 0 else { return false }
        }
        return scan.isAtEnd
    }

    /// Whether `ParseFloat` reads a text that begins with a point: a decimal with `_` between digits only.
    static func isFloatWithUnderscores(_ text: RawSpan) -> Bool {
        var plain = SecretBuffer(capacity: text.byteCount)
        for offset in text.byteOffsets {
            guard text[offset] == UInt8(ascii: "_") else {
                plain.append(text[offset])
                continue
            }
            let isBetweenDigits =
                offset > 0 && ASCII.isDigit(text[offset - 1]) && offset + 1 < text.byteCount
                && ASCII.isDigit(text[offset + 1])
            guard isBetweenDigits else { return false }
        }
        return isDecimalFloat(plain.bytes)
    }

    private static func magnitude(_ text: RawSpan, base: UInt64?) -> UInt64? {
        guard text.byteCount > 0 else { return nil }
        var (base, start) = (base ?? 10, 0)
        if base == 10, text[0] == UInt8(ascii: "0") {
            let prefix = text.byteCount >= 3 ? text[1] | 0x20 : 0
            (base, start) =
                switch prefix {
                case UInt8(ascii: "x"): (16, 2)
                case UInt8(ascii: "o"): (8, 2)
                case UInt8(ascii: "b"): (2, 2)
                default: (8, 1)
                }
        }
        var value: UInt64 = 0
        for offset in start..<text.byteCount {
            guard let digit = digit(text[offset]), digit < base else { return nil }
            let (product, overflows) = value.multipliedReportingOverflow(by: base)
            let (sum, carries) = product.addingReportingOverflow(digit)
            guard !overflows, !carries else { return nil }
            value = sum
        }
        return value
    }

    private static func digit(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt64(byte - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt64(byte - UInt8(ascii: "A")) + 10
        default: nil
        }
    }
}
