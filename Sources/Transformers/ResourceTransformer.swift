public import EncryptionConfig
public import EnvelopeCrypto
internal import GoText
public import KubernetesVersions
public import SecretMemory

/// The ordered providers of one resource, ready to open and seal its values exactly as kube-apiserver does, garbage
/// included: whether what comes out is an object is a question for the caller.
///
/// Not Sendable: ciphers keep contexts. Each thread makes its own.
public final class ResourceTransformer {
    /// What can be done with a value that has the prefix of a provider.
    private enum Entry {
        case identity(Opener)
        case keys(PrefixList<KeyCipher>)
        case kms(KMSOpener)
    }

    /// Nil if no entry of the configuration covers the resource.
    public let rule: ResourceResolution.Rule?
    private let providers: PrefixList<Entry>

    /// - Parameters:
    ///   - rule: What serves the resource; nil if it is stored in plaintext because no entry covers it.
    ///   - kmsv2: How the values of KMS v2 providers are stored.
    ///   - unwrapping: Who decrypts the keys of KMS values.
    /// - Throws: ``CipherError`` if the cipher library lacks a cipher.
    public init(
        _ rule: ResourceResolution.Rule?, kmsv2: KMSv2Rules = .newest, unwrapping: any KMSUnwrapping
    ) throws(CipherError) {
        self.rule = rule
        var entries: [(prefix: ByteName, entry: Entry)] = []
        for provider in rule?.providers ?? [] {
            entries.append((provider.storedPrefix, try Self.entry(for: provider, kmsv2, unwrapping)))
        }
        providers = PrefixList(entries, noMatch: .noMatchingProvider)
    }

    /// Opens a stored value and appends the plaintext to `output`.
    ///
    /// - Parameters:
    ///   - value: The whole value as etcd has it.
    ///   - etcdKey: The etcd key, to which some providers tie the value.
    /// - Throws: ``TransformError``; then nothing is left in `output`.
    public func open(
        _ value: RawSpan, etcdKey: RawSpan, appendingTo output: inout SecretBuffer
    ) throws(TransformError) -> Opened {
        guard rule != nil else { return try openIdentity(value, Self.implicitIdentity, appendingTo: &output) }
        return try providers.open(value) { entry, rest throws(TransformError) in
            switch entry {
            case .identity(let opener): try openIdentity(rest, opener, appendingTo: &output)
            case .keys(let keys):
                try keys.open(rest) { key, message throws(TransformError) in
                    try key.open(message, etcdKey: etcdKey, appendingTo: &output)
                }
            case .kms(let opener): try opener.open(rest, etcdKey: etcdKey, appendingTo: &output)
            }
        }
    }

    /// Goes through the static keys that a value would be tried with, by its prefix. Nothing is decrypted.
    ///
    /// - Parameter body: Gets each key, and the message behind its name.
    public func eachKey<Failure>(
        fitting value: RawSpan, _ body: (Opener, RawSpan) throws(Failure) -> Void
    ) throws(Failure) {
        try providers.eachFit(value) { entry, rest throws(Failure) in
            guard case .keys(let keys) = entry else { return }
            try keys.eachFit(rest) { key, message throws(Failure) in try body(key.opener, message) }
        }
    }

    /// Encrypts a new value with the write key of the resource and appends it to `output`, with the prefix.
    ///
    /// - Throws: ``SealError``.
    public func seal(
        _ plaintext: RawSpan, etcdKey: RawSpan, appendingTo output: inout SecretBuffer
    ) throws(SealError) {
        guard let (prefix, entry) = providers.first else { return output.append(plaintext) }
        switch entry {
        case .identity: output.append(plaintext)
        case .kms(let opener):
            var envelope = SecretBuffer()
            try opener.seal(plaintext, etcdKey: etcdKey, appendingTo: &envelope)
            output.append(prefix.span.rawBytes)
            output.append(envelope.bytes)
        case .keys(let keys):
            guard let (keyPrefix, key) = keys.first else { return }
            output.append(prefix.span.rawBytes)
            output.append(keyPrefix.span.rawBytes)
            do {
                try key.seal(plaintext, etcdKey: etcdKey, appendingTo: &output)
            } catch {
                throw .cipher(error)
            }
        }
    }

    /// Whether a value is encrypted at all, by any provider.
    public static func isEncrypted(_ value: RawSpan) -> Bool { value.starts(with: encryptedPrefix.span.rawBytes) }

    private static let encryptedPrefix = Array(EnvelopePrefix.anyEncrypted.utf8)
    private static let implicitIdentity = Opener(.implicitIdentity)

    /// Identity, as a provider of the list or because no entry covers the resource.
    private func openIdentity(
        _ value: RawSpan, _ opener: Opener, appendingTo output: inout SecretBuffer
    ) throws(TransformError) -> Opened {
        guard !Self.isEncrypted(value) else { throw TransformError(.encryptedWithoutRule) }
        output.append(value)
        return Opened(opener)
    }

    private static func entry(
        for provider: Provider, _ kmsv2: KMSv2Rules, _ unwrapping: any KMSUnwrapping
    ) throws(CipherError) -> Entry {
        switch provider.kind {
        case .identity: return .identity(Opener(provider))
        case .kms(let plugin): return .kms(KMSOpener(plugin, of: provider, kmsv2, unwrapping: unwrapping))
        case .aescbc(let keys), .aesgcm(let keys), .secretbox(let keys):
            var entries: [(prefix: ByteName, entry: KeyCipher)] = []
            for key in keys { entries.append((ByteName("\(key.name):"), try KeyCipher(key, of: provider))) }
            return .keys(PrefixList(entries, noMatch: .noMatchingKey(provider.name)))
        }
    }
}

/// Why a new value could not be encrypted.
public enum SealError: Error {
    /// KMS v1 is read and not written: kube-apiserver has deprecated it.
    case kmsv1(KMSPlugin)
    /// The plugin gave no key.
    case kms(KMSUnwrapError, KMSPlugin)
    case cipher(CipherError)
}
