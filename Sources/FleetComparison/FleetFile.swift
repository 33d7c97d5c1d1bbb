public import EncryptionConfig
public import GoText
public import KubernetesResources

/// A configuration of a comparison.
public struct FleetFile: Sendable {
    public let name: FleetName
    public let file: ConfigurationFile

    public init(name: FleetName, file: ConfigurationFile) {
        self.name = name
        self.file = file
    }
}

/// What an audit says of the keys that the values of its source need.
public struct FleetAudit: Sendable {
    /// The values of one resource that one key has written.
    public struct Need: Sendable {
        public let resource: GroupResource
        /// Nil for a value prefix that no provider of Kubernetes has.
        public let provider: ProviderName?
        /// The key in the values; nil for plaintext. Of a name with a colon only the part in front of it.
        public let key: ByteName?
        /// The fingerprint of the key that the configurations of the audit have under the name; nil if they have none,
        /// several, or a weak one.
        public let fingerprint: String?
        public let objects: Int
        /// The values that the first configuration of the audit decrypted to the right object.
        public let decrypted: Int
        /// Whether an archive of the audit decrypted all others of the resource.
        public let areOthersArchived: Bool

        public init(
            resource: GroupResource, provider: ProviderName?, key: ByteName?, fingerprint: String?, objects: Int,
            decrypted: Int, areOthersArchived: Bool
        ) {
            self.resource = resource
            self.provider = provider
            self.key = key
            self.fingerprint = fingerprint
            self.objects = objects
            self.decrypted = decrypted
            self.areOthersArchived = areOthersArchived
        }
    }

    public let name: FleetName
    public let path: String
    /// What was audited.
    public let source: String
    /// The UID of the namespace `kube-system`; nil if the audit did not see it.
    public let clusterUID: String?
    public let revision: Int64?
    /// The hashes of the configurations of the audit, the one in force first.
    public let hashes: [String]
    public let needs: [Need]
    /// Why the source can hold values that need other keys: the doubts and limits of the audit. Empty if there is no
    /// reason.
    public let gaps: [String]

    public init(
        name: FleetName, path: String, source: String, clusterUID: String?, revision: Int64?, hashes: [String],
        needs: [Need], gaps: [String]
    ) {
        self.name = name
        self.path = path
        self.source = source
        self.clusterUID = clusterUID
        self.revision = revision
        self.hashes = hashes
        self.needs = needs
        self.gaps = gaps
    }
}
