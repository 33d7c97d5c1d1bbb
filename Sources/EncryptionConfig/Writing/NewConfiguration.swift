public import GoText
public import SecretMemory

/// A configuration that is yet to be written.
public struct NewConfiguration: Sendable {
    /// The write provider.
    public enum NewProvider: Sendable {
        /// A cipher with one key.
        case key(provider: KeyedProvider, name: ByteName, secret: SecretKey)
        /// A KMS v2 plugin.
        case kms(name: ByteName, endpoint: ByteName)
    }

    /// The position of identity in the order of providers.
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
        let kind: Provider.Kind
        switch provider {
        case .key(let provider, let name, let secret):
            let key = EncryptionKey(name: name, secret: secret, path: "", position: Provider.implicitIdentity.position)
            kind =
                switch provider {
                case .aescbc: .aescbc([key])
                case .aesgcm: .aesgcm([key])
                case .secretbox: .secretbox([key])
                }
        case .kms(let name, let endpoint):
            kind = .kms(
                KMSPlugin(version: .v2, name: name, endpoint: endpoint, timeout: EffectiveKMS.defaultTimeout))
        }
        let providers: [Provider.Kind] =
            switch identity {
            case .absent: [kind]
            case .first: [.identity, kind]
            case .last: [kind, .identity]
            }
        return ConfigurationText.write(
            [(resources.map { ResourcePattern(parsing: $0) }, providers)], hasHeader: hasHeader)
    }
}
