internal import EncryptionConfig
internal import EnvelopeCrypto
internal import GoText
internal import KubernetesObjects
internal import KubernetesResources
internal import Transformers

/// Every key of the configuration and its archives, asked for values that kube-apiserver cannot read.
///
/// Not Sendable: ciphers keep contexts. Each thread makes its own.
struct KeysAtHand {
    /// The one in force, then archives.
    private let configurations: [EncryptionConfiguration]
    private let unwrapping: any KMSUnwrapping
    private var bags: [KeyBag] = []

    init(_ configurations: [EncryptionConfiguration], unwrapping: any KMSUnwrapping) {
        self.configurations = configurations
        self.unwrapping = unwrapping
    }

    /// The keys that decrypt a value to what its server stored, at most one of each configuration.
    mutating func keys(
        for value: RawSpan, at etcdKey: RawSpan, label: StoredLabel, _ registryKey: RegistryKey?
    ) throws(CipherError) -> (keys: [KeyAtHand], isPluginMissing: Bool) {
        switch label.provider {
        case nil: return ([], false)
        case .identity:
            return (Self.isTheObject(value, registryKey) ? [.identity] : [], false)
        case .kmsv1, .kmsv2: return try plugins(for: value, at: etcdKey)
        case .aescbc, .aesgcm, .secretbox:
            // The others authenticate, so whatever decrypts is right.
            let isAuthenticated = label.provider != .aescbc
            var found: [KeyAtHand] = []
            for (index, configuration) in configurations.enumerated() {
                let key = try KeySearch.find(value, etcdKey: etcdKey, among: configuration.keys) {
                    isAuthenticated || Self.isTheObject($0, registryKey)
                }
                guard let key else { continue }
                found.append(
                    KeyAtHand(
                        configuration: index, key: .key(key.key, of: key.provider.name), storedName: key.storedName,
                        path: key.key.path))
            }
            return (found, false)
        }
    }

    /// The KMS plugins that decrypt a value, and whether one did not say.
    private mutating func plugins(
        for value: RawSpan, at etcdKey: RawSpan
    ) throws(CipherError) -> (keys: [KeyAtHand], isPluginMissing: Bool) {
        if bags.isEmpty {
            bags = try configurations.map { file throws(CipherError) in try KeyBag(file, unwrapping: unwrapping) }
        }
        var found: [KeyAtHand] = []
        var isPluginMissing = false
        for (index, bag) in bags.enumerated() {
            switch bag.open(value, etcdKey: etcdKey, judging: { _ in .certain }) {
            case .success(let result):
                guard case .kms(let plugin) = result.opened.provider.kind else { continue }
                found.append(
                    KeyAtHand(
                        configuration: index, key: .plugin(plugin), storedName: plugin.name,
                        path: result.opened.provider.path))
            case .failure(let error): isPluginMissing = isPluginMissing || error.missingUnwrap != nil
            }
        }
        return (found, isPluginMissing && found.isEmpty)
    }

    /// Whether a plaintext is an object that a server can have stored. What a wrong AES-CBC key decrypts is not.
    private static func isTheObject(_ plaintext: RawSpan, _ registryKey: RegistryKey?) -> Bool {
        guard let registryKey else { return (try? ObjectIdentity(reading: plaintext)) != nil }
        switch IdentityCheck(plaintext: plaintext, key: registryKey) {
        case .same, .cannotTell, .other, .notRead(.cbor): return true
        case .notAnObject, .undecodable, .notRead: return false
        }
    }
}
