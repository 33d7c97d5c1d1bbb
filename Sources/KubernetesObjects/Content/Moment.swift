/// A moment that is stored as a number of seconds and nanoseconds.
struct Moment: Sendable {
    /// RFC 3339, UTC: in whole seconds for a `Time`, in microseconds for a `MicroTime` (k8s.io/apimachinery,
    /// pkg/apis/meta/v1/time.go and micro_time.go, `MarshalJSON`).
    let text: String

    /// Nil where RFC 3339 cannot write it.
    init?(secondsSince1970 seconds: Int64, nanoseconds: Int64? = nil) {
        guard let whole = rfc3339(secondsSince1970: seconds) else { return nil }
        guard let nanoseconds else {
            text = whole
            return
        }
        guard (0..<1_000_000_000).contains(nanoseconds) else { return nil }
        let digits = String(nanoseconds / 1_000)
        text = whole.dropLast() + "." + String(repeating: "0", count: 6 - digits.count) + digits + "Z"
    }
}
