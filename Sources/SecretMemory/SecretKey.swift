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

    /// Whether both hold the same bytes, compared in constant time for equal lengths.
    public func isEqual(to other: SecretKey) -> Bool { bytes.isEqual(to: other.bytes) }
}

extension SecretKey: CustomStringConvertible, CustomReflectable {
    public var description: String { "<secret, \(bytes.count) bytes>" }
    /// Without children: `dump` shows nothing of the bytes.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
