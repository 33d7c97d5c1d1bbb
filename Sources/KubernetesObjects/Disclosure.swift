/// What a reader may see of an object: everything, or of each value only its length and hash.
public struct Disclosure {
    /// Whether values are shown as they are.
    public let isRevealed: Bool
    private let digest: (RawSpan) -> String

    /// - Parameters:
    ///   - isRevealed: Whether to show values as they are.
    ///   - digest: The SHA-256 of the bytes as 64 hexadecimal digits. (This module knows no cryptography.)
    public init(isRevealed: Bool = false, digest: @escaping (RawSpan) -> String) {
        self.isRevealed = isRevealed
        self.digest = digest
    }

    /// `sha256:` and the hash of `value`.
    func hash(of value: RawSpan) -> String { "sha256:" + digest(value) }

    /// What stands for `value` in a redacted manifest.
    func redaction(of value: RawSpan) -> String { "<redacted: \(value.byteCount) bytes, \(hash(of: value))>" }

    /// Whether the annotation is known to repeat a whole object, with a Secret's values, as a tool last applied it.
    static func isWholeObject(annotation key: String) -> Bool { copies.contains(key) }

    private static let copies: Set<String> = [
        "kubectl.kubernetes.io/last-applied-configuration",  // kubectl apply
        "kapp.k14s.io/original",  // kapp
        "objectset.rio.cattle.io/applied",  // Rancher, Fleet, k3s
        "banzaicloud.com/last-applied",  // operators that use k8s-objectmatcher
    ]
}
