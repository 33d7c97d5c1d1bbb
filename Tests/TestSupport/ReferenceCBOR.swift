/// A value of CBOR as Kubernetes has it in an object of no known type, read and written by the text of RFC 8949. Slow,
/// recursive, and without a line of the program's own reader.
public indirect enum ReferenceCBOR: Equatable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case float(Double)
    case string([UInt8])
    case array([ReferenceCBOR])
    case map([Pair])

    public struct Pair: Equatable, Sendable {
        public let key: [UInt8]
        public let value: ReferenceCBOR

        public init(_ key: [UInt8], _ value: ReferenceCBOR) {
            self.key = key
            self.value = value
        }
    }

    public static func text(_ text: String) -> ReferenceCBOR { .string(Array(text.utf8)) }

    public static func map(_ members: KeyValuePairs<String, ReferenceCBOR>) -> ReferenceCBOR {
        .map(members.map { Pair(Array($0.key.utf8), $0.value) })
    }

    /// Why bytes are no such value.
    public enum Refusal: Error, Equatable {
        /// They are no CBOR, or Kubernetes refuses it.
        case refused
        /// Kubernetes may read it, and never writes it: a moment with a tag, a name that is null or not UTF-8.
        case unread
    }
}

// MARK: - Reading

extension ReferenceCBOR {
    /// Reads one value that takes all of `bytes`.
    public init(decoding bytes: [UInt8]) throws(Refusal) {
        var decoder = ReferenceDecoder(rest: bytes[...])
        guard let value = try decoder.item(encoding: nil) else { throw .refused }
        guard decoder.rest.isEmpty else { throw .refused }
        self = value
    }

    /// The member of a map; of several the last.
    public func member(_ name: String) -> ReferenceCBOR? {
        guard case .map(let pairs) = self else { return nil }
        return pairs.last { $0.key.elementsEqual(name.utf8) }?.value
    }
}

/// Appendix C of RFC 8949, with values.
private struct ReferenceDecoder {
    var rest: ArraySlice<UInt8>

    private mutating func take(_ count: UInt64) throws(ReferenceCBOR.Refusal) -> ArraySlice<UInt8> {
        guard count <= UInt64(rest.count) else { throw .refused }
        defer { rest = rest.dropFirst(Int(count)) }
        return rest.prefix(Int(count))
    }

    private mutating func number(_ count: UInt64) throws(ReferenceCBOR.Refusal) -> UInt64 {
        try take(count).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The next item; nil for a break.
    mutating func item(encoding: UInt64?) throws(ReferenceCBOR.Refusal) -> ReferenceCBOR? {
        let initial = try number(1)
        let (major, information) = (initial >> 5, initial & 0x1f)
        var argument: UInt64?
        switch information {
        case 0..<24: argument = information
        case 24...27: argument = try number(1 << (information - 24))
        case 31 where [2, 3, 4, 5, 7].contains(major): argument = nil
        default: throw .refused
        }
        switch (major, argument) {
        case (0, let value?):
            guard let value = Int64(exactly: value) else { throw .refused }
            return .integer(value)
        case (1, let value?):
            guard let value = Int64(exactly: value) else { throw .refused }
            return .integer(-1 - value)
        case (2, _), (3, _): return .string(try string(isText: major == 3, argument, encoding))
        case (4, _):
            var elements: [ReferenceCBOR] = []
            while argument != UInt64(elements.count) {
                guard let element = try item(encoding: encoding) else {
                    guard argument == nil else { throw .refused }
                    break
                }
                elements.append(element)
            }
            return .array(elements)
        case (5, _): return .map(try pairs(argument, encoding))
        case (6, let tag?):
            if tag < 2 { throw .unread }
            if tag < 4 { throw .refused }
            guard let content = try item(encoding: (21...23).contains(tag) ? tag : encoding) else { throw .refused }
            return content
        case (7, nil): return nil
        case (7, 20?) where information < 24: return .bool(false)
        case (7, 21?) where information < 24: return .bool(true)
        case (7, 22?) where information < 24: return .null
        case (7, let bits?) where (25...27).contains(information):
            let value: Double
            switch information {
            case 25: value = Self.half(bits)
            case 26: value = Double(Float(bitPattern: UInt32(bits)))
            default: value = Double(bitPattern: bits)
            }
            guard value.isFinite else { throw .refused }
            return .float(value)
        default: throw .refused
        }
    }

    /// Appendix D.
    private static func half(_ bits: UInt64) -> Double {
        let (exponent, fraction) = (Int(bits >> 10 & 0x1f), Double(bits & 0x3ff))
        let magnitude =
            switch exponent {
            case 0: fraction * 0x1p-24
            case 31: fraction == 0 ? Double.infinity : .nan
            default: (fraction + 1024) * Double(sign: .plus, exponent: exponent - 25, significand: 1)
            }
        return bits & 0x8000 == 0 ? magnitude : -magnitude
    }

    private mutating func string(
        isText: Bool, _ length: UInt64?, _ encoding: UInt64?
    ) throws(ReferenceCBOR.Refusal) -> [UInt8] {
        var content: [UInt8] = []
        if let length {
            content = Array(try take(length))
            if isText, String(validating: content, as: UTF8.self) == nil { throw .refused }
        } else {
            while true {
                let initial = try number(1)
                if initial == 0xff { break }
                guard initial >> 5 == (isText ? 3 : 2), initial & 0x1f < 28 else { throw .refused }
                let length = initial & 0x1f < 24 ? initial & 0x1f : try number(1 << (initial & 0x1f - 24))
                let chunk = try take(length)
                if isText, String(validating: chunk, as: UTF8.self) == nil { throw .refused }
                content += chunk
            }
        }
        // A text is what it is; only byte strings stand for one.
        return isText ? content : Self.encoded(content, encoding)
    }

    private static func encoded(_ content: [UInt8], _ encoding: UInt64?) -> [UInt8] {
        func digits(_ alphabet: String, bitsEach width: Int) -> [UInt8] {
            let bits = content.flatMap { byte in (0..<8).reversed().map { byte >> UInt8($0) & 1 } }
            return stride(from: 0, to: bits.count, by: width).map { start in
                let group = bits[start..<min(start + width, bits.count)]
                let value = group.reduce(0) { $0 << 1 | Int($1) } << (width - group.count)
                return Array(alphabet.utf8)[value]
            }
        }
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        switch encoding {
        case 21: return digits(letters + "-_", bitsEach: 6)
        case 22:
            let text = digits(letters + "+/", bitsEach: 6)
            return text + [UInt8](repeating: UInt8(ascii: "="), count: (4 - text.count % 4) % 4)
        case 23: return digits("0123456789abcdef", bitsEach: 4)
        default: return content
        }
    }

    private mutating func pairs(
        _ count: UInt64?, _ encoding: UInt64?
    ) throws(ReferenceCBOR.Refusal) -> [ReferenceCBOR.Pair] {
        var pairs: [ReferenceCBOR.Pair] = []
        while count != UInt64(pairs.count) {
            guard let key = try item(encoding: encoding) else {
                guard count == nil else { throw .refused }
                break
            }
            if key == .null { throw .unread }
            guard case .string(let name) = key else { throw .refused }
            guard String(validating: name, as: UTF8.self) != nil else { throw .unread }
            guard let value = try item(encoding: encoding) else { throw .refused }
            pairs.append(ReferenceCBOR.Pair(name, value))
        }
        guard Set(pairs.map(\.key)).count == pairs.count else { throw .refused }
        return pairs
    }
}

// MARK: - Writing

extension ReferenceCBOR {
    /// The value as Kubernetes stores it (k8s.io/apimachinery, pkg/runtime/serializer/cbor/internal/modes/encode.go): the
    /// mark of CBOR, strings as bytes, keys sorted, everything as short as can be.
    public var stored: [UInt8] { [0xd9, 0xd9, 0xf7] + encoded() }

    private func encoded() -> [UInt8] {
        switch self {
        case .null: return [0xf6]
        case .bool(let value): return [value ? 0xf5 : 0xf4]
        case .integer(let value):
            return value < 0 ? Self.head(1, UInt64(-1 - value)) : Self.head(0, UInt64(value))
        case .float(let value): return Self.shortest(value)
        case .string(let bytes): return Self.head(2, UInt64(bytes.count)) + bytes
        case .array(let elements): return Self.head(4, UInt64(elements.count)) + elements.flatMap { $0.encoded() }
        case .map(let pairs):
            let entries = pairs.map { (ReferenceCBOR.string($0.key).encoded(), $0.value.encoded()) }
            return Self.head(5, UInt64(pairs.count))
                + entries.sorted { $0.0.lexicographicallyPrecedes($1.0) }.flatMap { $0.0 + $0.1 }
        }
    }

    /// The value as others may write it: in other lengths, chunks and orders, as text, and with tags that mean nothing.
    public func loose(_ random: inout SeededGenerator) -> [UInt8] {
        let tag =
            Int.random(in: 0..<8, using: &random) == 0
            ? Self.head(6, [6, 20, 24, 32, 55799].randomElement(using: &random) ?? 32) : []
        return tag + untagged(&random)
    }

    private func untagged(_ random: inout SeededGenerator) -> [UInt8] {
        let isEndless = Bool.random(using: &random)
        switch self {
        case .null, .bool: return encoded()
        case .integer(let value):
            return value < 0
                ? Self.head(1, UInt64(-1 - value), &random) : Self.head(0, UInt64(value), &random)
        case .float(let value):
            return Bool.random(using: &random) ? Self.shortest(value) : [0xfb] + Self.bigEndian(value.bitPattern, 8)
        case .string(let bytes):
            // A chunk of text may not end within a character.
            let isText = bytes.allSatisfy { $0 < 0x80 } && Bool.random(using: &random)
            let major: UInt8 = isText ? 3 : 2
            guard isEndless else { return Self.head(major, UInt64(bytes.count), &random) + bytes }
            let cut = Int.random(in: 0...bytes.count, using: &random)
            var result: [UInt8] = [major << 5 | 31]
            for chunk in [bytes[..<cut], bytes[cut...]] {
                result += Self.head(major, UInt64(chunk.count), &random)
                result += chunk
            }
            return result + [0xff]
        case .array(let elements):
            let content = elements.flatMap { $0.loose(&random) }
            return isEndless ? [0x9f] + content + [0xff] : Self.head(4, UInt64(elements.count), &random) + content
        case .map(let pairs):
            let content = pairs.shuffled(using: &random)
                .flatMap { ReferenceCBOR.string($0.key).loose(&random) + $0.value.loose(&random) }
            return isEndless ? [0xbf] + content + [0xff] : Self.head(5, UInt64(pairs.count), &random) + content
        }
    }

    private static func bigEndian(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    }

    private static func head(_ major: UInt8, _ argument: UInt64) -> [UInt8] {
        switch argument {
        case 0..<24: [major << 5 | UInt8(argument)]
        case 0...0xff: [major << 5 | 24] + bigEndian(argument, 1)
        case 0...0xffff: [major << 5 | 25] + bigEndian(argument, 2)
        case 0...0xffff_ffff: [major << 5 | 26] + bigEndian(argument, 4)
        default: [major << 5 | 27] + bigEndian(argument, 8)
        }
    }

    /// Of any length that holds the argument.
    private static func head(_ major: UInt8, _ argument: UInt64, _ random: inout SeededGenerator) -> [UInt8] {
        Bool.random(using: &random) ? head(major, argument) : [major << 5 | 27] + bigEndian(argument, 8)
    }

    private static func shortest(_ value: Double) -> [UInt8] {
        if Double(Float16(value)) == value { return [0xf9] + bigEndian(UInt64(Float16(value).bitPattern), 2) }
        if Double(Float(value)) == value { return [0xfa] + bigEndian(UInt64(Float(value).bitPattern), 4) }
        return [0xfb] + bigEndian(value.bitPattern, 8)
    }
}
