/// A secret that several owners share: one copy of the bytes, wiped when the last owner lets it go.
public final class SecretKey: Sendable {
    /// The bytes. They can be lent, not copied by accident.
    public let bytes: SecretBytes

    /// Takes over `bytes`.
    public init(_ bytes: consuming SecretBytes) { self.bytes = bytes }

    /// The bytes as a span, lent for as long as this owner lives.
    public var span: RawSpan {
        @_lifetime(borrow self)
        get { unsafe _overrideLifetime(bytes.buffer.bytes, borrowing: self) }
    }

    /// Whether the bytes are the UTF-8 of `text`, which is no secret. Stops at the first difference.
    public func isText(_ text: String) -> Bool {
        guard bytes.count == text.utf8.count else { return false }
        var offset = 0
        for byte in text.utf8 {
            guard span[offset] == byte else { return false }
            offset += 1
        }
        return true
    }

    /// A copy of the bytes as text, for what turned out to be no secret. A `String` is not wiped; what is not UTF-8
    /// becomes U+FFFD.
    public func revealedText() -> String { String(decoding: span.copiedToArray(), as: UTF8.self) }

    /// Whether both hold the same bytes, compared in constant time for equal lengths.
    public func isEqual(to other: SecretKey) -> Bool { bytes.isEqual(to: other.bytes) }
}

extension SecretKey: CustomStringConvertible, CustomReflectable {
    public var description: String { "<secret, \(bytes.count) bytes>" }
    /// Without children: `dump` shows nothing of the bytes.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
