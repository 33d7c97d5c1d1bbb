public import EncryptionConfig
public import EnvelopeCrypto
public import SecretMemory

/// The keys and plugins of an archive, each of which is tried for every resource.
///
/// An archive is no file that a server runs: values of a resource may need a key that was kept for another one, since files
/// change by hand too. So neither the entries nor their order decide, but what comes out.
///
/// Not Sendable: ciphers keep contexts. Each thread makes its own.
public final class KeyBag {
    /// More errors than these of one value are left out.
    private static let failureLimit = 8
    /// One key or plugin each, none twice.
    private let transformers: [ResourceTransformer]

    /// - Parameters:
    ///   - configuration: The archive.
    ///   - unwrapping: Who decrypts the keys of KMS values.
    /// - Throws: ``CipherError`` if the cipher library lacks a cipher.
    public init(_ configuration: EncryptionConfiguration, unwrapping: any KMSUnwrapping) throws(CipherError) {
        var known: Set<StorageKeyForm> = []
        var transformers: [ResourceTransformer] = []
        for provider in configuration.entries.flatMap(\.providers).flatMap(\.singles)
        where known.isDisjoint(with: provider.forms) {
            known.formUnion(provider.forms)
            let rule = ResourceResolution.Rule(pattern: .everything, providers: [provider])
            transformers.append(try ResourceTransformer(rule, unwrapping: unwrapping))
        }
        self.transformers = transformers
    }

    /// How well a plaintext is what was stored. AES-CBC opens much with a wrong key.
    public enum Match: Int, Sendable {
        case other, possible, certain
    }

    /// Opens a value with each key until what comes out is certainly what was stored.
    ///
    /// - Parameters:
    ///   - value: The whole value as etcd has it.
    ///   - etcdKey: The etcd key, to which some providers tie the value.
    ///   - judging: How well a plaintext is what was stored.
    /// - Returns: The first of those that match best, else the errors of the keys of its name.
    public func open(
        _ value: RawSpan, etcdKey: RawSpan, judging: (RawSpan) -> Match
    ) -> Result<(opened: Opened, plaintext: SecretKey), TransformError> {
        var best: (opened: Opened, plaintext: SecretKey)?
        var bestMatch = -1
        var failures: [TransformFailure] = []
        var noMatch = TransformFailure.noMatchingProvider
        for transformer in transformers {
            var plaintext = SecretBuffer()
            do throws(TransformError) {
                let opened = try transformer.open(value, etcdKey: etcdKey, appendingTo: &plaintext)
                let match = judging(plaintext.bytes)
                guard match.rawValue > bestMatch else { continue }
                (best, bestMatch) = ((opened, SecretKey(plaintext.finish())), match.rawValue)
                if match == .certain { break }
            } catch {
                // A key of another name says nothing of the value.
                for failure in error.failures where failures.count < Self.failureLimit {
                    switch failure {
                    case .noMatchingProvider: break
                    case .noMatchingKey: noMatch = failure
                    default: failures.append(failure)
                    }
                }
            }
        }
        return best.map { .success($0) } ?? .failure(TransformError(failures.isEmpty ? [noMatch] : failures))
    }
}

extension Provider {
    /// The same with each key alone.
    fileprivate var singles: [Provider] {
        func alone(_ kind: Provider.Kind) -> Provider { Provider(kind: kind, path: path, position: position) }
        return switch kind {
        case .identity, .kms: [self]
        case .aescbc(let keys): keys.map { alone(.aescbc([$0])) }
        case .aesgcm(let keys): keys.map { alone(.aesgcm([$0])) }
        case .secretbox(let keys): keys.map { alone(.secretbox([$0])) }
        }
    }
}
