internal import SecretMemory

/// Tags that replace values in output: equal values have equal tags within one run, and a tag shows nothing else. A
/// plain hash would let anyone find a short value by trying.
///
/// A tag is the first 16 hex digits of HMAC-SHA-256(key = 32 random bytes, message = the value).
public struct ValueTags: Sendable {
    private static let shared = Result { () throws(CipherError) in ValueTags(key: SecretKey(try RandomBytes.make(32))) }

    private let key: SecretKey

    /// For tests; the program uses ``ofRun()``.
    init(key: SecretKey) { self.key = key }

    /// The tags of this run. Their key is made once, and never leaves the memory of the process.
    public static func ofRun() throws(CipherError) -> ValueTags { try shared.get() }

    /// The tag of a value.
    public func tag(of value: RawSpan) throws(CipherError) -> String {
        Digest.hexadecimal(try Digest.hmacSHA256(key: key.span, message: value).prefix(8))
    }
}
