internal import GoText

/// Durations as Go writes them: `3s`, `1m30s`, `1.5h` (Go 1.24, src/time/format.go, `ParseDuration`).
public enum GoDuration {
    struct Refusal: Error {
        /// What Go says.
        let text: String
    }

    private static let nanosecondsOfUnit: [String: UInt64] = [
        "ns": 1, "us": 1000, "µs": 1000, "μs": 1000, "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000,
        "h": 3_600_000_000_000,
    ]

    private enum Flaw: Error {
        case invalid, missingUnit
        case unknownUnit(String)
    }

    /// The duration in nanoseconds.
    /// - Parameter redactor: Decides what a refusal may quote.
    static func parse(_ text: String, redactor: SecretRedactor) throws(Refusal) -> Int64 {
        do {
            return try nanoseconds(text)
        } catch {
            let isShown = redactor.mayShow(Array(text.utf8))
            let quotation = goTimeQuoted(isShown ? text : SecretRedactor.mark)
            throw switch error {
            case .invalid: Refusal(text: "time: invalid duration \(quotation)")
            case .missingUnit: Refusal(text: "time: missing unit in duration \(quotation)")
            case .unknownUnit(let unit):
                Refusal(
                    text: "time: unknown unit \(goTimeQuoted(isShown ? unit : SecretRedactor.mark)) "
                        + "in duration \(quotation)")
            }
        }
    }

    /// The duration; nil if `text` is not a duration.
    public static func parse(_ text: String) -> Duration? { (try? nanoseconds(text)).map { .nanoseconds($0) } }

    private static func nanoseconds(_ text: String) throws(Flaw) -> Int64 {
        var rest = Array(text.utf8)[...]
        var isNegative = false
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            rest.removeFirst()
        }
        if rest.elementsEqual("0".utf8) { return 0 }
        guard !rest.isEmpty else { throw .invalid }
        var total: UInt64 = 0
        while !rest.isEmpty { total = try add(nextTerm(&rest), to: total) }
        if isNegative { return total == 1 << 63 ? .min : -Int64(total) }
        guard let duration = Int64(exactly: total) else { throw .invalid }
        return duration
    }

    /// A duration as Go prints it (`Duration.String`).
    public static func text(_ nanoseconds: Int64) -> String {
        let magnitude = nanoseconds.magnitude
        let sign = nanoseconds < 0 ? "-" : ""
        if magnitude == 0 { return "0s" }
        if magnitude < 1000 { return "\(sign)\(magnitude)ns" }
        if magnitude < 1_000_000 { return "\(sign)\(decimal(magnitude, places: 3))µs" }
        if magnitude < 1_000_000_000 { return "\(sign)\(decimal(magnitude, places: 6))ms" }
        let (minutes, rest) = magnitude.quotientAndRemainder(dividingBy: 60_000_000_000)
        let seconds = "\(decimal(rest, places: 9))s"
        if minutes == 0 { return sign + seconds }
        return minutes < 60 ? "\(sign)\(minutes)m\(seconds)" : "\(sign)\(minutes / 60)h\(minutes % 60)m\(seconds)"
    }

    /// `number` divided by ten to the power of `places`, without zeros at the end.
    private static func decimal(_ number: UInt64, places: Int) -> String {
        let digits = String(number)
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        let fraction = padded.suffix(places).reversed().drop { $0 == "0" }.reversed()
        return padded.dropLast(places) + (fraction.isEmpty ? "" : "." + String(fraction))
    }

    /// One number with its unit, in nanoseconds.
    private static func nextTerm(_ rest: inout ArraySlice<UInt8>) throws(Flaw) -> UInt64 {
        guard let first = rest.first, first == UInt8(ascii: ".") || isDigit(first) else { throw .invalid }
        let whole = digits(&rest)
        guard let number = leadingInteger(whole) else { throw .invalid }
        var fraction: ArraySlice<UInt8> = []
        var hasPoint = false
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            hasPoint = true
            fraction = digits(&rest)
        }
        guard !whole.isEmpty || (hasPoint && !fraction.isEmpty) else { throw .invalid }
        let unitBytes = rest.prefix { $0 != UInt8(ascii: ".") && !isDigit($0) }
        rest.removeFirst(unitBytes.count)
        let unit = String(decoding: unitBytes, as: UTF8.self)
        guard let scale = nanosecondsOfUnit[unit] else { throw unit.isEmpty ? .missingUnit : .unknownUnit(unit) }
        guard number <= (1 << 63) / scale else { throw .invalid }
        return try add(fractionalNanoseconds(fraction, scale: scale), to: number * scale)
    }

    private static func add(_ term: UInt64, to total: UInt64) throws(Flaw) -> UInt64 {
        guard term <= 1 << 63, total <= 1 << 63, total + term <= 1 << 63 else { throw .invalid }
        return total + term
    }

    /// `leadingInt`: nil over 2^63.
    private static func leadingInteger(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var number: UInt64 = 0
        for digit in digits {
            guard number <= (1 << 63) / 10 else { return nil }
            number = number * 10 + UInt64(digit - UInt8(ascii: "0"))
            guard number <= 1 << 63 else { return nil }
        }
        return number
    }

    /// `leadingFraction`: digits that no longer fit are dropped.
    private static func fractionalNanoseconds(_ digits: ArraySlice<UInt8>, scale: UInt64) -> UInt64 {
        var number: UInt64 = 0
        var divisor = 1.0
        for digit in digits {
            guard number <= ((1 << 63) - 1) / 10 else { break }
            let next = number * 10 + UInt64(digit - UInt8(ascii: "0"))
            guard next <= 1 << 63 else { break }
            number = next
            divisor *= 10
        }
        return number == 0 ? 0 : UInt64(Double(number) * (Double(scale) / divisor))
    }

    private static func digits(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let digits = rest.prefix(while: isDigit)
        rest.removeFirst(digits.count)
        return digits
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
