public import Diagnostics

/// A field that a kube-apiserver without strict decoding ignores silently (Kubernetes 1.26 to 1.30).
public struct IgnoredField: Sendable {
    public enum Reason: Equatable, Sendable {
        /// The type has no field of this name.
        case unknown
        /// A key of a YAML mapping that a later one overrides, whose line is given.
        case overridden(byLine: Int)
        /// A JSON field that is set again: the later value is laid over this one, as far as it goes.
        case repeated
    }

    public let reason: Reason
    /// The name of the field, as it may be shown.
    public let name: String
    /// The path in the document, such as `resources[0].provider`; nil if only the line is known.
    public let path: String?
    /// The place of what has no effect; for a repeated JSON field that of the later one.
    public let position: SourcePosition
}
