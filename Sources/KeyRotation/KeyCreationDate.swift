internal import EncryptionConfig
public import GoText

/// The creation time of a key, from a name in the form of encconf: `key-20260729t120000z-1f0c`, in UTC, with the
/// first four digits of the fingerprint.
///
/// Names of older versions end after the time, or with a number if one run made several keys.
public struct KeyCreationDate: Hashable, Sendable {
    /// `yyyymmddhhmmss`.
    private let digits: String

    /// Nil for a name in another form.
    public init?(keyName: ByteName) {
        let parts = keyName.split(at: UInt8(ascii: "-"))
        guard (2...3).contains(parts.count), parts[0] == "key", Self.isEnding(parts.dropFirst(2).first) else {
            return nil
        }
        let stamp = Array(parts[1].utf8)
        guard stamp.count == 16, stamp[8] == UInt8(ascii: "t"), stamp[15] == UInt8(ascii: "z") else { return nil }
        let digits = stamp[..<8] + stamp[9..<15]
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        self.digits = String(decoding: digits, as: UTF8.self)
    }

    private static func isEnding(_ text: ByteName?) -> Bool {
        guard let text else { return true }
        let isFingerprint = text.utf8.count == 4 && text.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
        return isFingerprint || Int(text.text).map { $0 > 1 && ByteName("\($0)") == text } ?? false
    }
}

extension KeyCreationDate: Comparable {
    public static func < (left: Self, right: Self) -> Bool { left.digits < right.digits }
}
