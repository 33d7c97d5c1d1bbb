internal import EncryptionConfig
internal import EnvelopeCrypto
internal import Explanations
internal import GoText
internal import JSONText
internal import KubernetesObjects
internal import KubernetesResources
internal import Reports
internal import SecretMemory
internal import StorageAudit
internal import Terminal
internal import Transformers

/// Opens records and shows them: the object on standard output, who wrote it on standard error.
struct ObjectPresenter {
    let reader: ObjectReader
    let files: [ConfigurationFile]
    let kms: KMSOptions
    let console: Console
    let isRevealed: Bool

    /// Manifests, one after another.
    func presentManifests(_ records: [StoredRecord]) throws(CommandFailure) -> ExitStatus {
        var manifests = ManifestWriter(disclosure: try disclosure())
        let status = try forEachObject(of: records) { object, value, _ throws(CommandFailure) in
            manifests.append(object, plaintext: value.plaintext.span)
        }
        try console.result(manifests.finish().bytes)
        return status
    }

    /// Reports of the kind `DecryptedObject`, one after another.
    func presentReports(_ records: [StoredRecord]) throws(CommandFailure) -> ExitStatus {
        let disclosure = try disclosure()
        var output = SecretBuffer()
        let status = try forEachObject(of: records) { object, value, record throws(CommandFailure) in
            let fingerprint = try value.fingerprint()
            var json = JSONWriter()
            json.object { json in
                json.reportHeader(kind: "DecryptedObject")
                json.optionalMember("etcdKey", record.etcdKeyText)
                json.member("resource", record.resource.description)
                json.member("provider", value.provider.name.rawValue)
                json.optionalMember("key", value.keyName)
                json.optionalMember("fingerprint", fingerprint)
                json.member("stale", value.isStale)
                if let revision = record.revision {
                    json.member("revision", revision)
                } else {
                    json.key("revision")
                    json.null()
                }
                json.key("object")
                object.write(to: &json, plaintext: value.plaintext.span, disclosure: disclosure)
            }
            output.append(json.finishLine().bytes)
        }
        try console.result(output.bytes)
        return status
    }

    /// The decrypted bytes, whatever they are.
    func presentRaw(_ record: StoredRecord) throws(CommandFailure) -> ExitStatus {
        let answer = try read(record)
        let value: OpenedValue
        switch answer {
        case .object(let opened): value = opened
        case .notTheObject(let opened, let check, let rightKey):
            let text = check.explained(provider: opened.provider.name).text
            let hint = try rightKey.map { key throws(CommandFailure) in
                "\(try foundName(key)) opens it to the object"
            }
            console.warning("\(record.name): \(text); these are the bytes as they are", hint: hint)
            value = opened
        case .unreadable(let errors, let rightKey): throw try unreadable(record, errors, rightKey: rightKey)
        }
        try describe(value, of: record)
        console.warning("the decrypted bytes are shown in clear")
        let plaintext = value.plaintext
        try console.result(plaintext.span)
        if case .object = answer { return .success }
        return .findings
    }

    /// Opens each record and hands on those that are objects. The others are told of on standard error.
    ///
    /// - Returns: ``ExitStatus/failure`` if some could not be shown; if none could, that is thrown.
    private func forEachObject(
        of records: [StoredRecord],
        _ body: (StoredObject, OpenedValue, StoredRecord) throws(CommandFailure) -> Void
    ) throws(CommandFailure) -> ExitStatus {
        var status = ExitStatus.success
        var failures: [CommandFailure] = []
        for record in records {
            do throws(CommandFailure) {
                let (value, isFine) = try openObject(record)
                let object = try readObject(value, of: record)
                try describe(value, of: record)
                warnOfKind(object, record)
                try body(object, value, record)
                if !isFine { status = .findings }
            } catch {
                failures.append(error)
            }
        }
        guard let first = failures.first else { return status }
        guard failures.count < records.count else {
            throw failures.dropFirst().reduce(first) { CommandFailure($0.problems + $1.problems) }
        }
        for failure in failures { console.failure(failure) }
        return .failure
    }

    /// Without an etcd key the resource is only a guess, which the object can prove wrong.
    private func warnOfKind(_ object: StoredObject, _ record: StoredRecord) {
        guard record.registryKey == nil, let known = KnownResource.named(record.resource),
            known.kind != ByteName(object.kind)
        else { return }
        console.warning(
            "\(record.name) is of kind \(object.kind), and was read as one of \(record.resource)",
            hint: "give --etcd-key or --resource")
    }

    /// Opens a record to the object that it holds. An object that was moved is shown too, and is a finding.
    private func openObject(_ record: StoredRecord) throws(CommandFailure) -> (value: OpenedValue, isFine: Bool) {
        switch try read(record) {
        case .object(let value): return (value, true)
        case .notTheObject(let value, let check, let rightKey):
            let (text, hint) = check.explained(provider: value.provider.name)
            let message = "\(record.name): with \(try value.openerName()) \(text)"
            if let rightKey {
                throw CommandFailure(message, hint: "\(hint); \(try foundName(rightKey)) opens it to the object")
            }
            guard case .other = check else { throw CommandFailure(message, hint: hint) }
            console.warning(message, hint: hint)
            return (value, false)
        case .unreadable(let errors, let rightKey): throw try unreadable(record, errors, rightKey: rightKey)
        }
    }

    private func readObject(_ value: OpenedValue, of record: StoredRecord) throws(CommandFailure) -> StoredObject {
        do throws(StoredObjectError) {
            return try StoredObject(reading: value.plaintext.span)
        } catch {
            let (text, hint) = IdentityCheck(error).explained(provider: value.provider.name)
            throw CommandFailure("\(record.name): \(text)", hint: hint)
        }
    }

    private func read(_ record: StoredRecord) throws(CommandFailure) -> ObjectReading {
        if record.etcdKey == nil, record.readings[0].needsEtcdKey {
            throw CommandFailure(
                "the value is tied to its etcd key, which the input does not tell",
                hint: "give it with --etcd-key, such as /registry/secrets/NAMESPACE/NAME")
        }
        return try cipherCall { () throws(CipherError) in try reader.read(record) }
    }

    /// Why none of the configurations opens a record.
    private func unreadable(
        _ record: StoredRecord, _ errors: [TransformError], rightKey: FoundKey?
    ) throws(CommandFailure) -> CommandFailure {
        if let missing = errors.lazy.compactMap(\.missingUnwrap).first {
            return needsPlugin(record, missing.plugin, missing.request, missing.reason)
        }
        let value = record.readings[0]
        let label = StoredLabel(reading: value.span)
        var problems: [CommandFailure.Problem] = []
        for (file, error) in zip(files, errors) {
            let place = files.count > 1 ? " under \(file.path.printable)" : ""
            let text = error.apiserverText ?? "no answer, since the request panics"
            problems.append(
                CommandFailure.Problem(
                    message: "\(record.name): kube-apiserver cannot read this value\(place): \(text)",
                    hint: error.meaning(for: label, resource: record.resource)))
        }
        if let rightKey, let last = problems.indices.last {
            let hint = [problems[last].hint, "\(try foundName(rightKey)) opens it"].compactMap { $0 }
            let name =
                rightKey.storedName == rightKey.key.name
                ? "" : ", which the value knows by the name \(rightKey.storedName.printable)"
            problems[last].hint = hint.joined(separator: "; ") + name
        }
        return CommandFailure(problems)
    }

    private func needsPlugin(
        _ record: StoredRecord, _ plugin: KMSPlugin, _ request: KMSUnwrapRequest, _ reason: KMSUncertainty?
    ) -> CommandFailure {
        let keyID = request.version2.map { " (key ID \($0.keyID.printable))" } ?? ""
        return CommandFailure(
            "\(record.name): only the KMS \(plugin.version.rawValue) plugin \(plugin.name.printable) at "
                + "\(kms.endpoints.endpoint(of: plugin).printable) can decrypt its key\(keyID)"
                + (reason.map { ", and \($0.clause)" } ?? ""),
            hint: kms.hint(for: plugin, reason))
    }

    /// Tells who wrote a value.
    private func describe(_ value: OpenedValue, of record: StoredRecord) throws(CommandFailure) {
        var facts = [try value.openerName(), value.isStale ? "stale" : "current"]
        if let revision = record.revision { facts.append("revision \(revision)") }
        if value.configurationIndex > 0 {
            facts.append("not readable under \(files[0].path)")
            facts.append("opened with \(files[value.configurationIndex].path)")
        }
        console.note("\(record.name): \(facts.joined(separator: ", "))")
    }

    private func foundName(_ found: FoundKey) throws(CommandFailure) -> String {
        "\(found.provider.name.rawValue) \(found.key.name.printable)\(try fingerprintNote(of: found.key))"
    }

    private func disclosure() throws(CommandFailure) -> Disclosure {
        let tags = try cipherCall { () throws(CipherError) in try ValueTags.ofRun() }
        return Disclosure(isRevealed: isRevealed) { (try? tags.tag(of: $0)) ?? "unknown" }
    }
}

extension OpenedValue {
    /// The name of the key, for KMS that of the provider; nil for identity.
    fileprivate var keyName: ByteName? {
        if case .kms(let plugin) = provider.kind { plugin.name } else { key?.name }
    }

    fileprivate func fingerprint() throws(CommandFailure) -> String? {
        guard let key else { return nil }
        return try Explanations.fingerprint(of: key)
    }

    /// `aescbc key1 (fingerprint 0123456789abcdef)`
    fileprivate func openerName() throws(CommandFailure) -> String {
        let name = [provider.name.rawValue, keyName?.printable].compactMap { $0 }.joined(separator: " ")
        guard let fingerprint = try fingerprint() else { return name }
        return "\(name) (fingerprint \(fingerprint))"
    }
}

extension StoredRecord {
    fileprivate var etcdKeyText: String? { etcdKey.map { String(decoding: $0, as: UTF8.self) } }

    /// How messages call it.
    fileprivate var name: String { etcdKeyText?.printable ?? "the value" }
}

extension SecretKey {
    /// Whether the value was sealed by a provider that ties it to its etcd key.
    fileprivate var needsEtcdKey: Bool {
        [EnvelopePrefix.aesgcm, EnvelopePrefix.kmsv1, EnvelopePrefix.kmsv2].contains { prefix in
            let bytes = Array(prefix.utf8)
            return span.starts(with: bytes.span.rawBytes)
        }
    }
}
