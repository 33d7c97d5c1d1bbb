internal import SecretMemory

/// The dates that go-yaml v2 knows (go-yaml v2.4, resolve.go, `parseTimestamp`), read as Go's `time.Parse` does.
///
/// They remain strings; they only matter for the tag `!!timestamp`.
enum Timestamp {
    static func matches(_ text: RawSpan) -> Bool {
        var scan = Scan(text: text)
        guard let year = number(&scan, digits: 4...4, in: 0...9999), scan.skip("-"),
            let month = number(&scan, digits: 1...2, in: 1...12), scan.skip("-"),
            number(&scan, digits: 1...2, in: 1...days(inMonth: month, of: year)) != nil
        else { return false }
        if scan.isAtEnd { return true }
        let hasZone = scan.skip("T") || scan.skip("t")
        guard hasZone || scan.skip(" ") else { return false }
        guard number(&scan, digits: 1...2, in: 0...23) != nil, scan.skip(":"),
            number(&scan, digits: 1...2, in: 0...59) != nil, scan.skip(":"),
            number(&scan, digits: 1...2, in: 0...59) != nil
        else { return false }
        if scan.skip(".") || scan.skip(",") { guard scan.skipDigits() > 0 else { return false } }
        if hasZone { guard skipZone(&scan) else { return false } }
        return scan.isAtEnd
    }

    private static func skipZone(_ scan: inout Scan) -> Bool {
        if scan.skip("Z") { return true }
        guard scan.skip("+") || scan.skip("-") else { return false }
        return number(&scan, digits: 2...2, in: 0...24) != nil && scan.skip(":")
            && number(&scan, digits: 2...2, in: 0...60) != nil
    }

    private static func number(_ scan: inout Scan, digits: ClosedRange<Int>, in range: ClosedRange<Int>) -> Int? {
        let start = scan.position
        let count = scan.skipDigits(limit: digits.upperBound)
        guard digits.contains(count) else { return nil }
        var value = 0
        for offset in start..<start + count { value = value * 10 + Int(scan.text[offset] - UInt8(ascii: "0")) }
        return range.contains(value) ? value : nil
    }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        let isLeapYear = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return [31, isLeapYear ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }
}
