internal import CYAML
internal import Glibc
internal import SecretMemory

/// The text of numbers, as Go reads and prints them, without a `String` in between: a number can be a secret.
enum NumberText {
    /// The decimal digits of an integer.
    static func decimal(_ value: some FixedWidthInteger) -> SecretKey {
        var reversed = SecretBuffer(capacity: 20)
        var rest = value.magnitude
        repeat {
            reversed.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        return SecretKey(
            SecretBytes.filling(capacity: reversed.count + 1) { output in
                if value < 0 { output.append(UInt8(ascii: "-")) }
                for offset in reversed.bytes.byteOffsets.reversed() { output.append(reversed.bytes[offset]) }
            })
    }

    /// A finite number as Go's `encoding/json` writes it (Go 1.24, src/encoding/json/encode.go, `floatEncoder`).
    static func json(_ value: Double) -> SecretKey {
        let magnitude = value.magnitude
        let hasExponent = magnitude != 0 && (magnitude < 1e-6 || magnitude >= 1e21)
        return Shortest(value, asFloat: false).text(hasExponent: hasExponent, exponentDigits: 1)
    }

    /// A number as a key: `strconv.FormatFloat(value, 'g', -1, 32)`, with YAML's names for infinity and NaN
    /// (sigs.k8s.io/yaml v1.6.0, yaml.go, `convertToJSONableObject`).
    static func key(_ value: Double) -> SecretKey {
        let single = Float(value)
        guard single.isFinite else {
            let name = single.isNaN ? ".nan" : single < 0 ? "-.inf" : ".inf"
            return SecretKey(
                SecretBytes.filling(capacity: 5) { output in for byte in name.utf8 { output.append(byte) } })
        }
        let shortest = Shortest(Double(single), asFloat: true)
        let hasExponent = shortest.exponent < -4 || shortest.exponent >= 6
        return shortest.text(hasExponent: hasExponent, exponentDigits: 2)
    }

    /// The number that `text` is, correctly rounded; nil if it is too large. Only for text of the right form.
    static func double(_ text: RawSpan) -> Double? {
        var terminated = SecretBuffer(capacity: text.byteCount + 1)
        terminated.append(text)
        terminated.append(0)
        let value = unsafe terminated.bytes.withUnsafeBytes { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { unsafe $0.baseAddress.map { unsafe strtod($0, nil) } }
        }
        guard let value, value.isFinite else { return nil }
        return value
    }
}

/// The fewest digits that are read back as the same number.
private struct Shortest: ~Copyable {
    let isNegative: Bool
    /// ASCII digits, without a point, which belongs behind the first.
    let digits: SecretBytes
    let exponent: Int

    /// For a `Float` the digits only have to be read back as the same `Float`.
    init(_ value: Double, asFloat: Bool) {
        isNegative = value.sign == .minus
        var text = SecretBuffer(capacity: 32)
        // 17 digits always suffice for a Double (IEEE 754-2019, 5.12.2).
        for count in 1...17 {
            text.truncate(to: 0)
            text.append(upTo: 32) { output in
                unsafe output.withUnsafeMutableBytes { room, written in
                    unsafe room.withMemoryRebound(to: CChar.self) { room in
                        written = unsafe Int(
                            encconf_format_double(room.baseAddress, room.count, CInt(count), value.magnitude))
                    }
                }
            }
            let read = NumberText.double(text.bytes)
            if asFloat ? read.map(Float.init) == Float(value.magnitude) : read == value.magnitude { break }
        }
        var digits = SecretBuffer(capacity: 17)
        var exponent = 0
        var isInExponent = false
        var isExponentNegative = false
        for offset in text.bytes.byteOffsets {
            switch text.bytes[offset] {
            case UInt8(ascii: "e"): isInExponent = true
            case UInt8(ascii: "-"): isExponentNegative = true
            case let digit where ASCII.isDigit(digit):
                if isInExponent {
                    exponent = exponent * 10 + Int(digit - UInt8(ascii: "0"))
                } else {
                    digits.append(digit)
                }
            default: break
            }
        }
        self.digits = digits.finish()
        self.exponent = isExponentNegative ? -exponent : exponent
    }

    /// `1.5e+07` with an exponent of at least so many digits, or `15000000`.
    func text(hasExponent: Bool, exponentDigits: Int) -> SecretKey {
        var text = SecretBuffer(capacity: 40)
        if isNegative { text.append("-") }
        if hasExponent {
            appendDigits(to: &text, pointAt: 1)
            text.append(exponent < 0 ? "e-" : "e+")
            if exponent.magnitude < 10, exponentDigits > 1 { text.append("0") }
            text.append(String(exponent.magnitude))
        } else {
            appendDigits(to: &text, pointAt: exponent + 1)
        }
        return SecretKey(text.finish())
    }

    private func appendDigits(to text: inout SecretBuffer, pointAt point: Int) {
        if point <= 0 { text.append("0.") }
        for _ in 0..<max(-point, 0) { text.append("0") }
        for offset in digits.bytes.byteOffsets {
            if offset == point, offset > 0 { text.append(".") }
            text.append(digits.bytes[offset])
        }
        for _ in 0..<max(point - digits.count, 0) { text.append("0") }
    }
}
