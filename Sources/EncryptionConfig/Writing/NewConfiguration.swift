public import SecretMemory

/// A configuration that is yet to be written.
public struct NewConfiguration: Sendable {
    /// The provider that shall encrypt.
    public enum NewProvider: Sendable {
        /// aescbc, aesgcm or secretbox with one key.
        case key(provider: ProviderName, name: String, secret: SecretKey)
        /// A KMS v2 plugin.
        case kms(name: String, endpoint: String)
    }

    /// Where plaintext stands in the order of providers.
    public enum Identity: Sendable {
        /// Plaintext that is stored already cannot be read.
        case absent
        /// New values are still plaintext; encrypted ones can be read.
        case first
        /// New values are encrypted; plaintext can be read.
        case last
    }

    private let resources: [String]
    private let provider: NewProvider
    private let identity: Identity
    private let hasHeader: Bool

    public init(resources: [String], provider: NewProvider, identity: Identity, hasHeader: Bool = true) {
        self.resources = resources
        self.provider = provider
        self.identity = identity
        self.hasHeader = hasHeader
    }

    /// The file, in YAML.
    public func text() -> SecretBytes {
        let header: [(String, NewNode)] = [
            ("apiVersion", .word("apiserver.config.k8s.io/v1")), ("kind", .word("EncryptionConfiguration")),
        ]
        let entry = NewNode.mapping([
            ("resources", .list(resources.map { .text($0) })), ("providers", .list(providers)),
        ])
        var yaml = SecretBuffer()
        BlockStyle.usual.write(
            .mapping((hasHeader ? header : []) + [("resources", .list([entry]))]), column: 0, to: &yaml)
        yaml.append("\n")
        return yaml.finish()
    }

    private var providers: [NewNode] {
        let plaintext = [NewItem.provider(.identity).node]
        let encrypting: NewItem =
            switch provider {
            case .key(let provider, let name, let secret):
                .provider(.keys(KeyedProvider(provider) ?? .secretbox, NewKey(name: name, secret: secret)))
            case .kms(let name, let endpoint): .provider(.kms(name: name, endpoint: endpoint))
            }
        return (identity == .first ? plaintext : []) + [encrypting.node] + (identity == .last ? plaintext : [])
    }
}
