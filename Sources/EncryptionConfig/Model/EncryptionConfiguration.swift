public import Diagnostics
public import GoText
public import KubernetesVersions
public import SecretMemory

/// A configuration that kube-apiserver would take: checked, defaulted, keys decoded.
public struct EncryptionConfiguration: Sendable {
    public let form: ConfigurationDocument.Form
    /// In file order.
    public let entries: [Entry]
    /// The version of the kube-apiserver that takes it.
    public let kubernetes: KubernetesVersion
    /// How the kube-apiserver that takes it stores the values of KMS v2 providers.
    public let kmsv2: KMSv2Rules

    public init(form: ConfigurationDocument.Form, entries: [Entry]) {
        self.form = form
        self.entries = entries
        kubernetes = .newest
        kmsv2 = .newest
    }

    /// Some resources and the providers that they share.
    public struct Entry: Sendable {
        /// In file order, as written.
        public let resources: [ResourcePattern]
        /// In file order: the first one writes, all read.
        public let providers: [Provider]

        public init(resources: [ResourcePattern], providers: [Provider]) {
            self.resources = resources
            self.providers = providers
        }
    }
}

/// One provider of a list.
public struct Provider: Sendable {
    public enum Kind: Sendable {
        case identity
        case aescbc([EncryptionKey])
        case aesgcm([EncryptionKey])
        case secretbox([EncryptionKey])
        case kms(KMSPlugin)
    }

    public let kind: Kind
    /// The path in the document, such as `resources[0].providers[1]`.
    public let path: String
    public let position: SourcePosition

    public init(kind: Kind, path: String, position: SourcePosition) {
        self.kind = kind
        self.path = path
        self.position = position
    }

    /// The provider of a resource that no entry covers. It is not in the document.
    public static let implicitIdentity = Provider(
        kind: .identity, path: "", position: SourcePosition(line: 1, column: 1, offset: 0))

    /// How the contract of the command line names it.
    public var name: ProviderName {
        switch kind {
        case .identity: .identity
        case .aescbc: .aescbc
        case .aesgcm: .aesgcm
        case .secretbox: .secretbox
        case .kms(let plugin): plugin.version == .v1 ? .kmsv1 : .kmsv2
        }
    }

    /// The keys of a provider that has its own; empty for identity and KMS.
    public var keys: [EncryptionKey] {
        switch kind {
        case .aescbc(let keys), .aesgcm(let keys), .secretbox(let keys): keys
        case .identity, .kms: []
        }
    }
}

/// The providers by the names that reports use.
public enum ProviderName: String, Sendable, CaseIterable {
    case identity, aescbc, aesgcm, secretbox, kmsv1, kmsv2
}

/// One static key.
public struct EncryptionKey: Sendable {
    public let name: ByteName
    /// The key's bytes: 16, 24 or 32, for secretbox 32.
    public let secret: SecretKey
    /// The path in the document, such as `resources[0].providers[1].aescbc.keys[0]`.
    public let path: String
    public let position: SourcePosition
}

/// A KMS plugin: what is asked to unwrap the keys of values.
public struct KMSPlugin: Hashable, Sendable {
    public enum Version: String, Sendable { case v1, v2 }

    public let version: Version
    public let name: ByteName
    /// URL with the scheme `unix`, as written.
    public let endpoint: ByteName
    /// For one call, in nanoseconds.
    public let timeout: Int64
}

extension EncryptionConfiguration {
    /// Every KMS plugin of the file once, in file order. Several entries can share one.
    public var plugins: [KMSPlugin] {
        var seen: Set<KMSPlugin> = []
        return entries.flatMap(\.providers).compactMap { provider in
            guard case .kms(let plugin) = provider.kind, seen.insert(plugin).inserted else { return nil }
            return plugin
        }
    }

    /// Every static key of the file, in file order.
    public var keys: [(provider: Provider, key: EncryptionKey)] {
        entries.flatMap(\.providers).flatMap { provider in provider.keys.map { (provider, $0) } }
    }
}

extension ProviderName {
    public init(_ provider: KeyedProvider) {
        self =
            switch provider {
            case .aescbc: .aescbc
            case .aesgcm: .aesgcm
            case .secretbox: .secretbox
            }
    }
}
