public import EncryptionConfig
public import EnvelopeCrypto
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
    ///   - unwrapping: Who decrypts the keys of KMS values.
    /// - Throws: ``CipherError`` if the cipher library lacks a cipher.
    public init(_ rule: ResourceResolution.Rule?, unwrapping: any KMSUnwrapping) throws(CipherError) {
        self.rule = rule
        var entries: [(prefix: [UInt8], entry: Entry)] = []
        for provider in rule?.providers ?? [] {
            let entry = try Self.entry(for: provider, unwrapping: unwrapping)
            entries.append((Array(provider.storedPrefix.utf8), entry))
        }
        providers = PrefixList(entries: entries, noMatch: .noMatchingProvider)
    }

    /// Opens a stored value and appends the plaintext to `output`.
    ///
    /// - Parameters:
    ///   - value: The whole value as etcd has it.
    ///   - etcdKey: The etcd key, to which some providers tie the value.
    ///   - accepting: Asked of each plaintext; one that it refuses counts as a failure, and the next key is tried.
    ///     kube-apiserver asks nothing.
    /// - Throws: ``TransformError``; then nothing is left in `output`.
    public func open(
        _ value: RawSpan, etcdKey: RawSpan, appendingTo output: inout SecretBuffer,
        accepting: (RawSpan) -> Bool = { _ in true }
    ) throws(TransformError) -> Opened {
        guard rule != nil else { return try openWithoutRule(value, appendingTo: &output, accepting) }
        return try providers.open(value) { entry, rest throws(TransformError) in
            switch entry {
            case .identity(let opener):
                guard !Self.isEncrypted(rest) else { throw TransformError(.encryptedWithoutRule) }
                return try Self.accepted(&output, accepting) { output throws(TransformError) in
                    output.append(rest)
                    return Opened(opener)
                }
            case .keys(let keys):
                return try keys.open(rest) { key, message throws(TransformError) in
                    try Self.accepted(&output, accepting) { output throws(TransformError) in
                        try key.open(message, etcdKey: etcdKey, appendingTo: &output)
                    }
                }
            case .kms(let opener):
                return try Self.accepted(&output, accepting) { output throws(TransformError) in
                    try opener.open(rest, etcdKey: etcdKey, appendingTo: &output)
                }
            }
        }
    }

    /// Seals a new value with the write key of the resource and appends it to `output`, prefix and all.
    ///
    /// - Throws: ``SealError``.
    public func seal(
        _ plaintext: RawSpan, etcdKey: RawSpan, appendingTo output: inout SecretBuffer
    ) throws(SealError) {
        guard let (prefix, entry) = providers.entries.first else { return output.append(plaintext) }
        switch entry {
        case .identity: output.append(plaintext)
        case .kms(let opener): throw .kms(opener.provider)
        case .keys(let keys):
            guard let (keyPrefix, key) = keys.entries.first else { return }
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
    public static func isEncrypted(_ value: RawSpan) -> Bool {
        unsafe value.byteCount >= 8
            && UInt64(littleEndian: value.unsafeLoadUnaligned(as: UInt64.self)) == anyEncrypted
    }

    /// The eight bytes as a number: an array that all threads share would make them wait for one another, since each
    /// use counts references to it.
    private static let anyEncrypted = EnvelopePrefix.anyEncrypted.utf8.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    private static let implicitIdentity = Opener(.implicitIdentity)

    /// A resource that no entry covers: identity alone, and without a list.
    private func openWithoutRule(
        _ value: RawSpan, appendingTo output: inout SecretBuffer, _ accepting: (RawSpan) -> Bool
    ) throws(TransformError) -> Opened {
        guard !Self.isEncrypted(value) else { throw TransformError(.encryptedWithoutRule) }
        return try Self.accepted(&output, accepting) { output throws(TransformError) in
            output.append(value)
            return Opened(Self.implicitIdentity)
        }
    }

    /// Runs `open`, and takes back what it appended if it is not accepted.
    private static func accepted(
        _ output: inout SecretBuffer, _ accepting: (RawSpan) -> Bool,
        _ open: (inout SecretBuffer) throws(TransformError) -> Opened
    ) throws(TransformError) -> Opened {
        let start = output.count
        let opened = try open(&output)
        if accepting(output.bytes.extracting(droppingFirst: start)) { return opened }
        output.truncate(to: start)
        throw TransformError(.notAccepted(provider: opened.opener.name, key: opened.key?.name))
    }

    private static func entry(
        for provider: Provider, unwrapping: any KMSUnwrapping
    ) throws(CipherError) -> Entry {
        switch provider.kind {
        case .identity: return .identity(Opener(provider))
        case .kms(let plugin): return .kms(KMSOpener(plugin, of: provider, unwrapping: unwrapping))
        case .aescbc(let keys), .aesgcm(let keys), .secretbox(let keys):
            var entries: [(prefix: [UInt8], entry: KeyCipher)] = []
            for key in keys { entries.append((Array("\(key.name):".utf8), try KeyCipher(key, of: provider))) }
            return .keys(PrefixList(entries: entries, noMatch: .noMatchingKey(provider.name)))
        }
    }
}

/// Why a new value could not be sealed.
public enum SealError: Error {
    /// Only the KMS plugin could give the key.
    case kms(Provider)
    case cipher(CipherError)
}
