extension RawSpan {
    /// Whether the bytes are UTF-8 as Go's `utf8.Valid` has it: no surrogates, nothing overlong, nothing above U+10FFFF.
    public var isValidUTF8: Bool {
        do {
            _ = try UTF8Span(validating: unsafe _unsafeView(as: UInt8.self))
            return true
        } catch {
            return false
        }
    }
}

extension String {
    /// The text that `bytes` are, or nil if they are not UTF-8. Not for secrets: a `String` is not wiped.
    public init?(validatingUTF8 bytes: RawSpan) {
        guard let text = unsafe bytes.withUnsafeBytes({ unsafe String(validating: $0, as: UTF8.self) }) else {
            return nil
        }
        self = text
    }
}
