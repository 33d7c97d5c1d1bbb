/// The bytes of a key as a key of a `Set` or `Dictionary`.
///
/// Two are equal if their bytes are; the comparison takes the same time wherever they differ.
public struct SecretHash: Hashable, Sendable {
    private let secret: SecretKey

    public init(_ secret: SecretKey) { self.secret = secret }

    public static func == (left: Self, right: Self) -> Bool { left.secret.isEqual(to: right.secret) }

    public func hash(into hasher: inout Hasher) {
        unsafe secret.span.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
}
