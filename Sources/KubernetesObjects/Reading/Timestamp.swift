/// A moment as `2006-01-02T15:04:05Z`; nil before the year 0 and after the year 9999, which RFC 3339 cannot write.
func rfc3339(secondsSince1970 seconds: Int64) -> String? {
    let secondsPerDay: Int64 = 86_400
    var day = seconds / secondsPerDay
    var second = seconds % secondsPerDay
    if second < 0 { (day, second) = (day - 1, second + secondsPerDay) }

    // Days are counted from 1 March of the year 0, so that a leap day ends a year; 400 years have 146,097 days.
    // (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.)
    let (shifted, overflow) = day.addingReportingOverflow(719_468)
    guard !overflow, (-60..<3_652_365).contains(shifted) else { return nil }
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    guard (0...9999).contains(year) else { return nil }

    let date = [padded(year, 4), padded(month, 2), padded(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1, 2)]
    let time = [padded(second / 3_600, 2), padded(second / 60 % 60, 2), padded(second % 60, 2)]
    return date.joined(separator: "-") + "T" + time.joined(separator: ":") + "Z"
}

private func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
