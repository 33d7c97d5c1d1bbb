public import EncryptionConfig
public import EnvelopeCrypto
internal import GoText
internal import KubernetesVersions
internal import SecretMemory

/// Decrypts the values of one KMS provider, with the component that decrypts its keys.
///
/// (k8s.io/apiserver 1.36, pkg/storage/value/encrypt/envelope/envelope.go and kmsv2/envelope.go.)
///
/// Not Sendable: ciphers keep contexts. Each thread makes its own.
final class KMSOpener {
    /// The maximum number of cached keys; a cluster has one for each start of a kube-apiserver and key of the plugin.
    private static let cachedKeyLimit = 1000

    private let opener: Opener
    private let plugin: KMSPlugin
    private let identity: KMSPluginIdentity
    private let rules: KMSv2Rules
    private let unwrapping: any KMSUnwrapping
    private var keys: [KMSUnwrapRequest: UnwrappedKey] = [:]

    private struct UnwrappedKey {
        let key: KMSv2Key
        let clearForm: ClearKeyForm?
    }

    var provider: Provider { opener.provider }

    init(_ plugin: KMSPlugin, of provider: Provider, _ rules: KMSv2Rules, unwrapping: any KMSUnwrapping) {
        self.rules = rules
        self.plugin = plugin
        identity = KMSPluginIdentity(plugin)
        opener = Opener(provider)
        self.unwrapping = unwrapping
    }

    /// Opens what follows the name of the provider.
    func open(
        _ envelope: RawSpan, etcdKey: RawSpan, appendingTo output: inout SecretBuffer
    ) throws(TransformError) -> Opened {
        switch plugin.version {
        case .v1: try openV1(envelope, etcdKey: etcdKey, appendingTo: &output)
        case .v2: try openV2(envelope, etcdKey: etcdKey, appendingTo: &output)
        }
    }

    /// Encrypts a value, without the name of the provider. Only v2 is written.
    func seal(_ plaintext: RawSpan, etcdKey: RawSpan, appendingTo output: inout SecretBuffer) throws(SealError) {
        guard plugin.version == .v2 else { throw .kmsv1(plugin) }
        let key: KMSv2SealingKey
        do { key = try unwrapping.sealingKey(of: identity) } catch { throw .kms(error, plugin) }
        do {
            try key.seal(
                plaintext, as: rules.writesSeeds ? .seed : .key, authenticating: etcdKey, appendingTo: &output)
        } catch {
            throw .cipher(error)
        }
    }

    private func openV1(
        _ bytes: RawSpan, etcdKey: RawSpan, appendingTo output: inout SecretBuffer
    ) throws(TransformError) -> Opened {
        let envelope: KMSv1Envelope
        do { envelope = try KMSv1Envelope(parsing: bytes) } catch { throw failure(error) }
        let request = KMSUnwrapRequest(plugin: identity, envelope: envelope)
        let dek = try unwrap(request)
        do {
            let isStale = try envelope.open(bytes, dek: dek.bytes, authenticating: etcdKey, appendingTo: &output)
            return Opened(opener, isStale: isStale, keyInClear: request.clearForm(of: dek.span))
        } catch {
            if error.reasons.contains(.authenticationFailed) { try checkLength(of: dek.bytes.count, request) }
            throw TransformError(
                error.reasons.map { .cipher($0, provider: opener.name, key: plugin.name) })
        }
    }

    private func openV2(
        _ bytes: RawSpan, etcdKey: RawSpan, appendingTo output: inout SecretBuffer
    ) throws(TransformError) -> Opened {
        let envelope: KMSv2Envelope
        do {
            envelope = try KMSv2Envelope(parsing: bytes, readingSourceType: rules.readsSeeds)
        } catch {
            throw failure(error)
        }
        let request = KMSUnwrapRequest(plugin: identity, envelope: envelope)
        let keyID: ByteName
        do {
            keyID = try unwrapping.currentKeyID(of: identity)
        } catch {
            throw failure(error, request)
        }
        let unwrapped = try key(for: request, type: envelope.dekSourceType)
        do {
            try envelope.open(bytes, key: unwrapped.key, authenticating: etcdKey, appendingTo: &output)
        } catch {
            if error == .authenticationFailed { try checkLength(of: unwrapped.key.sourceByteCount, request) }
            throw failure(error)
        }
        return Opened(opener, isStale: isStale(envelope, currentKeyID: keyID), keyInClear: unwrapped.clearForm)
    }

    /// Whether new values are written with another key of the plugin, or with another kind of key.
    private func isStale(_ envelope: KMSv2Envelope, currentKeyID: ByteName) -> Bool {
        let isOtherKey = rules.comparesKeyIDs && envelope.keyID != currentKeyID
        let isOtherKind = rules.readsSeeds && (envelope.dekSourceType == .seed) != rules.writesSeeds
        return isOtherKey || isOtherKind
    }

    private func key(
        for request: KMSUnwrapRequest, type: KMSv2Envelope.DEKSourceType
    ) throws(TransformError) -> UnwrappedKey {
        if let known = keys[request] { return known }
        let secret = try unwrap(request)
        do {
            let key = UnwrappedKey(
                key: try KMSv2Key(secret, type: type), clearForm: request.clearForm(of: secret.span))
            // Values are foreign bytes: one that names ever new keys must not fill the memory.
            if keys.count >= Self.cachedKeyLimit { keys.removeAll() }
            keys[request] = key
            return key
        } catch {
            throw failure(error)
        }
    }

    /// kube-apiserver reads with DEKs of 16 and 24 bytes too, but always makes them of 32
    /// (pkg/storage/value/encrypt/envelope/envelope.go, `TransformToStorage`). A shorter one that does not open the value
    /// is more likely a key that the plugin has cut than one that was meant for another value, so that nothing is known.
    private func checkLength(of byteCount: Int, _ request: KMSUnwrapRequest) throws(TransformError) {
        guard byteCount < 32 else { return }
        throw TransformError(.pluginWithoutAnswer(plugin, request, .shortKey(byteCount: byteCount)))
    }

    private func unwrap(_ request: KMSUnwrapRequest) throws(TransformError) -> SecretKey {
        do { return try unwrapping.unwrap(request) } catch { throw failure(error, request) }
    }

    private func failure(_ error: KMSEnvelopeError) -> TransformError {
        TransformError(.envelope(error, provider: plugin.name))
    }

    private func failure(_ error: CipherError) -> TransformError {
        TransformError(.cipher(error, provider: opener.name, key: plugin.name))
    }

    private func failure(_ error: KMSUnwrapError, _ request: KMSUnwrapRequest) -> TransformError {
        switch error {
        case .notAsked: TransformError(.pluginNotAsked(plugin, request))
        case .noAnswer(let reason): TransformError(.pluginWithoutAnswer(plugin, request, reason))
        case .plugin(let text):
            TransformError(.plugin(text, provider: plugin.name, version: plugin.version))
        }
    }
}

extension KMSPluginIdentity {
    public init(_ plugin: KMSPlugin) {
        self.init(
            version: plugin.version == .v1 ? .v1 : .v2, name: plugin.name, endpoint: plugin.endpoint,
            timeout: plugin.timeout)
    }
}
