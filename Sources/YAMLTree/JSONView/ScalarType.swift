internal import Diagnostics
internal import SecretMemory

/// What go-yaml v2 takes a scalar for.
enum ScalarType {
    case null
    case bool(Bool)
    case int(Int64)
    /// Over `Int64.max`.
    case uint(UInt64)
    case float(Double)
    case string
    /// A string that looks like a date. It stays a string.
    case timestamp

    /// Resolves the text of a scalar that is not simply a string (go-yaml v2.4, resolve.go, `resolve`).
    ///
    /// - Parameter tag: The whole tag, if there is one.
    /// - Throws: ``YAMLError/Reason/tagMismatch(found:wanted:)``, at `position`.
    static func resolve(_ text: RawSpan, tag: SecretKey?, at position: SourcePosition) throws(YAMLError) -> ScalarType {
        let wanted = tag.map { tag in Tag.allCases.first { tag.isText($0.rawValue) } }
        // A tag of any other kind leaves the text alone, `!` and `!!binary` too.
        if case .some(nil) = wanted { return .string }
        guard case .some(.some(let wanted)) = wanted else { return plain(text, readsTimestamp: true) }
        if wanted == .string { return .string }
        let found = plain(text, readsTimestamp: wanted == .timestamp)
        if found.tag == wanted { return found }
        if wanted == .float, case .int(let value) = found { return .float(Double(value)) }
        throw YAMLError(.tagMismatch(found: found.tag.short, wanted: wanted.short), at: position)
    }

    /// The tags of which go-yaml knows what text they go with.
    private enum Tag: String, CaseIterable {
        case null = "tag:yaml.org,2002:null"
        case bool = "tag:yaml.org,2002:bool"
        case int = "tag:yaml.org,2002:int"
        case float = "tag:yaml.org,2002:float"
        case string = "tag:yaml.org,2002:str"
        case timestamp = "tag:yaml.org,2002:timestamp"

        /// Such as `!!int`.
        var short: String { "!!" + rawValue.drop { $0 != "2" }.drop { $0 != ":" }.dropFirst() }
    }

    private var tag: Tag {
        switch self {
        case .null: .null
        case .bool: .bool
        case .int, .uint: .int
        case .float: .float
        case .string: .string
        case .timestamp: .timestamp
        }
    }

    // MARK: Without a tag

    private static func plain(_ text: RawSpan, readsTimestamp: Bool) -> ScalarType {
        guard text.byteCount > 0 else { return .null }
        switch text[0] {
        case UInt8(ascii: "."):
            return word(text)
                ?? (GoNumber.isFloatWithUnderscores(text) ? float(withoutUnderscores(text).bytes) : .string)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"):
            if let word = word(text) { return word }
            if readsTimestamp, Timestamp.matches(text) { return .timestamp }
            return number(withoutUnderscores(text).bytes)
        default: return word(text) ?? .string
        }
    }

    private static func word(_ text: RawSpan) -> ScalarType? {
        guard text.byteCount <= 5 else { return nil }
        // At most five characters: too few for any key.
        return words[String(decoding: text.copiedToArray(), as: UTF8.self)]
    }

    private static let words: [String: ScalarType] = {
        let table: [(ScalarType, [String])] = [
            (.bool(true), ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"]),
            (.bool(false), ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"]),
            (.null, ["~", "null", "Null", "NULL"]),
            (.float(.nan), [".nan", ".NaN", ".NAN"]),
            (.float(.infinity), [".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"]),
            (.float(-.infinity), ["-.inf", "-.Inf", "-.INF"]),
        ]
        return Dictionary(uniqueKeysWithValues: table.flatMap { type, words in words.map { ($0, type) } })
    }()

    private static func withoutUnderscores(_ text: RawSpan) -> SecretBytes {
        SecretBytes.filling(capacity: text.byteCount) { output in
            for offset in text.byteOffsets where text[offset] != UInt8(ascii: "_") { output.append(text[offset]) }
        }
    }

    private static func number(_ text: RawSpan) -> ScalarType {
        if let number = GoNumber.integer(text, base: nil) { return number }
        if GoNumber.isDecimalFloat(text) { return float(text) }
        // Beyond what Go's base detection reads: a sign behind the prefix.
        if text.byteCount > 2, text[0] == UInt8(ascii: "0"), text[1] == UInt8(ascii: "b") {
            return GoNumber.integer(text.extracting(droppingFirst: 2), base: 2) ?? .string
        }
        return .string
    }

    private static func float(_ text: RawSpan) -> ScalarType {
        NumberText.double(text).map(ScalarType.float) ?? .string
    }
}
