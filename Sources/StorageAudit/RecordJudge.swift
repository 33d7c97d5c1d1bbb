internal import EncryptionConfig
internal import EnvelopeCrypto
internal import GoText
internal import KubernetesObjects
internal import KubernetesResources
internal import SecretMemory
internal import Transformers

/// What an ``Auditor`` does with each record.
///
/// A value, so that the compiler proves that no two parts of it change the same number at the same time; the properties of
/// a class are checked for that whenever they are used, which is several times for every record.
struct RecordJudge: ~Copyable {
    private let options: AuditOptions
    /// Of the configuration in force.
    private let transformers: TransformerSet
    private let archives: [EncryptionConfiguration]
    private let unwrapping: any KMSUnwrapping
    /// The keys of the archives, made when a value first needs them.
    private var bags: [KeyBag] = []
    /// All keys, for ``AuditOptions/isTriage``.
    private var keysAtHand: KeysAtHand
    /// What the entries of the configuration in force name.
    private let patterns: UnknownGroups
    private var places = PlaceCache()
    private var resources: [GroupResource: AuditedResource] = [:]
    private var plaintext = SecretBuffer(capacity: 64 << 10)
    private var log: Census
    private var books = RecordBooks()
    private var keyNumbers = KeyNumbers()
    /// The nonces of AES-GCM values seen so far.
    private(set) var nonces = NonceLog()

    init(_ configurations: [EncryptionConfiguration], unwrapping: any KMSUnwrapping, options: AuditOptions) {
        self.options = options
        transformers = TransformerSet(configurations[0], unwrapping: unwrapping)
        archives = Array(configurations.dropFirst())
        self.unwrapping = unwrapping
        keysAtHand = KeysAtHand(configurations, unwrapping: unwrapping)
        patterns = UnknownGroups(ResourceResolution(configurations[0]).rules.map(\.pattern))
        log = Census(findingLimit: options.findingLimit)
    }

    /// Judges one record and counts it.
    mutating func add(_ record: borrowing AuditedRecord) throws(CipherError) { books.book(try judge(record)) }

    private mutating func judge(_ record: borrowing AuditedRecord) throws(CipherError) -> Booking {
        guard let place = try place(of: record) else { return countOther(record) }
        let resource = place.resource
        if place.isOfClusterNamespace, record.key.isNamed("kube-system") { try readClusterUID(record, resource) }
        guard resource.isWanted else { return .outOfScope(.notAsked) }
        let label = resource.labels.index(of: record.value)
        resource.count(record, label: label)
        if options.isCensusOnly, resource.isTried(label) { return countByLabel(record, resource, label) }
        guard resource.transformer.rule != nil || !place.mayBeCovered else {
            resource.countUncertain(label: label)
            return .unknown(.unknownGroup)
        }
        guard label != 0 || resource.transformer.rule != nil else {
            // Plaintext that no entry covers.
            guard resource.isAskedFor else { return .outOfScope(.uncovered) }
            return note(record, .uncovered)
        }
        // This costs no cipher call in a census either, since no key of the name is there.
        return try open(record, place, label)
    }

    /// The second look at nonces: ``Auditor/checkNonce(_:repeated:seen:)``.
    mutating func checkNonce(
        _ record: borrowing AuditedRecord, repeated: Set<UInt64>, seen: inout NonceUses
    ) throws(CipherError) {
        guard !options.isCensusOnly, let place = try place(of: record), place.resource.isWanted else { return }
        // One nonce in a million values must not cost opening them all again.
        guard try keyNumbers.mayRepeat(record.value, place.resource.transformer, repeated) else { return }
        plaintext.truncate(to: 0)
        let opened: Opened
        do throws(TransformError) {
            opened = try place.resource.transformer.open(
                record.value, etcdKey: record.key, appendingTo: &plaintext)
        } catch {
            return
        }
        guard opened.opener.name == .aesgcm, let key = opened.key else { return }
        let message = record.value.extracting(droppingFirst: opened.opener.prefixByteCount)
        let number = try keyNumbers.number(of: opened.opener)
        guard repeated.contains(NonceLog.hash(message, key: number)) else { return }
        // The first value of a nonce is only known to be one of two when the second comes.
        guard let other = seen.add(message, at: record.key, key: number) else { return }
        _ = note(record, .nonceReused(StoredLabel(provider: .aesgcm, key: key.name), with: other))
    }

    /// What was found so far.
    var census: Census {
        var census = log
        census.ledger = books.sum
        for (name, resource) in resources where resource.numbers.objects > 0 {
            census.resources[name] = resource.census
        }
        return census
    }
}

extension RecordJudge {
    /// The place of a record; nil if it is not an API object, or its resource is unknown.
    private mutating func place(of record: borrowing AuditedRecord) throws(CipherError) -> KeyPlace? {
        let key = record.key
        let folderLength = key.folderLengthOfPlainName
        if let folderLength {
            let folder = key.extracting(first: folderLength)
            if let known = places.place(of: folder) { return known }
        }
        switch EtcdKey(bytes: key, prefix: options.prefix) {
        case .object(let registryKey):
            if registryKey.basis == .plural, let told = try placeToldByObject(record) { return told }
            let place = KeyPlace(
                registryKey, folder: key.extracting(first: folderLength ?? 0), try resource(registryKey.resource))
            // In a folder of which nothing is known, another name can be one of kube-apiserver's own.
            if folderLength != nil, registryKey.basis != .plural { places.remember(place) }
            return place
        case .stray(let name): return KeyPlace(try resource(name), isTold: false)
        case .unrecognised: return try placeToldByObject(record)
        case .bookkeeping: return nil
        }
    }

    /// The place of plaintext whose key does not name the resource, by the object itself.
    private mutating func placeToldByObject(_ record: borrowing AuditedRecord) throws(CipherError) -> KeyPlace? {
        guard isOfServer(record.key), !ResourceTransformer.isEncrypted(record.value),
            let name = (try? ObjectIdentity(reading: record.value))?.resource(under: record.key)
        else { return nil }
        return KeyPlace(try resource(name), isTold: true)
    }

    /// Whether a key may be one of the servers: below their prefix, if that is known.
    private func isOfServer(_ key: RawSpan) -> Bool {
        guard let prefix = options.prefix else { return true }
        return EtcdKey.isBelow(key, prefix: prefix)
    }

    /// Counts a record whose key names no resource.
    private mutating func countOther(_ record: borrowing AuditedRecord) -> Booking {
        log.otherKeys += 1
        if ResourceTransformer.isEncrypted(record.value) {
            log.encryptedOtherKeys += 1
            return .unknown(.unknownKey)
        }
        guard case .unrecognised = EtcdKey(bytes: record.key, prefix: options.prefix) else {
            return .outOfScope(.bookkeeping)
        }
        // Below the prefix of a server nothing else is kept, so that whatever it is may be a damaged object, or misplaced.
        guard EtcdKey.isBelow(record.key, prefix: options.prefix) || isOfServer(record.key) && mayBeObject(record.value)
        else { return .outOfScope(.foreign) }
        log.otherObjects += 1
        return .unknown(.unknownObject)
    }

    /// Whether a plaintext is an object, or may be one in an encoding that is not read. What has a mark of Kubernetes says
    /// of itself that it is one, damaged or not.
    private func mayBeObject(_ plaintext: RawSpan) -> Bool {
        if [.cbor, .protobuf].contains(StoredEncoding(sniffing: plaintext)) { return true }
        do throws(StoredObjectError) {
            _ = try ObjectIdentity(reading: plaintext)
            return true
        } catch {
            if case .notRead = IdentityCheck(error) { return true }
            return false
        }
    }

    /// Reads what identifies the cluster, whatever else is asked.
    private mutating func readClusterUID(_ record: borrowing AuditedRecord, _ resource: AuditedResource)
        throws(CipherError)
    {
        guard log.clusterUID == nil else { return }
        plaintext.truncate(to: 0)
        do throws(TransformError) {
            _ = try resource.transformer.open(record.value, etcdKey: record.key, appendingTo: &plaintext)
        } catch {
            return
        }
        // The object of another namespace in its place has the UID of that one.
        guard let object = try? StoredObject(reading: plaintext.bytes), object.identity.group == "",
            object.identity.kind == "Namespace", object.identity.name == "kube-system",
            object.identity.namespace.isEmpty
        else { return }
        let uid = object.metadata.uid
        if !uid.isEmpty { log.clusterUID = uid }
    }

    private mutating func resource(_ name: GroupResource) throws(CipherError) -> AuditedResource {
        if let known = resources[name] { return known }
        let resource = AuditedResource(
            name, try transformers.transformer(for: name), isWanted: options.resources?.contains(name) ?? true,
            isAskedFor: options.isAskedFor(name), mayBeCovered: patterns.haveOne(for: name))
        resources[name] = resource
        return resource
    }

    /// Without decryption, only the label shows whether a value is stale.
    private mutating func countByLabel(
        _ record: borrowing AuditedRecord, _ resource: AuditedResource, _ label: Int
    ) -> Booking {
        let isUncovered = label == 0 && !resource.isEncryptionWanted
        if isUncovered, resource.isAskedFor { return note(record, .uncovered) }
        guard resource.transformer.rule != nil else { return .outOfScope(.uncovered) }
        guard label != resource.writeLabel else { return .judged }
        resource.countStale(label: label)
        return note(record, label == 0 ? .plaintext : .stale(resource.labels.labels[label]))
    }

    /// Opens a value as kube-apiserver does, and asks whether it is the object that its key names.
    private mutating func open(
        _ record: borrowing AuditedRecord, _ place: KeyPlace, _ label: Int
    ) throws(CipherError) -> Booking {
        let resource = place.resource
        var booking = Booking.judged
        plaintext.truncate(to: 0)
        let opened: Opened
        do throws(TransformError) {
            opened = try resource.transformer.open(record.value, etcdKey: record.key, appendingTo: &plaintext)
        } catch {
            return try countFailure(error, record, resource, label)
        }
        if opened.isStale { resource.countStale(label: label) }
        if opened.keyInClear != nil { booking = note(record, .keyInClear(resource.labels.labels[label])) }
        let messageLength = record.value.byteCount - opened.opener.prefixByteCount
        switch opened.opener.name {
        case .aesgcm:
            nonces.add(
                record.value.extracting(last: messageLength), key: try keyNumbers.number(of: opened.opener))
        case .aescbc:
            // The initialization vector is a block too.
            let padding = messageLength - 16 - plaintext.count
            if padding > 16 { booking = note(record, .longPadding(resource.labels.labels[label], padding)) }
        case .identity, .secretbox, .kmsv1, .kmsv2: break
        }
        if label == 0 {
            if resource.isEncryptionWanted {
                booking = note(record, .plaintext)
            } else if resource.isAskedFor {
                booking = note(record, .uncovered)
            }
        } else if opened.isStale {
            let stale = note(record, .stale(resource.labels.labels[label]))
            if case .judged = booking { booking = stale }
        }
        if !place.names(plaintext.bytes, as: record.key) {
            let check = try checkObject(record, resource, label)
            guard case .judged = check else { return check }
        }
        resource.countOpened(label: label, isStale: opened.isStale)
        return booking
    }

    /// The slower check whether the plaintext is the object. It also shows what it is instead.
    private mutating func checkObject(
        _ record: borrowing AuditedRecord, _ resource: AuditedResource, _ label: Int
    ) throws(CipherError) -> Booking {
        let key = EtcdKey(bytes: record.key, prefix: options.prefix)
        let stored = resource.labels.labels[label]
        let check: IdentityCheck
        var registryKey: RegistryKey?
        if case .object(let named) = key {
            registryKey = named
            check = IdentityCheck(plaintext: plaintext.bytes, key: named)
        } else if let identity = try? ObjectIdentity(reading: plaintext.bytes) {
            // The key does not name an object, so this is another one.
            check = .other(identity)
        } else {
            check = .notAnObject
        }
        switch check {
        case .same: return .judged
        case .notRead:
            resource.countUncertain(label: label)
            return .unknown(.encoding)
        case .cannotTell:
            resource.countUncertain(label: label)
            return .unknown(.identity)
        case .other(let identity):
            resource.countUnreadable(\.notObjects, label: label)
            return note(record, .otherObject(stored, identity))
        case .notAnObject, .undecodable:
            resource.countUnreadable(\.notObjects, label: label)
            try triage(record, resource, stored, .decoding(check))
            guard hasRoom(for: .notObject) else { return count(.notObject) }
            let rightKey = try registryKey.flatMap { key throws(CipherError) in try self.rightKey(of: record, key) }
            return note(record, .notAnObject(stored, check, rightKey: rightKey))
        }
    }

    private mutating func countFailure(
        _ error: TransformError, _ record: borrowing AuditedRecord, _ resource: AuditedResource, _ label: Int
    ) throws(CipherError) -> Booking {
        if let (_, request, reason) = error.missingUnwrap {
            resource.numbers.needsPlugin += 1
            // If it can be read at all, another provider than the first one reads it.
            if label != resource.writeLabel { resource.countStale(label: label) }
            let use = PluginUse(provider: request.provider, keyID: request.version2?.keyID)
            log.pluginUses[use, default: 0] += 1
            if reason != nil { log.isPluginAsked = true }
            if log.pluginCalls.count < Census.pluginCallLimit { log.pluginCalls.insert(request.hashValue) }
            _ = note(record, .pluginNeeded(use, reason: reason))
            return .unknown(.plugin)
        }
        try triage(record, resource, resource.labels.labels[label], .transform(error))
        if let archive = try archive(of: record) {
            resource.countUnreadable(\.archived, label: label)
            if label != resource.writeLabel { resource.countStale(label: label) }
            return note(record, .archived(resource.labels.labels[label], error, archive: archive))
        }
        resource.countUnreadable(\.unreadable, label: label)
        // Anyone with the disk can read plaintext, whether kube-apiserver does or not.
        let booking = label == 0 ? note(record, .plaintext) : Booking.judged
        let unreadable = try noteUnreadable(record, resource.labels.labels[label], error)
        return booking == .judged ? unreadable : booking
    }

    /// Gathers a value that kube-apiserver cannot read, with the keys that decrypt it.
    private mutating func triage(
        _ record: borrowing AuditedRecord, _ resource: AuditedResource, _ label: StoredLabel,
        _ failure: UnreadableGroup.Failure
    ) throws(CipherError) {
        guard options.isTriage else { return }
        var registryKey: RegistryKey?
        if case .object(let named) = EtcdKey(bytes: record.key, prefix: options.prefix) { registryKey = named }
        let (keys, isPluginMissing) = try keysAtHand.keys(for: record.value, at: record.key, label: label, registryKey)
        let cause: UnreadableCause =
            switch failure {
            case .transform(let error): UnreadableCause(error, label: label, isFound: !keys.isEmpty)
            // A wrong AES-CBC key of the name decrypts some values to anything.
            case .decoding: keys.isEmpty ? .notAnObject : .keyDiffers
            }
        let value = UnreadableGroup.Value(
            etcdKey: record.key.copiedToArray(), registryKey: registryKey, revision: record.revision)
        log.unreadable.add(
            UnreadableGroup(
                resource: resource.name, label: label, cause: cause, failure: failure, keys: keys,
                isPluginMissing: isPluginMissing, count: 1, values: [value]))
    }

    private mutating func noteUnreadable(
        _ record: borrowing AuditedRecord, _ label: StoredLabel, _ error: TransformError
    ) throws(CipherError) -> Booking {
        note(record, .unreadable(label, error))
    }

    /// The first archive that opens a value to the object that its etcd key names; nil if none does.
    private mutating func archive(of record: borrowing AuditedRecord) throws(CipherError) -> Int? {
        guard !archives.isEmpty, !options.isCensusOnly,
            case .object(let registryKey) = EtcdKey(bytes: record.key, prefix: options.prefix)
        else { return nil }
        if bags.isEmpty {
            bags = try archives.map { archive throws(CipherError) in try KeyBag(archive, unwrapping: unwrapping) }
        }
        for (index, bag) in bags.enumerated() {
            var isTheObject = false
            _ = bag.open(record.value, etcdKey: record.key) { plaintext in
                isTheObject = IdentityCheck(plaintext: plaintext, key: registryKey) == .same
                return isTheObject ? .certain : .other
            }
            if isTheObject { return index + 1 }
        }
        return nil
    }

    private func rightKey(of record: borrowing AuditedRecord, _ key: RegistryKey) throws(CipherError) -> FoundKey? {
        for configuration in [transformers.configuration] + archives {
            let found = try KeySearch.find(
                record.value, etcdKey: record.key, among: configuration.keys
            ) { IdentityCheck(plaintext: $0, key: key).mayBeSame }
            if let found { return found }
        }
        return nil
    }

    /// The code of a finding in the records at hand; nil if it does not matter in old revisions.
    private func code(_ live: FindingCode) -> FindingCode? { options.isOfOldRevisions ? live.inOldRevision : live }

    /// Whether a finding of this kind would still be kept, so that its details are worth finding out.
    private func hasRoom(for live: FindingCode) -> Bool { code(live).map(log.findings.hasRoom) ?? false }

    private mutating func count(_ live: FindingCode) -> Booking {
        guard let code = code(live) else { return .judged }
        log.findings.count(code)
        return .finding(code)
    }

    private mutating func note(_ record: borrowing AuditedRecord, _ kind: AuditFinding.Kind) -> Booking {
        guard let code = code(kind.liveCode) else { return .judged }
        log.findings.add(
            AuditFinding(kind: kind, etcdKey: record.key.copiedToArray(), revision: record.revision, code: code))
        return .finding(code)
    }
}
