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
    /// As kube-apiserver judges it under the first configuration; a value that only another one opens is stale.
    public let isStale: Bool
    /// Which of the configurations opened it, from 0.
    public let configurationIndex: Int
    /// The form in which a KMS value contains its own data key or seed unencrypted; nil if it does not.
    public let keyInClear: ClearKeyForm?
}

/// What became of a value, asked as kube-apiserver would be and then further.
public enum ObjectReading {
    /// It is the object of the etcd key, or the check is not possible.
    case object(OpenedValue)
    /// It opens, but what comes out is not the object that the etcd key names.
    /// - Parameters:
    ///   - check: What it is instead.
    ///   - rightKey: A key of the configurations that opens it to the object that the etcd key names.
    case notTheObject(OpenedValue, check: IdentityCheck, rightKey: FoundKey?)
    /// kube-apiserver would answer an error under each configuration.
    /// - Parameters:
    ///   - errors: One for each configuration.
    ///   - rightKey: A key of the configurations that opens it to the object that the etcd key names.
    case unreadable(errors: [TransformError], rightKey: FoundKey?)
}

/// Opens values and asks what kube-apiserver does not: is this an object, and is it the one that the etcd key names?
///
/// Not Sendable: ciphers keep contexts. Each thread makes its own.
public final class ObjectReader {
    /// Of the configuration in force.
    private let transformers: TransformerSet
    private let archives: [EncryptionConfiguration]
    private let unwrapping: any KMSUnwrapping
    /// The keys of the archives, made when a value first needs them.
    private var bags: [KeyBag] = []

    /// - Parameters:
    ///   - configurations: Tried in order: the one in force, then archives of retired keys.
    ///   - unwrapping: Who decrypts the keys of KMS values.
    public init(_ configurations: [EncryptionConfiguration], unwrapping: any KMSUnwrapping) {
        transformers = TransformerSet(configurations[0], unwrapping: unwrapping)
        archives = Array(configurations.dropFirst())
        self.unwrapping = unwrapping
    }

    /// Opens a record.
    ///
    /// - Throws: ``CipherError`` if the cipher library lacks a cipher.
    public func read(_ record: StoredRecord) throws(CipherError) -> ObjectReading {
        var opened: (OpenedValue, IdentityCheck)?
        var likely: OpenedValue?
        var errors: [TransformError] = []
        for (readingIndex, value) in record.readings.enumerated() {
            for index in 0...archives.count {
                switch try open(value, of: record, configuration: index) {
                case .success(let answer):
                    let check = Self.check(answer.plaintext.span, for: record)
                    if check == .same { return .object(answer) }
                    if likely == nil, check.mayBeSame { likely = answer }
                    if opened == nil { opened = (answer, check) }
                case .failure(let error):
                    // Of several readings, the errors of the likeliest one count.
                    if readingIndex == 0 { errors.append(error) }
                }
            }
        }
        if let likely { return .object(likely) }
        let rightKey = try searchKey(of: record)
        if let (answer, check) = opened { return .notTheObject(answer, check: check, rightKey: rightKey) }
        return .unreadable(errors: errors, rightKey: rightKey)
    }

    /// Whether a plaintext is the object that the etcd key of a record names. Without an etcd key any object will do.
    public static func check(_ plaintext: RawSpan, for record: StoredRecord) -> IdentityCheck {
        if let key = record.registryKey { return IdentityCheck(plaintext: plaintext, key: key) }
        do throws(StoredObjectError) {
            _ = try ObjectIdentity(reading: plaintext)
            return .same
        } catch {
            return IdentityCheck(error)
        }
    }

    /// Opens a value as kube-apiserver would under the configuration in force, or with any key of an archive.
    private func open(
        _ value: SecretKey, of record: StoredRecord, configuration index: Int
    ) throws(CipherError) -> Result<OpenedValue, TransformError> {
        let etcdKey = record.etcdKey ?? []
        guard index == 0 else {
            if bags.isEmpty {
                bags = try archives.map { archive throws(CipherError) in try KeyBag(archive, unwrapping: unwrapping) }
            }
            return bags[index - 1].open(value.span, etcdKey: etcdKey.span.rawBytes) {
                let check = Self.check($0, for: record)
                return check == .same ? .certain : check.mayBeSame ? .possible : .other
            }.map { opened, plaintext in
                // What the configuration in force cannot read is not stored as it would store it.
                OpenedValue(
                    plaintext: plaintext, provider: opened.provider, key: opened.key, isStale: true,
                    configurationIndex: index, keyInClear: opened.keyInClear)
            }
        }
        let transformer = try transformers.transformer(for: record.resource)
        var plaintext = SecretBuffer()
        do throws(TransformError) {
            let opened = try transformer.open(
                value.span, etcdKey: etcdKey.span.rawBytes, appendingTo: &plaintext)
            return .success(
                OpenedValue(
                    plaintext: SecretKey(plaintext.finish()), provider: opened.provider, key: opened.key,
                    isStale: opened.isStale, configurationIndex: index, keyInClear: opened.keyInClear))
        } catch {
            return .failure(error)
        }
    }

    /// Tries every static key of every configuration that has the value's cipher.
    private func searchKey(of record: StoredRecord) throws(CipherError) -> FoundKey? {
        let etcdKey = record.etcdKey ?? []
        for configuration in [transformers.configuration] + archives {
            for value in record.readings {
                let found = try KeySearch.find(
                    value.span, etcdKey: etcdKey.span.rawBytes, among: configuration.keys
                ) { Self.check($0, for: record).mayBeSame }
                if let found { return found }
            }
        }
        return nil
    }
}
