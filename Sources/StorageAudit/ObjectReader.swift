public import EncryptionConfig
public import EnvelopeCrypto
public import KubernetesObjects
public import SecretMemory
public import Transformers

/// A value that was opened.
public struct OpenedValue: Sendable {
    /// The bytes that came out.
    public let plaintext: SecretKey
    public let provider: Provider
    /// Nil for identity and KMS.
    public let key: EncryptionKey?
    /// As kube-apiserver judges it under the configuration that opened the value.
    public let isStale: Bool
    /// Which of the configurations opened it, from 0.
    public let configurationIndex: Int
}

/// What became of a value, asked as kube-apiserver would be and then further.
public enum ObjectReading {
    /// It is the object that the etcd key names.
    case object(OpenedValue)
    /// It opens, but what comes out is not the object that the etcd key names.
    /// - Parameters:
    ///   - check: What it is instead.
    ///   - rightKey: The key that opens it to the right object, if one of the given ones does, and that object.
    case notTheObject(OpenedValue, check: IdentityCheck, rightKey: (FoundKey, OpenedValue)?)
    /// kube-apiserver would answer an error under each configuration.
    /// - Parameters:
    ///   - errors: One for each configuration.
    ///   - rightKey: The key that opens it to the right object, if one of the given ones does, and that object.
    case unreadable(errors: [TransformError], rightKey: (FoundKey, OpenedValue)?)
}

/// Opens values and asks what kube-apiserver does not: is this an object, and is it the one that the etcd key names?
///
/// Not Sendable: ciphers keep contexts. Each thread makes its own.
public final class ObjectReader {
    private let transformers: [TransformerSet]

    /// - Parameters:
    ///   - configurations: Tried in order: the one in force, then archives of retired keys.
    ///   - unwrapping: Who decrypts the keys of KMS values.
    public init(_ configurations: [EncryptionConfiguration], unwrapping: any KMSUnwrapping) {
        transformers = configurations.map { TransformerSet($0, unwrapping: unwrapping) }
    }

    /// Opens a record.
    ///
    /// - Throws: ``CipherError`` if the cipher library lacks a cipher.
    public func read(_ record: StoredRecord) throws(CipherError) -> ObjectReading {
        var opened: (OpenedValue, IdentityCheck)?
        var errors: [TransformError] = []
        for (readingIndex, value) in record.readings.enumerated() {
            for (index, transformers) in transformers.enumerated() {
                switch try open(value, of: record, with: transformers, index: index) {
                case .success(let answer):
                    let check = Self.check(answer.plaintext.span, for: record)
                    if check == .same { return .object(answer) }
                    if opened == nil { opened = (answer, check) }
                case .failure(let error):
                    // Of several readings, the errors of the likeliest one count.
                    if readingIndex == 0 { errors.append(error) }
                }
            }
        }
        let rightKey = try searchKey(of: record)
        if let (answer, check) = opened { return .notTheObject(answer, check: check, rightKey: rightKey) }
        return .unreadable(errors: errors, rightKey: rightKey)
    }

    /// Opens a record as kube-apiserver does, and asks nothing of what comes out.
    ///
    /// - Returns: The plaintext, or the error under each configuration.
    /// - Throws: ``CipherError`` if the cipher library lacks a cipher.
    public func openRaw(_ record: StoredRecord) throws(CipherError) -> Result<OpenedValue, UnreadableValue> {
        switch try read(record) {
        case .object(let answer), .notTheObject(let answer, _, _): return .success(answer)
        case .unreadable(let errors, _): return .failure(UnreadableValue(errors: errors))
        }
    }

    /// Whether a plaintext is the object that the etcd key of a record names. Without an etcd key any object will do.
    public static func check(_ plaintext: RawSpan, for record: StoredRecord) -> IdentityCheck {
        if let key = record.registryKey { return IdentityCheck(plaintext: plaintext, key: key) }
        do throws(StoredObjectError) {
            _ = try ObjectIdentity(reading: plaintext)
            return .same
        } catch {
            return switch error {
            case .notAnObject: .notAnObject
            case .cbor: .cborNotRead
            default: .undecodable(error)
            }
        }
    }

    private func open(
        _ value: SecretKey, of record: StoredRecord, with transformers: TransformerSet, index: Int
    ) throws(CipherError) -> Result<OpenedValue, TransformError> {
        let transformer = try transformers.transformer(for: record.resource)
        let etcdKey = record.etcdKey ?? []
        var plaintext = SecretBuffer()
        do throws(TransformError) {
            let opened = try transformer.open(
                value.span, etcdKey: etcdKey.span.rawBytes, appendingTo: &plaintext)
            return .success(
                OpenedValue(
                    plaintext: SecretKey(plaintext.finish()), provider: opened.provider, key: opened.key,
                    isStale: opened.isStale, configurationIndex: index))
        } catch {
            return .failure(error)
        }
    }

    /// Tries every static key of every configuration that has the value's cipher.
    private func searchKey(of record: StoredRecord) throws(CipherError) -> (FoundKey, OpenedValue)? {
        let etcdKey = record.etcdKey ?? []
        for (index, transformers) in transformers.enumerated() {
            for value in record.readings {
                var plaintext = SecretBuffer()
                let found = try KeySearch.find(
                    value.span, etcdKey: etcdKey.span.rawBytes, among: transformers.configuration.keys,
                    appendingTo: &plaintext
                ) { Self.check($0, for: record) == .same }
                guard let found else { continue }
                let answer = OpenedValue(
                    plaintext: SecretKey(plaintext.finish()), provider: found.provider, key: found.key,
                    isStale: true, configurationIndex: index)
                return (found, answer)
            }
        }
        return nil
    }
}

/// The errors that kube-apiserver would answer, one for each configuration.
public struct UnreadableValue: Error {
    public let errors: [TransformError]
}
