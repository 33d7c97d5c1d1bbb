internal import EncryptionConfig
internal import GoText
internal import ShownText

/// One way in which a resource's values are written or read: a provider and, unless it is identity, its key.
struct ReadKey: Hashable {
    let provider: ProviderName
    /// The name of the key, for KMS that of the provider; nil for identity.
    let key: ByteName?

    /// The ways of a list of providers, in the order in which they are tried.
    static func list(of providers: [Provider]) -> [ReadKey] {
        providers.flatMap { provider in
            switch provider.kind {
            case .identity: [ReadKey(provider: .identity, key: nil)]
            case .kms(let plugin): [ReadKey(provider: provider.name, key: plugin.name)]
            case .aescbc(let keys), .aesgcm(let keys), .secretbox(let keys):
                keys.map { ReadKey(provider: provider.name, key: $0.name) }
            }
        }
    }

    /// As a report names it: `{provider, key}`.
    var value: ReportValue { ["provider": .word(provider), "key": .name(key)] }

    var name: Phrase { key.map { "\(provider) \(name: $0)" } ?? "\(provider)" }
}
