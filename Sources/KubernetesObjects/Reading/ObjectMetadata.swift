/// The metadata of a stored object, as far as reports and manifests show it.
///
/// Texts that are absent are empty. Only annotations can hold secrets, so of them alone the values stay in the plaintext.
public struct ObjectMetadata: Sendable {
    public internal(set) var name = ""
    /// Empty for an object of the whole cluster.
    public internal(set) var namespace = ""
    public internal(set) var uid = ""
    /// RFC 3339, UTC, in whole seconds.
    public internal(set) var creationTimestamp: String?
    /// By key.
    public internal(set) var labels: [Label] = []
    /// By key.
    public internal(set) var annotations: [DataEntry] = []
    public internal(set) var ownerReferences: [OwnerReference] = []
    public internal(set) var finalizers: [String] = []

    public struct Label: Hashable, Sendable {
        public let key: String
        public let value: String
    }

    public struct OwnerReference: Hashable, Sendable {
        public internal(set) var apiVersion = ""
        public internal(set) var kind = ""
        public internal(set) var name = ""
        public internal(set) var uid = ""
        public internal(set) var controller: Bool?
        public internal(set) var blockOwnerDeletion: Bool?
    }
}
