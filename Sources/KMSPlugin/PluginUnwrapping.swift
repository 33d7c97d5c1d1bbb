public import EnvelopeCrypto
public import GoText
public import SecretMemory
internal import Synchronization

/// Decrypts the keys of values by asking plugins, each for each key once; where an error may pass, some more times. What
/// was decrypted is remembered, in memory that is wiped, for as long as this object lives.
///
/// Threads share it: if two want the same key, one asks and the other waits.
public final class PluginUnwrapping: KMSUnwrapping, Sendable {
    /// Keys of one plugin that are remembered at once. Each KMS v1 value has its own.
    private static let rememberedKeyLimit = 20_000

    private struct Plugins {
        var byIdentity: [KMSPluginIdentity: AskedPlugin] = [:]
        var byProvider: [KMSProvider: AskedPlugin] = [:]
    }

    private let plugins = Mutex(Plugins())
    private let rememberedKeyLimit: Int
    private let isCancelled: @Sendable () -> Bool

    /// Knows no plugin yet.
    ///
    /// - Parameter isCancelled: Asked ten times a second: whether to give up.
    public convenience init(isCancelled: @escaping @Sendable () -> Bool = { false }) {
        self.init(rememberedKeyLimit: Self.rememberedKeyLimit, isCancelled: isCancelled)
    }

    /// For tests, which have not the time for so many keys.
    init(rememberedKeyLimit: Int, isCancelled: @escaping @Sendable () -> Bool = { false }) {
        self.rememberedKeyLimit = rememberedKeyLimit
        self.isCancelled = isCancelled
    }

    /// Says how to ask a plugin. Those that are asked in the same way share what is remembered.
    public func add(_ identity: KMSPluginIdentity, asking provider: KMSProvider) {
        plugins.withLock { plugins in
            guard plugins.byIdentity[identity] == nil else { return }
            let plugin =
                plugins.byProvider[provider]
                ?? AskedPlugin(PluginClient(provider, isCancelled: isCancelled), rememberedKeyLimit: rememberedKeyLimit)
            plugins.byProvider[provider] = plugin
            plugins.byIdentity[identity] = plugin
        }
    }

    /// The keys that plugins were asked to decrypt so far; a key that was remembered counts once.
    public var decryptCalls: Int {
        plugins.withLock { plugins in plugins.byProvider.values.reduce(0) { $0 + $1.decryptCalls } }
    }

    public func unwrap(_ request: KMSUnwrapRequest) throws(KMSUnwrapError) -> SecretKey {
        try plugin(request.plugin).unwrap(request)
    }

    public func currentKeyID(of plugin: KMSPluginIdentity) throws(KMSUnwrapError) -> ByteName {
        let plugin = try self.plugin(plugin)
        do { return try plugin.currentKeyID() } catch { throw .noAnswer(error.uncertainty) }
    }

    public func sealingKey(of plugin: KMSPluginIdentity) throws(KMSUnwrapError) -> KMSv2SealingKey {
        try self.plugin(plugin).sealingKey()
    }

    private func plugin(_ identity: KMSPluginIdentity) throws(KMSUnwrapError) -> AskedPlugin {
        guard let plugin = plugins.withLock({ $0.byIdentity[identity] }) else { throw .notAsked }
        return plugin
    }
}

/// One plugin, and what it answered so far.
private final class AskedPlugin: Sendable {
    /// What makes a key another one to the same plugin.
    private struct Key: Hashable {
        let encryptedKey: [UInt8]
        let version2: KMSUnwrapRequest.Version2?
    }

    let client: PluginClient
    private let keyID = Answer<ByteName>()
    private let keys = Mutex<[Key: Answer<SecretKey>]>([:])
    private let rememberedKeyLimit: Int
    private let calls = Mutex(0)

    var decryptCalls: Int { calls.withLock { $0 } }

    init(_ client: PluginClient, rememberedKeyLimit: Int) {
        self.client = client
        self.rememberedKeyLimit = rememberedKeyLimit
    }

    func unwrap(_ request: KMSUnwrapRequest) throws(KMSUnwrapError) -> SecretKey {
        // A v1 plugin has to tell its version before anything else; a v2 plugin was asked for its state. That it does not
        // tell says nothing of this key.
        if client.provider.version == .v1 {
            do { _ = try currentKeyID() } catch { throw .noAnswer(error.uncertainty) }
        }
        let slot = slot(for: Key(encryptedKey: request.encryptedKey, version2: request.version2))
        do {
            return try slot.result { () throws(PluginError) in
                calls.withLock { $0 += 1 }
                let key = try client.decrypt(EncryptedKey(request))
                try Self.check(key, for: request)
                return key
            }
        } catch {
            throw KMSUnwrapError(error)
        }
    }

    func currentKeyID() throws(PluginError) -> ByteName {
        try keyID.result { () throws(PluginError) in try client.healthyStatus().keyID ?? "" }
    }

    func sealingKey() throws(KMSUnwrapError) -> KMSv2SealingKey {
        do {
            let new = try client.makeSeed(keyID: try currentKeyID())
            return KMSv2SealingKey(
                seed: new.seed, encryptedSeed: new.encrypted.ciphertext, keyID: new.encrypted.keyID,
                annotations: new.encrypted.annotations)
        } catch {
            throw KMSUnwrapError(error)
        }
    }

    private func slot(for key: Key) -> Answer<SecretKey> {
        keys.withLock { keys in
            if let known = keys[key] { return known }
            // Who waits for one that is under way must find it here.
            if keys.count >= rememberedKeyLimit { keys = keys.filter { !$0.value.isDone } }
            let slot = Answer<SecretKey>()
            keys[key] = slot
            return slot
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
