internal import SecretMemory

/// A moment such as `2026-11-30T06:31:07Z` or `2026-11-30T07:31:07.5+01:00` (RFC 3339, section 5.6).
enum RFC3339 {
    /// Seconds since 1970, without fractions. Nil for other text.
    static func seconds(_ text: RawSpan) -> Int64? {
        guard (20...40).contains(text.byteCount), text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            text[10] == UInt8(ascii: "T"), text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"),
            let year = number(text, 0..<4), let month = number(text, 5..<7), let day = number(text, 8..<10),
            let hour = number(text, 11..<13), let minute = number(text, 14..<16), let second = number(text, 17..<19),
            (1...12).contains(month), (1...days(month, year)).contains(day), hour < 24, minute < 60, second < 60
        else { return nil }
        var offset = 19
        if text[offset] == UInt8(ascii: ".") {
            offset += 1
            let start = offset
            while offset < text.byteCount, text[offset].isDigit { offset += 1 }
            guard offset > start else { return nil }
        }
        guard let zone = zone(text, from: offset) else { return nil }
        return daysSince1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - zone
    }

    /// What is to be taken off to get UTC.
    private static func zone(_ text: RawSpan, from offset: Int) -> Int64? {
        guard offset < text.byteCount else { return nil }
        if text[offset] == UInt8(ascii: "Z") { return offset + 1 == text.byteCount ? 0 : nil }
        guard offset + 6 == text.byteCount, text[offset + 3] == UInt8(ascii: ":"),
            let hours = number(text, offset + 1..<offset + 3), let minutes = number(text, offset + 4..<offset + 6),
            hours <= 24, minutes <= 60
        else { return nil }
        switch text[offset] {
        case UInt8(ascii: "+"): return hours * 3_600 + minutes * 60
        case UInt8(ascii: "-"): return -(hours * 3_600 + minutes * 60)
        default: return nil
        }
    }

    private static func number(_ text: RawSpan, _ range: Range<Int>) -> Int64? {
        var value: Int64 = 0
        for offset in range {
            guard text[offset].isDigit else { return nil }
            value = value * 10 + Int64(text[offset] - UInt8(ascii: "0"))
        }
        return value
    }

    private static func days(_ month: Int64, _ year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.)
    private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        // The year begins in March, so that a leap day ends it; 400 of them have 146,097 days. 400 years more keep all
        // numbers positive.
        let year = (month <= 2 ? year - 1 : year) + 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let yearOfEra = year % 400
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return year / 400 * 146_097 + dayOfEra - 719_468 - 146_097
    }
}
