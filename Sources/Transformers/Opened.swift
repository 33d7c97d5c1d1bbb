public import EncryptionConfig

/// How a value was opened. The plaintext itself is in the buffer that the caller gave.
public struct Opened: Sendable {
    public let provider: Provider
    /// Nil for identity and KMS.
    public let key: EncryptionKey?
    /// Whether kube-apiserver would store the object anew at its next write, because it is not stored as a new value
    /// would be.
    public fileprivate(set) var isStale: Bool

    init(provider: Provider, key: EncryptionKey? = nil, isStale: Bool = false) {
        self.provider = provider
        self.key = key
        self.isStale = isStale
    }

    /// The same, found at `index` of a list: only the first entry writes.
    func found(at index: Int) -> Opened {
        var opened = self
        opened.isStale = isStale || index != 0
        return opened
    }
}
