import SecretMemory
import TestSupport
import Testing

@testable import KubernetesObjects

struct NumberTextTests {
    /// As Go's encoding/json writes them, but for the point of whole numbers.
    @Test(
        arguments: [
            (0, "0.0"), (-0.0, "-0.0"), (1, "1.0"), (-4.1, "-4.1"), (100_000, "100000.0"), (65504, "65504.0"),
            (1.5, "1.5"),
            (1e20, "100000000000000000000.0"), (1e21, "1e+21"), (1.25e22, "1.25e+22"), (1e300, "1e+300"),
            (1e-6, "0.000001"), (1.5e-6, "0.0000015"), (9.5e-7, "9.5e-07"), (0.1, "0.1"),
            (1.0 / 3, "0.3333333333333333"),
            (.leastNonzeroMagnitude, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"),
            (123_456_789.125, "123456789.125"), (5.960464477539063e-8, "5.9604644775390625e-08"),
        ] as [(Double, String)])
    func writesFractions(_ number: Double, _ text: String) { #expect(written(DecimalText.of(number)) == text) }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func fractionsReadBack(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let number = Double(bitPattern: random.next())
            guard number.isFinite else { continue }
            let text = written(DecimalText.of(number))
            #expect(Double(text)?.bitPattern == number.bitPattern && text.utf8.count <= 32)
        }
    }

    @Test(arguments: [0, 1, -1, 9, 10, -10, 99, 100, 1_000_000, .max, .min, .max / 10] as [Int64])
    func writesIntegers(_ number: Int64) { #expect(written(DecimalText.of(number)) == String(number)) }

    @Test func writesBits() {
        #expect(written(HexadecimalText.of(0, digits: 8)) == "0x00000000")
        #expect(written(HexadecimalText.of(0x3ff8_0000_0000_0000, digits: 16)) == "0x3ff8000000000000")
    }

    private func written(_ text: borrowing SecretBytes) -> String {
        String(decoding: text.bytes.copiedToArray(), as: UTF8.self)
    }
}
