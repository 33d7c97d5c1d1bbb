internal import EncryptionConfig
public import GoText

/// The date that the name of a key carries, if it carries one: when the key was made, by all that is known.
///
/// Understood are the names that this program gives (`key-20260131t120000z`), those of k3s and RKE2
/// (`aescbckey-2026-01-31T12:00:00+01:00`), plain dates (`key-2026-01-31`, `key1-20260131`, also with `.` or `_`), and
/// seconds or milliseconds since 1970. A time without a zone is taken as UTC.
public struct KeyNameDate: Equatable, Sendable {
    /// Seconds since 1970; the start of the day where the name has no time.
    public let seconds: Int64
    /// Whether the name has only the day.
    public let isDayOnly: Bool

    /// Finds the first date in `name`.
    public init?(in name: ByteName) {
        let bytes = Array(name.utf8)
        for start in bytes.indices where bytes[start].isDigit && (start == 0 || !bytes[start - 1].isDigit) {
            var reader = DateReader(bytes: bytes, position: start)
            guard let found = reader.date() else { continue }
            self = found
            return
        }
        return nil
    }

    fileprivate init(seconds: Int64, isDayOnly: Bool = false) {
        self.seconds = seconds
        self.isDayOnly = isDayOnly
    }
}

private struct DateReader {
    let bytes: [UInt8]
    var position: Int

    /// The date that begins here with a digit.
    mutating func date() -> KeyNameDate? {
        let run = bytes[position...].prefix(while: \.isDigit).count
        switch run {
        case 4: return dateWithSeparators()
        case 8: return compactDate(timeMark: true)
        case 14: return compactDate(timeMark: false)
        case 10: return timestamp(digits: 10, divisor: 1)
        case 13: return timestamp(digits: 13, divisor: 1000)
        default: return nil
        }
    }

    /// `20260131`, `20260131t120000z`, `20260131120000`
    private mutating func compactDate(timeMark: Bool) -> KeyNameDate? {
        guard let year = number(4), let month = number(2), let day = number(2),
            let days = Self.days(year, month, day)
        else { return nil }
        let dayOnly = KeyNameDate(seconds: days * 86400, isDayOnly: true)
        if timeMark { guard skip("tT_-") else { return dayOnly } }
        guard let hour = number(2), let minute = number(2), let second = number(2),
            let time = Self.time(hour, minute, second), !startsWithDigit
        else { return timeMark ? dayOnly : nil }
        return KeyNameDate(seconds: days * 86400 + time - zone())
    }

    /// `2026-01-31`, `2026-01-31T12:00:00Z`, `2026-01-31T12:00:00+01:00`
    private mutating func dateWithSeparators() -> KeyNameDate? {
        guard let year = number(4), let separator = peek, "-._".utf8.contains(separator) else { return nil }
        position += 1
        guard let month = number(2), peek == separator else { return nil }
        position += 1
        guard let day = number(2), !startsWithDigit, let days = Self.days(year, month, day) else { return nil }
        let dayOnly = KeyNameDate(seconds: days * 86400, isDayOnly: true)
        guard skip("tT_-"), let hour = number(2) else { return dayOnly }
        // File names and labels have no room for a colon.
        let isSpaced = skip(":-._")
        guard let minute = number(2), !isSpaced || skip(":-._"), let second = number(2),
            let time = Self.time(hour, minute, second)
        else { return dayOnly }
        if skip(".") { while startsWithDigit { position += 1 } }
        return KeyNameDate(seconds: days * 86400 + time - zone())
    }

    private mutating func timestamp(digits: Int, divisor: Int64) -> KeyNameDate? {
        guard let value = number(digits) else { return nil }
        let seconds = value / divisor
        return Self.plausible.contains(seconds) ? KeyNameDate(seconds: seconds) : nil
    }

    /// The offset of a zone in seconds: `+01:00` or `+0100`; 0 for `Z` and for none.
    private mutating func zone() -> Int64 {
        guard let sign = peek, "+-".utf8.contains(sign) else { return 0 }
        position += 1
        guard let hours = number(2), hours <= 14 else { return 0 }
        _ = skip(":")
        guard let minutes = number(2), minutes < 60 else { return 0 }
        return (sign == UInt8(ascii: "-") ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    // MARK: Characters

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }
    private var startsWithDigit: Bool { peek?.isDigit ?? false }

    private mutating func skip(_ characters: String) -> Bool {
        guard let next = peek, characters.utf8.contains(next) else { return false }
        position += 1
        return true
    }

    private mutating func number(_ digits: Int) -> Int64? {
        guard position + digits <= bytes.count else { return nil }
        var value: Int64 = 0
        for byte in bytes[position..<position + digits] {
            guard byte.isDigit else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        position += digits
        return value
    }

    // MARK: Calendar

    /// From the first year of Kubernetes to a far future.
    private static let years: ClosedRange<Int64> = 2014...2099
    private static let plausible: Range<Int64> = 1_388_534_400..<4_102_444_800

    /// Days since 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`).
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64? {
        guard years.contains(year), (1...12).contains(month) else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let length = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][Int(month) - 1]
        guard (1...Int64(length)).contains(day) else { return nil }
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146097 + dayOfEra - 719468
    }

    private static func time(_ hour: Int64, _ minute: Int64, _ second: Int64) -> Int64? {
        guard hour < 24, minute < 60, second <= 60 else { return nil }
        return hour * 3600 + minute * 60 + second
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
