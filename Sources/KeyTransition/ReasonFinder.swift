internal import EncryptionConfig
internal import SecretMemory

/// Finds what became of a key that the reading side does not use as it should.
struct ReasonFinder {
    let writer: (side: Counterexample.Side, list: KeyList)
    let reader: KeyList
    /// Whatever the reading side's file has, for any resource.
    let readerFile: [KeyList]

    /// Why `key` is not read.
    func reason(for key: StorageKey) -> TransitionReason {
        guard reader.pattern != nil else { return isRemoval ? .resourceUncovered : .resourceUnknown }
        if case .plaintext = key, writer.list.pattern == nil {
            return isRemoval ? .plaintextLeftBehind : .plaintextWithoutRule
        }
        if let from = writer.list.pattern, let to = reader.pattern, from != to,
            readerFile.contains(where: { $0.contains(key) })
        {
            return .resourceMoved(from: from, to: to)
        }
        return switch key {
        case .plaintext: isRemoval ? .identityRemoved : .identityFirst
        case .key(let secret, let provider): reason(for: secret, of: provider)
        case .plugin(let plugin): reason(for: plugin)
        }
    }

    /// Whether OLD wrote what NEW does not read, and not the other way round.
    private var isRemoval: Bool { writer.side == .old }

    private func reason(for key: EncryptionKey, of provider: ProviderName) -> TransitionReason {
        let asked = StorageKey.key(key, of: provider)
        if !reader.index.places(labelledAs: asked).isEmpty { return .keyBytesChanged }
        var moved: ProviderName?
        let namesakes = reader.index.places(ofMaterialOf: asked).lazy.map { reader.keys[$0] }
        for case .key(let other, let otherProvider) in namesakes {
            if otherProvider == provider { return .keyRenamed(to: other.name) }
            moved = moved ?? otherProvider
        }
        if let moved { return .keyMoved(to: moved) }
        if reader.providers.contains(where: { $0.name == provider }) { return isRemoval ? .keyRemoved : .keyUnknown }
        return isRemoval ? .providerRemoved : .providerUnknown
    }

    private func reason(for plugin: KMSPlugin) -> TransitionReason {
        for case .plugin(let other) in reader.keys where other.endpoint == plugin.endpoint {
            return other.version == plugin.version ? .kmsRenamed(to: other.name) : .kmsVersionChanged
        }
        return isRemoval ? .providerRemoved : .providerUnknown
    }
}
