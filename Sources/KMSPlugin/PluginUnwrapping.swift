public import EnvelopeCrypto
public import SecretMemory
internal import Synchronization

/// Decrypts the keys of values by asking the plugins of a configuration, each for each key once. What was decrypted is
/// remembered, in memory that is wiped, for as long as this object lives.
///
/// Threads share it: if two want the same key, one asks and the other waits.
public final class PluginUnwrapping: KMSUnwrapping, Sendable {
    /// Keys remembered at once, of all providers. Each KMS v1 value has its own.
    private static let rememberedKeyLimit = 20_000

    private let clients: [PluginClient]
    private let keys = Mutex<[KMSUnwrapRequest: Once<SecretKey>]>([:])
    private let states: [Once<KMSWriteState>]

    /// - Parameter clients: If several have the same name and version, the first is asked.
    public init(_ clients: [PluginClient]) {
        self.clients = clients
        states = clients.map { _ in Once() }
    }

    public func unwrap(_ request: KMSUnwrapRequest) throws(KMSUnwrapError) -> SecretKey {
        let version = request.version2 == nil ? KMSProvider.Version.v1 : .v2
        guard let index = index(of: request.provider, version) else { throw .notAsked }
        let slot = keys.withLock { keys in
            if let known = keys[request] { return known }
            if keys.count >= Self.rememberedKeyLimit { keys.removeAll() }
            let slot = Once<SecretKey>()
            keys[request] = slot
            return slot
        }
        return try slot.value { () throws(PluginError) in
            // A v1 plugin has to tell its version before anything else; a v2 plugin was asked for its state.
            if version == .v1 { _ = try state(index) }
            let key = try clients[index].decrypt(EncryptedKey(request))
            try Self.check(key, for: request)
            return key
        }
    }

    public func writeState(ofProvider name: String) throws(KMSUnwrapError) -> KMSWriteState {
        guard let index = index(of: name, .v2) else { throw .notAsked }
        do { return try state(index) } catch { throw .noAnswer(error.text) }
    }

    public func sealingKey(ofProvider name: String) throws(KMSUnwrapError) -> KMSv2SealingKey {
        guard let index = index(of: name, .v2) else { throw .notAsked }
        do {
            let new = try clients[index].makeSeed(keyID: try state(index).keyID)
            return KMSv2SealingKey(
                seed: new.seed, encryptedSeed: new.encrypted.ciphertext, keyID: new.encrypted.keyID,
                annotations: new.encrypted.annotations)
        } catch {
            throw KMSUnwrapError(error)
        }
    }

    private func index(of name: String, _ version: KMSProvider.Version) -> Int? {
        clients.firstIndex { $0.provider.version == version && $0.provider.name.utf8.elementsEqual(name.utf8) }
    }

    private func state(_ index: Int) throws(PluginError) -> KMSWriteState {
        try states[index].result { () throws(PluginError) in
            KMSWriteState(keyID: try clients[index].healthyStatus().keyID ?? "")
        }
    }

    /// Nothing can be opened with a key of another length, so it is not what was encrypted.
    private static func check(_ key: SecretKey, for request: KMSUnwrapRequest) throws(PluginError) {
        let count = key.bytes.count
        if request.version2?.dekSourceType == .seed {
            guard count >= 32 else { throw .untrue("invalid seed length \(count) used for key generation") }
        } else {
            guard [16, 24, 32].contains(count) else { throw .untrue("crypto/aes: invalid key size \(count)") }
        }
    }
}

extension EncryptedKey {
    init(_ request: KMSUnwrapRequest) {
        self.init(
            ciphertext: request.encryptedKey, keyID: request.version2?.keyID ?? "",
            annotations: request.version2?.annotations ?? [:])
    }
}

extension KMSUnwrapError {
    /// What a plugin refuses is known. All else is not: what it answered in error it may answer well at another time.
    init(_ error: PluginError) {
        self =
            switch error {
            case .refused(let text): .plugin(text)
            case .noAnswer(let text), .untrue(let text): .noAnswer(text)
            }
    }
}

/// Something that is asked for once, whatever comes of it; who asks meanwhile waits.
private final class Once<Value: Sendable>: Sendable {
    private let outcome = Mutex<Result<Value, PluginError>?>(nil)

    func result(_ body: () throws(PluginError) -> Value) throws(PluginError) -> Value {
        try outcome.withLock { outcome throws(PluginError) in
            if let outcome { return try outcome.get() }
            do throws(PluginError) {
                let value = try body()
                outcome = .success(value)
                return value
            } catch {
                outcome = .failure(error)
                throw error
            }
        }
    }

    func value(_ body: () throws(PluginError) -> Value) throws(KMSUnwrapError) -> Value {
        do { return try result(body) } catch { throw KMSUnwrapError(error) }
    }
}
