public import EncryptionConfig
public import EnvelopeCrypto
public import Explanations
internal import GoText
public import SecretMemory
public import ShownText
public import StorageAudit
internal import JSONText
internal import KubernetesObjects
internal import KubernetesResources
internal import Transformers

/// Decrypts records and writes their output, with a note for each about its provider and key.
public struct ObjectPresenter {
    /// The output, with its notices and the exit status.
    public struct Presentation: ~Copyable {
        public let output: SecretBytes
        public let notices: [Notice]
        public let status: ExitStatus
    }

    private let reader: ObjectReader
    private let files: [ConfigurationFile]
    private let isRevealed: Bool
    private let redactor: Redactor
    private let pluginAdvice: (KMSPlugin, KMSUncertainty?) -> (endpoint: String, hint: Phrase)

    /// - Parameters:
    ///   - reader: Decrypts under the configurations.
    ///   - files: The same configurations.
    ///   - isRevealed: Whether values are shown.
    ///   - redactor: Decides what may be shown.
    ///   - pluginAdvice: The socket of a plugin that did not decrypt a key, and the remedy.
    public init(
        reader: ObjectReader, files: [ConfigurationFile], isRevealed: Bool, redactor: Redactor,
        pluginAdvice: @escaping (KMSPlugin, KMSUncertainty?) -> (endpoint: String, hint: Phrase)
    ) {
        self.reader = reader
        self.files = files
        self.isRevealed = isRevealed
        self.redactor = redactor
        self.pluginAdvice = pluginAdvice
    }

    /// Manifests, one after another.
    public func manifests(of records: [StoredRecord]) throws(CommandFailure) -> Presentation {
        var manifests = ManifestWriter(disclosure: try disclosure())
        var notices: [Notice] = []
        let status = try forEachObject(of: records, &notices) { object, value, _ throws(CommandFailure) in
            manifests.append(object, plaintext: value.plaintext.span)
        }
        return Presentation(output: manifests.finish(), notices: notices, status: status)
    }

    /// Reports of the kind `DecryptedObject`, one after another.
    public func reports(on records: [StoredRecord]) throws(CommandFailure) -> Presentation {
        let disclosure = try disclosure()
        var output = SecretBuffer()
        var notices: [Notice] = []
        let status = try forEachObject(of: records, &notices) { object, value, record throws(CommandFailure) in
            let fingerprint = try value.fingerprint()
            var json = JSONWriter()
            json.object { json in
                json.member("apiVersion", "encconf/v1")
                json.member("kind", "DecryptedObject")
                json.optionalMember("etcdKey", record.etcdKeyText)
                json.member("resource", record.resource.description)
                json.member("provider", value.provider.name.rawValue)
                json.optionalMember("key", value.keyName.map { redactor.unescaped(Phrase(name: $0)).text })
                json.optionalMember("fingerprint", fingerprint)
                json.member("stale", value.isStale)
                json.key("revision")
                if let revision = record.revision { json.number(revision) } else { json.null() }
                json.key("object")
                object.write(to: &json, plaintext: value.plaintext.span, disclosure: disclosure)
            }
            output.append(json.finishLine().bytes)
        }
        return Presentation(output: output.finish(), notices: notices, status: status)
    }

    /// The decrypted bytes, even if they are not an object.
    public func raw(_ record: StoredRecord) throws(CommandFailure) -> Presentation {
        let answer = try read(record)
        let value: OpenedValue
        var notices: [Notice] = []
        switch answer {
        case .object(let opened): value = opened
        case .notTheObject(let opened, let check, let rightKey):
            let text = check.explained(provider: opened.provider.name).text
            let hint = try rightKey.map { key throws(CommandFailure) -> Phrase in
                "\(try foundName(key, tried: opened)) decrypts it to the object"
            }
            notices.append(Notice(.warning, "\(record.name): \(text); printing the raw bytes", hint: hint))
            value = opened
        case .unreadable(let errors, let rightKey): throw try unreadable(record, errors, rightKey: rightKey)
        }
        notices.append(try description(of: value, record))
        notices.append(Notice(.warning, "The decrypted bytes are printed unredacted."))
        let plaintext = value.plaintext
        let output = SecretBytes(copying: plaintext.span)
        if case .object = answer { return Presentation(output: output, notices: notices, status: .success) }
        return Presentation(output: output, notices: notices, status: .findings)
    }

    /// Decrypts each record and passes on those that are objects. The others become errors.
    ///
    /// - Returns: ``ExitStatus/failure`` if some could not be shown; if none could, that is thrown.
    private func forEachObject(
        of records: [StoredRecord], _ notices: inout [Notice],
        _ body: (StoredObject, OpenedValue, StoredRecord) throws(CommandFailure) -> Void
    ) throws(CommandFailure) -> ExitStatus {
        var status = ExitStatus.success
        var failures: [CommandFailure] = []
        for record in records {
            do throws(CommandFailure) {
                let (value, isFine) = try openObject(record, &notices)
                let object = try readObject(value, of: record)
                notices.append(try description(of: value, record))
                if let warning = kindWarning(object, record) { notices.append(warning) }
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
        notices += failures.flatMap(\.problems).map { Notice(.error, $0.message, hint: $0.hint) }
        return .failure
    }

    /// Without an etcd key the resource is only a guess, which the object can prove wrong.
    private func kindWarning(_ object: StoredObject, _ record: StoredRecord) -> Notice? {
        guard record.registryKey == nil, let known = KnownResource.named(record.resource),
            known.kind.utf8.elementsEqual(object.kind.utf8) == false
        else { return nil }
        return Notice(
            .warning, "\(record.name): kind \(object.kind), but read as \(record.resource.description)",
            hint: "pass --etcd-key or --resource")
    }

    /// Decrypts a record to its object. A moved object is shown too, and is a finding.
    private func openObject(
        _ record: StoredRecord, _ notices: inout [Notice]
    ) throws(CommandFailure) -> (value: OpenedValue, isFine: Bool) {
        switch try read(record) {
        case .object(let value): return (value, true)
        case .notTheObject(let value, let check, let rightKey):
            let (text, hint) = check.explained(provider: value.provider.name)
            let message: Phrase = "\(record.name): \(try value.openerName()): \(text)"
            if let rightKey {
                throw CommandFailure(
                    message, hint: "\(hint); \(try foundName(rightKey, tried: value)) decrypts it to the object")
            }
            guard case .other = check else { throw CommandFailure(message, hint: hint) }
            notices.append(Notice(.warning, message, hint: hint))
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
                "The provider authenticates the etcd key, and the input does not contain it.",
                hint: "pass --etcd-key /registry/secrets/NAMESPACE/NAME")
        }
        return try cipherCall { () throws(CipherError) in try reader.read(record) }
    }

    /// Why no configuration decrypts a record.
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
            let place: Phrase = files.count > 1 ? " with \(file.path)" : ""
            let text = error.apiserverText(in: file.configuration.kubernetes) ?? "the request ends in a panic"
            problems.append(
                CommandFailure.Problem(
                    message: "\(record.name): kube-apiserver cannot read this value\(place): \(text)",
                    hint: error.meaning(for: label, resource: record.resource)))
        }
        guard let last = problems.indices.last else { return CommandFailure(problems) }
        if let rightKey {
            let found = try foundName(rightKey)
            let advice: Phrase =
                rightKey.storedName == rightKey.key.name
                ? "\(found) decrypts it"
                : "add the key bytes of \(found) again under the name \(name: rightKey.storedName), after the write key"
            problems[last].hint = [problems[last].hint, advice].compactMap { $0 }.joined(separator: "; ")
        } else if record.revision == nil, errors.contains(where: \.mayBeIncomplete) {
            // Nothing in a paste shows whether its last bytes are missing.
            problems[last].hint = (problems[last].hint ?? "") + "; check first that the whole value was copied"
        } else if errors.contains(where: \.lacksKey) {
            problems[last].hint =
                (problems[last].hint ?? "")
                + "; pass a file that has the key as another --config, such as an archive or an older copy"
        }
        return CommandFailure(problems)
    }

    private func needsPlugin(
        _ record: StoredRecord, _ plugin: KMSPlugin, _ request: KMSUnwrapRequest, _ reason: KMSUncertainty?
    ) -> CommandFailure {
        let keyID: Phrase = request.version2.map { " (key ID \(name: $0.keyID))" } ?? ""
        let (endpoint, hint) = pluginAdvice(plugin, reason)
        return CommandFailure(
            "\(record.name): the value needs KMS plugin \(name: plugin.name)\(keyID) at \(name: endpoint)"
                + (reason.map { ": \($0.clause)" } ?? ""), hint: hint)
    }

    /// The provider and key of a value.
    private func description(of value: OpenedValue, _ record: StoredRecord) throws(CommandFailure) -> Notice {
        var facts: [Phrase] = [try value.openerName(), value.isStale ? "stale" : "current"]
        if let revision = record.revision { facts.append("revision \(revision)") }
        if value.configurationIndex > 0 {
            facts.append("not readable with \(files[0].path)")
            facts.append("decrypted with \(files[value.configurationIndex].path)")
        }
        return Notice(.note, "\(record.name): \(facts.joined(separator: ", "))")
    }

    /// - Parameter tried: The key that was used first; nil if none was.
    private func foundName(_ found: FoundKey, tried: OpenedValue? = nil) throws(CommandFailure) -> Phrase {
        let isNamesake = tried.map { $0.provider.name == found.provider.name && $0.keyName == found.key.name } ?? false
        return "\(isNamesake ? "another key named " : "" as Phrase)\(found.provider.name) \(name: found.key.name)"
            + (try fingerprintNote(of: found.key))
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
    fileprivate func openerName() throws(CommandFailure) -> Phrase {
        let name: Phrase = keyName.map { "\(provider.name) \(name: $0)" } ?? "\(provider.name)"
        guard let fingerprint = try fingerprint() else { return name }
        return "\(name) (fingerprint \(fingerprint))"
    }
}

extension StoredRecord {
    fileprivate var etcdKeyText: String? { etcdKey.map { String(decoding: $0, as: UTF8.self) } }

    /// Its name in messages.
    fileprivate var name: Phrase { etcdKeyText.map { "\($0)" } ?? "the value" }
}

extension SecretKey {
    /// Whether the provider of the value authenticates the etcd key.
    fileprivate var needsEtcdKey: Bool {
        [EnvelopePrefix.aesgcm, EnvelopePrefix.kmsv1, EnvelopePrefix.kmsv2].contains { prefix in
            let bytes = Array(prefix.utf8)
            return span.starts(with: bytes.span.rawBytes)
        }
    }
}

extension JSONWriter {
    /// A text, or null.
    fileprivate mutating func optionalMember(_ name: String, _ value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }
}
