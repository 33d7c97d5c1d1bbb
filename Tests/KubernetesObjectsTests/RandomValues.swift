import TestSupport

/// Random values of CBOR, as a seed decides.
struct RandomValues {
    var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func value(depth: Int = 4) -> ReferenceCBOR {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .integer(Int64(truncatingIfNeeded: random.next()) >> Int64.random(in: 0..<64, using: &random))
        case 3:
            let number = Double(bitPattern: random.next())
            return .float(number.isFinite ? number : Double(Int.random(in: -9...9, using: &random)) / 4)
        case 4: return .text(text())
        case 5: return .string(random.bytes(Int.random(in: 0..<6, using: &random)))
        case 6:
            return .array((0..<Int.random(in: 0..<5, using: &random)).map { _ in value(depth: depth - 1) })
        default: return map(depth: depth - 1)
        }
    }

    mutating func map(depth: Int = 3) -> ReferenceCBOR {
        let names = Set((0..<Int.random(in: 0..<6, using: &random)).map { _ in Array(text().utf8) })
        return .map(
            names.sorted { $0.lexicographicallyPrecedes($1) }.map { ReferenceCBOR.Pair($0, value(depth: depth)) })
    }

    private mutating func text() -> String {
        let parts = ["", "a", "b", "spec", "é", "\n", "\"", "\\", "0", " ", "日本", "-", "\u{1b}", "yes"]
        return (0..<Int.random(in: 0..<4, using: &random)).map { _ in parts.randomElement(using: &random) ?? "" }
            .joined()
    }
}
