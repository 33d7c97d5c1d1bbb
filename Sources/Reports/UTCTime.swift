internal import Glibc

/// The time of day, in UTC.
public enum UTCTime {
    /// Seconds since 1970.
    public static var now: Int64 { Int64(time(nil)) }

    /// `2026-01-31T12:00:00Z`
    public static func rfc3339(_ seconds: Int64) -> String {
        var time = time_t(seconds)
        var parts = unsafe tm()
        guard unsafe gmtime_r(&time, &parts) != nil else { return "\(seconds)" }
        func padded(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let date = unsafe "\(1900 + parts.tm_year)-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))"
        let clock = unsafe "\(padded(parts.tm_hour)):\(padded(parts.tm_min)):\(padded(parts.tm_sec))"
        return "\(date)T\(clock)Z"
    }
}
