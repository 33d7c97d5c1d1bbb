public import EncryptionConfig

/// How a value was opened. The plaintext itself is in the buffer that the caller gave.
public struct Opened: Sendable {
    /// Who opens values. It is made with the transformer, so that a value costs one reference and no copy of all this.
    final class Opener: Sendable {
        let provider: Provider
        let key: EncryptionKey?

        init(_ provider: Provider, _ key: EncryptionKey? = nil) {
            self.provider = provider
            self.key = key
        }

        static let implicitIdentity = Opener(.implicitIdentity)
    }

    private let opener: Opener
    /// Whether kube-apiserver would store the object anew at its next write, because it is not stored as a new value
    /// would be.
    public private(set) var isStale: Bool

    public var provider: Provider { opener.provider }
    /// Nil for identity and KMS.
    public var key: EncryptionKey? { opener.key }

    init(_ opener: Opener, isStale: Bool = false) {
        self.opener = opener
        self.isStale = isStale
    }

    /// The same, found at `index` of a list: only the first entry writes.
    consuming func found(at index: Int) -> Opened {
        if index != 0 { isStale = true }
        return self
    }
}
