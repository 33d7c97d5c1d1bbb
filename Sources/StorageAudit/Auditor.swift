public import EncryptionConfig
public import EnvelopeCrypto
internal import KubernetesObjects
internal import KubernetesResources
internal import SecretMemory
internal import Transformers

/// One stored value with its place, lent by whoever reads the source.
public struct AuditedRecord: ~Escapable {
    let key: RawSpan
    let value: RawSpan
    let revision: Int64
    let version: Int64

    /// - Parameters:
    ///   - key: The etcd key.
    ///   - value: The value under it.
    ///   - revision: The revision that wrote the value.
    ///   - version: How often the key has been written since it was made.
    @_lifetime(copy key, copy value)
    public init(key: RawSpan, value: RawSpan, revision: Int64, version: Int64) {
        self.key = key
        self.value = value
        self.revision = revision
        self.version = version
    }
}

/// What an audit shall find out.
public struct AuditOptions: Sendable {
    /// Whether to count labels only, and open nothing.
    public var isCensusOnly: Bool
    /// So many findings of each kind are kept; all are counted.
    public var findingLimit: Int

    public init(isCensusOnly: Bool = false, findingLimit: Int = 20) {
        self.isCensusOnly = isCensusOnly
        self.findingLimit = findingLimit
    }
}

/// Goes through records and counts. Knows neither where they come from nor how the result is shown.
///
/// Not Sendable: ciphers keep contexts. Each thread makes its own and hands over its ``census``.
public final class Auditor {
    private let options: AuditOptions
    /// The configuration in force, then archives.
    private let transformers: [TransformerSet]
    private var places = PlaceCache()
    private var resources: [AuditedResource] = []
    private var resourceIndices: [GroupResource: Int] = [:]
    private var plaintext = SecretBuffer(capacity: 64 << 10)
    private var log: Census
    private var keyNumbers: [ObjectIdentifier: UInt64] = [:]
    /// The nonces of AES-GCM values seen so far.
    public private(set) var nonces = NonceLog()

    /// - Parameters:
    ///   - configurations: The one in force, then archives of retired keys.
    ///   - unwrapping: Who decrypts the keys of KMS values.
    public init(
        _ configurations: [EncryptionConfiguration], unwrapping: any KMSUnwrapping, options: AuditOptions
    ) {
        self.options = options
        transformers = configurations.map { TransformerSet($0, unwrapping: unwrapping) }
        log = Census(findingLimit: options.findingLimit)
    }

    /// Counts one record.
    ///
    /// - Throws: ``CipherError`` if the cipher library lacks a cipher.
    public func add(_ record: borrowing AuditedRecord) throws(CipherError) {
        guard let place = try place(of: record.key) else {
            log.otherKeys += 1
            return
        }
        let index = place.resourceIndex
        let label = resources[index].labels.index(of: record.value)
        resources[index].count(record, label: label)
        guard resources[index].isOpened, !options.isCensusOnly else { return countByLabel(record, index, label) }
        try open(record, place, label)
    }

    /// The second look at nonces that may have been used twice: notes the record if its nonce is one of them and another
    /// value of the same key has the very same.
    ///
    /// - Parameters:
    ///   - repeated: What ``NonceLog/repeated()`` found over all records.
    ///   - seen: The nonces met so far in this second look.
    public func checkNonce(
        _ record: borrowing AuditedRecord, repeated: Set<UInt64>, seen: inout [UInt64: [NonceUse]]
    ) throws(CipherError) {
        guard let place = try place(of: record.key), !options.isCensusOnly else { return }
        plaintext.truncate(to: 0)
        let opened: Opened
        do throws(TransformError) {
            opened = try resources[place.resourceIndex].transformer.open(
                record.value, etcdKey: record.key, appendingTo: &plaintext)
        } catch {
            return
        }
        guard opened.provider.name == .aesgcm, let key = opened.key else { return }
        let message = Self.message(of: record.value, opened.provider, key)
        let hash = NonceLog.hash(message, key: try keyNumber(of: key))
        guard repeated.contains(hash) else { return }
        let nonce = message.extracting(first: 12).copiedToArray()
        // The first value of a nonce is only known to be one of two when the second comes.
        if let other = seen[hash]?.first(where: { $0.nonce == nonce }) {
            note(record, .nonceReused(StoredLabel(provider: .aesgcm, key: key.name), with: other.etcdKey))
        }
        seen[hash, default: []].append(NonceUse(nonce: nonce, etcdKey: record.key.copiedToArray()))
    }

    /// What was found so far.
    public var census: Census {
        var census = log
        for resource in resources { census.resources[resource.name] = resource.census }
        return census
    }
}

/// One resource of an audit.
struct AuditedResource {
    let name: GroupResource
    let transformer: ResourceTransformer
    var labels: LabelTable
    var numbers = ResourceCensus()
    var byLabel: [LabelCensus] = []
    /// The label of what would be written.
    let writeLabel: Int
    /// Whether its values are opened: not what is plaintext and covered by no entry.
    var isOpened: Bool { transformer.rule != nil }

    /// Whether the configuration says that new values are encrypted.
    var isEncryptionWanted: Bool { writeLabel != 0 }

    init(_ name: GroupResource, _ transformer: ResourceTransformer) {
        self.name = name
        self.transformer = transformer
        let keys = StorageKey.list(of: transformer.rule?.providers ?? []).map(\.label)
        let table = LabelTable(keys)
        let write = keys.first.map { StoredLabel(provider: $0.provider, key: $0.key) }
        writeLabel = write.flatMap { table.labels.firstIndex(of: $0) } ?? 0
        labels = table
    }

    mutating func count(_ record: borrowing AuditedRecord, label: Int) {
        while byLabel.count <= label { byLabel.append(LabelCensus()) }
        numbers.objects += 1
        numbers.bytes += record.value.byteCount
        if label == 0 { numbers.plaintext += 1 }
        byLabel[label].objects += 1
        byLabel[label].bytes += record.value.byteCount
        byLabel[label].writes += record.version
    }

    mutating func countStale(label: Int) {
        numbers.stale += 1
        byLabel[label].stale += 1
    }

    var census: ResourceCensus {
        var census = numbers
        for (index, numbers) in byLabel.enumerated() where numbers.objects > 0 {
            census.byLabel[labels.labels[index]] = numbers
        }
        return census
    }
}

extension Auditor {
    /// Where a key belongs; nil if it is no object of the API.
    private func place(of key: RawSpan) throws(CipherError) -> KeyPlace? {
        let folder = key.extracting(first: key.lastOffset(of: UInt8(ascii: "/")) ?? 0)
        if let known = places.place(of: folder) { return known }
        guard case .object(let registryKey) = EtcdKey(bytes: key) else { return nil }
        let place = KeyPlace(
            resource: registryKey.resource, resourceIndex: try index(of: registryKey.resource),
            namespace: Array((registryKey.namespace ?? "").utf8), kind: registryKey.known.map { Array($0.kind.utf8) })
        places.remember(place, for: folder)
        return place
    }

    private func index(of resource: GroupResource) throws(CipherError) -> Int {
        if let known = resourceIndices[resource] { return known }
        let transformer = try transformers[0].transformer(for: resource)
        resources.append(AuditedResource(resource, transformer))
        resourceIndices[resource] = resources.count - 1
        return resources.count - 1
    }

    /// Without opening a value, its label alone tells whether it is stale, and whether it can be read at all.
    private func countByLabel(_ record: borrowing AuditedRecord, _ index: Int, _ label: Int) {
        if resources[index].isOpened {
            if label != resources[index].writeLabel {
                resources[index].countStale(label: label)
                note(record, label == 0 && resources[index].isEncryptionWanted ? .plaintext : nil)
            }
        } else if label != 0 {
            resources[index].numbers.unreadable += 1
            note(record, .unreadable(resources[index].labels.labels[label], .encryptedWithoutRule, archive: nil))
        }
    }

    /// Opens a value as kube-apiserver does, and asks whether it is the object that its key names.
    private func open(_ record: borrowing AuditedRecord, _ place: KeyPlace, _ label: Int) throws(CipherError) {
        let resource = resources[place.resourceIndex]
        plaintext.truncate(to: 0)
        let opened: Opened
        do throws(TransformError) {
            opened = try resource.transformer.open(record.value, etcdKey: record.key, appendingTo: &plaintext)
        } catch {
            return try countFailure(error, record, place, label)
        }
        if opened.isStale { resources[place.resourceIndex].countStale(label: label) }
        if opened.provider.name == .aesgcm, let key = opened.key {
            nonces.add(Self.message(of: record.value, opened.provider, key), key: try keyNumber(of: key))
        }
        noteOpened(opened, record, place, label)
        let name = record.key.extracting(droppingFirst: (record.key.lastOffset(of: UInt8(ascii: "/")) ?? -1) + 1)
        if let kind = place.kind,
            IdentityCheck.isSurelySame(
                plaintext.bytes, namespace: place.namespace.span.rawBytes, name: name, kind: kind.span.rawBytes)
        {
            return
        }
        try checkObject(record, place, label)
    }

    /// What of a value stands behind the name of its key.
    @_lifetime(copy value)
    private static func message(of value: RawSpan, _ provider: Provider, _ key: EncryptionKey) -> RawSpan {
        value.extracting(droppingFirst: provider.storedPrefix.utf8.count + key.name.utf8.count + 1)
    }

    /// A number that equal key bytes share, wherever they stand: the same key for two resources has one set of nonces.
    private func keyNumber(of key: EncryptionKey) throws(CipherError) -> UInt64 {
        let id = ObjectIdentifier(key.secret)
        if let known = keyNumbers[id] { return known }
        let number = UInt64(try Digest.keyFingerprint(key.secret.span), radix: 16) ?? 0
        keyNumbers[id] = number
        return number
    }

    private func noteOpened(_ opened: Opened, _ record: borrowing AuditedRecord, _ place: KeyPlace, _ label: Int) {
        let resource = resources[place.resourceIndex]
        if label == 0 {
            if resource.isEncryptionWanted { note(record, .plaintext) }
        } else if opened.isStale {
            note(record, .stale(resource.labels.labels[label]))
        }
        guard opened.provider.name == .aescbc, let key = opened.key else { return }
        // The initialisation vector is a block too.
        let padding = Self.message(of: record.value, opened.provider, key).byteCount - 16 - plaintext.count
        if padding > 16 { note(record, .longPadding(resource.labels.labels[label], padding)) }
    }

    /// The slower way to ask whether the plaintext is the object, which tells what it is instead.
    private func checkObject(
        _ record: borrowing AuditedRecord, _ place: KeyPlace, _ label: Int
    ) throws(CipherError) {
        guard case .object(let registryKey) = EtcdKey(bytes: record.key) else { return }
        let check = IdentityCheck(plaintext: plaintext.bytes, key: registryKey)
        guard check != .same, check != .cborNotRead else { return }
        let stored = resources[place.resourceIndex].labels.labels[label]
        resources[place.resourceIndex].numbers.notObjects += 1
        if case .other(let identity) = check { return note(record, .otherObject(stored, identity)) }
        guard log.findings.hasRoom(for: "ENC0404") else { return log.findings.count("ENC0404") }
        note(record, .notAnObject(stored, check, rightKey: try rightKey(of: record, registryKey)))
    }

    private func countFailure(
        _ error: TransformError, _ record: borrowing AuditedRecord, _ place: KeyPlace, _ label: Int
    ) throws(CipherError) {
        if let (_, request, reason) = error.missingUnwrap {
            resources[place.resourceIndex].numbers.needsPlugin += 1
            // If it can be read at all, another provider than the first one reads it.
            if label != resources[place.resourceIndex].writeLabel {
                resources[place.resourceIndex].countStale(label: label)
            }
            let use = PluginUse(provider: request.provider, keyID: request.version2?.keyID)
            log.pluginUses[use, default: 0] += 1
            if log.pluginCalls.count < Census.pluginCallLimit { log.pluginCalls.insert(request.hashValue) }
            return note(record, .pluginNeeded(use, reason: reason))
        }
        resources[place.resourceIndex].numbers.unreadable += 1
        let stored = resources[place.resourceIndex].labels.labels[label]
        guard log.findings.hasRoom(for: "ENC0403") else { return log.findings.count("ENC0403") }
        note(record, .unreadable(stored, error, archive: try archive(of: record, place)))
    }

    /// The first archive that opens a value which the configuration in force does not.
    private func archive(of record: borrowing AuditedRecord, _ place: KeyPlace) throws(CipherError) -> Int? {
        for index in transformers.indices.dropFirst() {
            let transformer = try transformers[index].transformer(for: place.resource)
            plaintext.truncate(to: 0)
            do throws(TransformError) {
                _ = try transformer.open(record.value, etcdKey: record.key, appendingTo: &plaintext)
                return index
            } catch {
                continue
            }
        }
        return nil
    }

    private func rightKey(of record: borrowing AuditedRecord, _ key: RegistryKey) throws(CipherError) -> FoundKey? {
        for transformers in transformers {
            let found = try KeySearch.find(
                record.value, etcdKey: record.key, among: transformers.configuration.keys
            ) { IdentityCheck(plaintext: $0, key: key) == .same }
            if let found { return found }
        }
        return nil
    }

    private func note(_ record: borrowing AuditedRecord, _ kind: AuditFinding.Kind?) {
        guard let kind else { return }
        log.findings.add(AuditFinding(kind: kind, etcdKey: record.key.copiedToArray(), revision: record.revision))
    }
}

extension RawSpan {
    fileprivate func lastOffset(of byte: UInt8) -> Int? {
        var offset = byteCount - 1
        while offset >= 0 {
            if self[offset] == byte { return offset }
            offset -= 1
        }
        return nil
    }
}
