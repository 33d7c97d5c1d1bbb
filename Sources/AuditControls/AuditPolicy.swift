public import EncryptionConfig
public import KubernetesResources

/// What an organization asks of its stored values: figures and lists that no framework fixes.
public struct AuditPolicy: Equatable, Sendable {
    /// Where the policy comes from.
    public enum Origin: Equatable, Sendable {
        case preset(PolicyPreset)
        /// - Parameters:
        ///   - hash: `sha256:` and the SHA-256 of the file.
        ///   - preset: The one that the file starts from.
        case file(path: String, hash: String, preset: PolicyPreset?)
    }

    public let origin: Origin
    /// How old a write key of a provider may be, in seconds. The age of a provider without one is not judged.
    public internal(set) var cryptoperiods: [ProviderName: Int64] = [:]
    /// The providers that may encrypt; nil for any.
    public internal(set) var allowedProviders: Set<ProviderName>?
    /// The resources whose values must be encrypted. Secrets must be in any case.
    public internal(set) var mustEncrypt: [ResourcePattern] = []
    /// An AES-GCM key may write fewer times than this.
    public internal(set) var gcmWriteLimit = Self.kubernetesWriteLimit
    /// Whether a person named the resources, so that they are known to be those that matter.
    public internal(set) var namesResources = false

    /// kubernetes.io/docs, "Encrypting Confidential Data at Rest": a new key every 200,000 writes.
    public static let kubernetesWriteLimit: Int64 = 200_000
    /// NIST SP 800-38D, 8.3: at most 2^32 random nonces for one key.
    public static let nistWriteLimit: Int64 = 1 << 32

    init(origin: Origin) { self.origin = origin }

    /// The preset that it is, or starts from.
    public var preset: PolicyPreset? {
        switch origin {
        case .preset(let preset): preset
        case .file(_, _, let preset): preset
        }
    }

    /// Whether it is a file of the organization, and not only a preset of this program.
    public var isOwn: Bool {
        if case .file = origin { true } else { false }
    }

    /// Whether the values of a resource must be encrypted.
    public func requires(_ resource: GroupResource) -> Bool { mustEncrypt.contains { $0.covers(resource) } }

    /// What it asks for and a list of resources leaves out.
    public func leftOut(by resources: Set<GroupResource>) -> [ResourcePattern] {
        mustEncrypt.filter { $0.isWildcard || !resources.contains($0.name) }
    }
}

extension ResourcePattern {
    /// Whether the resource is the one that it names, or one of those.
    func covers(_ resource: GroupResource) -> Bool {
        self == .exact(resource) || self == .all(of: resource.group) || self == .everything
    }
}
