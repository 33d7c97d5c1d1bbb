internal import EncryptionConfig
internal import KubernetesResources
internal import SecretMemory
internal import Synchronization
internal import Transformers

/// The keys that labels name, found once for each rule.
final class LabelledKeys: Sendable {
    /// The key of a label; nil if several have its name.
    private typealias Keys = [StoredLabel: EncryptionKey?]

    private let resolutions: [ResourceResolution]
    /// By the number of the configuration.
    private let known: Mutex<[[ResourcePattern: Keys]]>

    init(_ configurations: [EncryptionConfiguration]) {
        resolutions = configurations.map { ResourceResolution($0) }
        known = Mutex(Array(repeating: [:], count: configurations.count))
    }

    /// The key of a label by the first configuration that has one; nil if none has one, or it has several.
    func key(_ label: StoredLabel, of resource: GroupResource) -> EncryptionKey? {
        for (number, resolution) in resolutions.enumerated() {
            guard let rule = resolution.rule(for: resource) else { continue }
            let keys = known.withLock { known in
                if let keys = known[number][rule.pattern] { return keys }
                let keys = Self.keys(of: rule.providers)
                known[number][rule.pattern] = keys
                return keys
            }
            if let key = keys[label] { return key }
        }
        return nil
    }

    private static func keys(of providers: [Provider]) -> Keys {
        var keys: Keys = [:]
        for provider in providers {
            for key in provider.keys {
                let label = StoredLabel(provider: provider.name, key: key.name)
                switch keys[label] {
                case nil: keys[label] = .some(key)
                case .some(let other?) where other.secret.isEqual(to: key.secret): break
                case .some: keys[label] = .some(nil)
                }
            }
        }
        return keys
    }
}
