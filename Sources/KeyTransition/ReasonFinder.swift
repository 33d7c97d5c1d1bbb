internal import EncryptionConfig
internal import SecretMemory

/// Finds what became of a key that the reading side does not use as it should.
struct ReasonFinder {
    let writer: (side: Counterexample.Side, list: KeyList)
    let reader: KeyList
    /// Whatever the reading side's file has, for any resource.
    let readerFile: ResolvedKeys

    /// Why `key` is not read.
    func reason(for key: StorageKey) -> TransitionReason {
        guard reader.pattern != nil else { return isRemoval ? .resourceUncovered : .resourceUnknown }
        if case .plaintext = key, writer.list.pattern == nil {
            return isRemoval ? .plaintextLeftBehind : .plaintextWithoutRule
        }
        if let from = writer.list.pattern, let to = reader.pattern, from != to,
            readerFile.contains(key)
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
        let places = reader.index.places(ofMaterialOf: asked)
        if let name = places[provider].flatMap({ reader.keys[$0].name }) { return .keyRenamed(to: name) }
        if let moved = places.min(by: { $0.value < $1.value })?.key { return .keyMoved(to: moved) }
        if reader.providerNames.contains(provider) { return isRemoval ? .keyRemoved : .keyUnknown }
        return isRemoval ? .providerRemoved : .providerUnknown
    }

    private func reason(for plugin: KMSPlugin) -> TransitionReason {
        guard let place = reader.index.places(ofMaterialOf: .plugin(plugin)).values.min(),
            case .plugin(let other) = reader.keys[place]
        else { return isRemoval ? .providerRemoved : .providerUnknown }
        return other.version == plugin.version ? .kmsRenamed(to: other.name) : .kmsVersionChanged
    }
}
