internal import EncryptionConfig
internal import GoText
internal import KubernetesResources
internal import SecretMemory
internal import StorageAudit

/// A key that entries lack for stored values.
struct RescueNeed {
    /// One that decrypts the values.
    let key: KeyAtHand
    /// The entries that serve the values, by what they name.
    var patterns: Set<ResourcePattern> = []
    /// The number of values: of several sources, the largest.
    var values = 0

    /// Every key that the stored values need and that their entries lack, each once.
    ///
    /// - Parameters:
    ///   - sources: The unreadable values of each source.
    ///   - resolution: Of the configuration in force. A resource that no entry covers gets one of its own.
    static func all(of sources: [[UnreadableGroup]], under resolution: ResourceResolution) -> [RescueNeed] {
        var needs: [RescueNeed] = []
        for groups in sources {
            var counts: [Int: Int] = [:]
            for group in groups {
                guard let key = group.keys.first else { continue }
                let index = needs.firstIndex { $0.key.isSame(as: key) } ?? needs.count
                if index == needs.count { needs.append(RescueNeed(key: key)) }
                needs[index].patterns.insert(resolution.rule(for: group.resource)?.pattern ?? .exact(group.resource))
                counts[index, default: 0] += group.count
            }
            for (index, count) in counts { needs[index].values = max(needs[index].values, count) }
        }
        return needs.sorted { $0.key.order.lexicographicallyPrecedes($1.key.order) }
    }
}

extension KeyAtHand {
    /// Whether a server needs the same bytes under the same name for both.
    func isSame(as other: KeyAtHand) -> Bool {
        guard storedName == other.storedName else { return false }
        return switch (key, other.key) {
        case (.plaintext, .plaintext): true
        case (.key(let left, let provider), .key(let right, let otherProvider)):
            provider == otherProvider && left.secret.isEqual(to: right.secret)
        case (.plugin(let left), .plugin(let right)): left.isSame(as: right)
        default: false
        }
    }

    /// Whether a key of a configuration is this one under the name that the values need.
    func isAdded(as other: StorageKey) -> Bool {
        switch (key, other) {
        case (.plaintext, .plaintext): true
        case (.key(let left, let provider), .key(let right, let otherProvider)):
            provider == otherProvider && right.name == storedName && left.secret.isEqual(to: right.secret)
        case (.plugin(let left), .plugin(let right)): left.isSame(as: right)
        default: false
        }
    }

    /// The order in which keys are added: that of the configurations, and of the keys in each.
    fileprivate var order: [String] {
        [String(repeating: "1", count: (configuration ?? -1) + 1), key.provider.rawValue, storedName?.text ?? "", path]
    }
}

extension KMSPlugin {
    fileprivate func isSame(as other: KMSPlugin) -> Bool {
        version == other.version && name == other.name && endpoint == other.endpoint
    }
}
