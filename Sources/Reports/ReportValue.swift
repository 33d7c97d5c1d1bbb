public import GoText
internal import JSONText
public import SecretMemory
public import ShownText

/// A JSON value of a report. Texts are phrases, so that nothing that was read reaches a report but through a redactor.
///
///     let report: ReportValue = ["kind": "AuditReport", "path": .text(path), "keys": .number(count)]
public enum ReportValue: Sendable {
    case null
    case bool(Bool)
    case number(Int64)
    case fraction(Double)
    /// A word of the contract, such as the name of a verdict.
    case word(String)
    case phrase(Phrase)
    case array([ReportValue])
    /// The members in their order.
    case object([(name: String, value: ReportValue)])

    /// Foreign text.
    public static func text(_ text: String?) -> ReportValue { text.map { .phrase(Phrase(foreign: $0)) } ?? .null }

    /// A name that a user chose.
    public static func name(_ name: ByteName?) -> ReportValue { .name(name?.text) }
    public static func name(_ name: String?) -> ReportValue { name.map { .phrase(Phrase(name: $0)) } ?? .null }

    public static func number(_ number: (some BinaryInteger)?) -> ReportValue {
        number.map { .number(Int64(clamping: $0)) } ?? .null
    }

    /// A count that a server reports as a floating-point number, if it is a whole number.
    static func count(_ count: Double) -> ReportValue {
        .number(Int64(exactly: min(max(count.isFinite ? count : 0, 0), 0x1p53).rounded()) ?? 0)
    }

    /// A word of a closed vocabulary; null for nil.
    public static func word<Word: RawRepresentable<String>>(_ word: Word?) -> ReportValue {
        word.map { .word($0.rawValue) } ?? .null
    }

    public static func phrase(_ phrase: Phrase?) -> ReportValue { phrase.map { .phrase($0) } ?? .null }

    /// The document, with a newline at its end.
    ///
    /// - Parameter isOneLine: Whether it is written on one line, as one of several documents.
    public func document(_ redactor: Redactor, isOneLine: Bool = false) -> SecretBytes {
        var json = JSONWriter(isOneLine: isOneLine)
        write(to: &json, redactor)
        return json.finishLine()
    }

    private func write(to json: inout JSONWriter, _ redactor: Redactor) {
        switch self {
        case .null: json.null()
        case .bool(let value): json.bool(value)
        case .number(let value): json.number(value)
        case .fraction(let value): json.number(value)
        case .word(let word): json.string(word)
        case .phrase(let phrase): json.string(redactor.unescaped(phrase).text)
        case .array(let values): json.array { json in for value in values { value.write(to: &json, redactor) } }
        case .object(let members):
            json.object { json in
                for (name, value) in members {
                    json.key(name)
                    value.write(to: &json, redactor)
                }
            }
        }
    }
}

extension ReportValue: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
    public init(dictionaryLiteral elements: (String, ReportValue)...) { self = .object(elements.map { ($0.0, $0.1) }) }
    public init(arrayLiteral elements: ReportValue...) { self = .array(elements) }
    public init(stringLiteral value: String) { self = .word(value) }
    public init(integerLiteral value: Int64) { self = .number(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(nilLiteral: ()) { self = .null }

    /// A report as the contract of the command line has it.
    public static func report(kind: String, _ members: KeyValuePairs<String, ReportValue>) -> ReportValue {
        .object(
            [("apiVersion", "encconf/v1"), ("kind", .word(kind))] + members.map { (name: $0.key, value: $0.value) })
    }

    /// The members of both objects.
    public static func + (left: ReportValue, right: ReportValue) -> ReportValue {
        guard case .object(let first) = left, case .object(let second) = right else { return left }
        return .object(first + second)
    }
}
