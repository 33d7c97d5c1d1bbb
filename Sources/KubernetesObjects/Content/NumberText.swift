internal import Glibc
internal import SecretMemory

/// Numbers in decimal digits, in memory that is wiped: a number can be a secret as well.
enum DecimalText {
    static func of(_ number: Int64) -> SecretBytes {
        SecretBytes.filling(capacity: 20) { output in
            if number < 0 { output.append(UInt8(ascii: "-")) }
            var divisor: UInt64 = 1
            while number.magnitude / divisor >= 10 { divisor *= 10 }
            while divisor > 0 {
                output.append(UInt8(ascii: "0") + UInt8(number.magnitude / divisor % 10))
                divisor /= 10
            }
        }
    }

    /// The shortest rounded decimal that reads as this number, laid out as in JSON of Go (Go 1.24, src/encoding/json/encode.go,
    /// `floatEncoder`): with an exponent only below 1e-6 and from 1e21 on. A whole number keeps a point, so that it is not
    /// taken for an integer.
    ///
    /// - Precondition: `number` is finite.
    static func of(_ number: Double) -> SecretBytes {
        // The longest: a sign, 17 digits, a point, and five zeros or an exponent.
        SecretBytes.filling(capacity: 32) { output in
            if number.sign == .minus { output.append(UInt8(ascii: "-")) }
            for count in 1...17 where append(number.magnitude, digitCount: count, to: &output) { return }
        }
    }

    /// Writes the number with so many digits, if they are enough to read the same number again.
    private static func append(_ number: Double, digitCount: Int, to output: inout OutputRawSpan) -> Bool {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { text in
            guard let start = text.baseAddress else { return false }
            defer { unsafe explicit_bzero(start, text.count) }
            // Such as 1.5e+300: the first digit, a point, the others, the exponent behind its letter.
            let length = unsafe withVaList([Int32(digitCount - 1), number]) { arguments in
                unsafe Int(vsnprintf(start, text.count, "%.*e", arguments))
            }
            guard unsafe strtod(start, nil) == number else { return false }
            let exponentStart = digitCount + (digitCount > 1 ? 1 : 0) + 1
            let exponent = unsafe Int(strtol(start + exponentStart, nil, 10))
            func digit(_ index: Int) -> UInt8 {
                guard index < digitCount else { return UInt8(ascii: "0") }
                return unsafe UInt8(bitPattern: text[index == 0 ? 0 : index + 1])
            }
            func append(_ digits: Range<Int>) { for index in digits { output.append(digit(index)) } }
            switch exponent {
            case 0..<21:
                append(0..<exponent + 1)
                output.append(UInt8(ascii: "."))
                append(exponent + 1..<max(digitCount, exponent + 2))
            case -6..<0:
                for byte in "0.".utf8 { output.append(byte) }
                for _ in exponent + 1..<0 { output.append(UInt8(ascii: "0")) }
                append(0..<digitCount)
            default:
                append(0..<1)
                if digitCount > 1 { output.append(UInt8(ascii: ".")) }
                append(1..<digitCount)
                for index in exponentStart - 1..<length { output.append(unsafe UInt8(bitPattern: text[index])) }
            }
            return true
        }
    }
}

/// Bits in hexadecimal digits, in memory that is wiped.
enum HexadecimalText {
    /// Such as `0x0000002a`, as `protoc --decode_raw` prints fields of four and eight bytes.
    static func of(_ bits: UInt64, digits: Int) -> SecretBytes {
        SecretBytes.filling(capacity: digits + 2) { output in
            for byte in "0x".utf8 { output.append(byte) }
            append(bits, digits: digits, to: &output)
        }
    }

    static func append(_ bits: UInt64, digits: Int, to output: inout OutputRawSpan) {
        for position in (0..<digits).reversed() {
            let digit = UInt8(truncatingIfNeeded: bits >> (4 * UInt64(position))) & 0xf
            output.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}
