internal import ArgumentParser
internal import DurableFiles
internal import EncryptionConfig
internal import EnvelopeCrypto
internal import Explanations
internal import GoText
internal import JSONText
internal import KubernetesObjects
internal import KubernetesResources
internal import PastedValues
internal import Reports
internal import SecretMemory
internal import ShownText
internal import StorageAudit
internal import Terminal
internal import Transformers

/// `encconf decrypt-secret`, or `decrypt` for short.
struct DecryptSecretCommand: EncconfCommand {
    static let configuration = CommandConfiguration(
        commandName: "decrypt-secret",
        abstract: "Decrypt one object from etcd, a snapshot or a dump.",
        discussion: """
            Prints the object as a manifest, with values redacted. Prints its provider and key to standard error. \
            Accepts the output of `etcdctl get` in any format, a hexdump, base64, or a row of the table of kine. Tries \
            the configurations in order.

            Shows every kind of object: Secrets, ConfigMaps, ServiceAccounts, Events and custom resources with the \
            names of their fields, other kinds with their protobuf field numbers.

            Examples:
              encconf decrypt --config enc.yaml dump.txt
              encconf decrypt-secret --config enc.yaml --snapshot snapshot.db ingress/gcm-0
              encconf decrypt-secret --config enc.yaml --etcd ingress/gcm-0
            Exit status: 0 done; 1 the value is not the object of its etcd key; 2 failure.
            """,
        aliases: ["decrypt"])

    enum Format: String, CaseIterable, ExpressibleByArgument { case yaml, json, raw }

    struct Request: ParsableArguments {
        @Option(name: .long, help: ArgumentHelp("Configuration; repeat it to add archived keys.", valueName: "file"))
        var config: [String] = []
        @Option(name: .long, help: ArgumentHelp("Read the object from this snapshot.", valueName: "file"))
        var snapshot: String?
        @Option(name: .long, help: ArgumentHelp("Read it at this revision (--snapshot or --etcd).", valueName: "n"))
        var revision: Int64?
        @Option(name: .long, help: ArgumentHelp("etcd key, if the source does not contain it.", valueName: "key"))
        var etcdKey: String?
        @Option(
            name: .long,
            help: ArgumentHelp("Resource. Default: from the etcd key, else secrets.", valueName: "resource"))
        var resource: String?
        @Option(
            name: .long,
            help: ArgumentHelp(
                "Format of the source: \(PasteFormat.names.joined(separator: ", ")).", valueName: "format"),
            completion: .list(PasteFormat.names), transform: PasteFormat.parse)
        var format = PasteFormat.auto
        @Flag(name: .long, help: "Print the values.")
        var reveal = false
        @Option(
            name: [.customShort("o"), .long], help: ArgumentHelp("Manifest, or decrypted bytes.", valueName: "format"))
        var output: Format = .yaml
    }

    @Argument(
        help: ArgumentHelp(
            "File with the dump; - is standard input. With --snapshot or --etcd: NAMESPACE/NAME.", valueName: "source"))
    var sources: [String] = []
    @OptionGroup(title: "Decryption") var request: Request
    @OptionGroup(title: "etcd") var etcd: EtcdOptions
    @OptionGroup(title: "etcd") var consistency: SerializableOptions
    @OptionGroup(title: "KMS") var kms: KMSOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard !request.config.isEmpty || etcd.connection.isDiscovered else {
            throw ValidationError("--config is missing; name the configuration")
        }
        try validateSources()
        let inputs = request.config + (namesObjects ? [] : [source])
        guard inputs.count(where: { $0 == "-" }) <= 1 else {
            throw ValidationError("standard input can be read only once; name a file for the other")
        }
        guard request.format != .raw || request.etcdKey != nil else {
            throw ValidationError("--format raw needs --etcd-key")
        }
        guard request.etcdKey?.isEmpty != true else { throw ValidationError("--etcd-key is empty") }
        try ResourceNames.check(request.resource)
        try consistency.check(etcd)
    }

    private func validateSources() throws {
        guard namesObjects else {
            guard sources.count <= 1 else {
                throw ValidationError("only one source is accepted; objects need --snapshot or --etcd")
            }
            guard request.revision == nil else { throw ValidationError("--revision is for --snapshot and --etcd") }
            return
        }
        guard request.snapshot == nil || !etcd.isGiven else {
            throw ValidationError("--snapshot and --etcd cannot be used together")
        }
        let option = request.snapshot == nil ? "--etcd" : "--snapshot"
        guard sources.isEmpty != (request.etcdKey == nil) else {
            throw ValidationError("\(option) needs either objects, as NAMESPACE/NAME, or --etcd-key")
        }
        guard request.format == .auto else { throw ValidationError("--format cannot be used with \(option)") }
        guard request.revision ?? 1 > 0 else { throw ValidationError("--revision needs a number from 1") }
    }

    /// Whether the arguments are objects, not a source.
    private var namesObjects: Bool { request.snapshot != nil || etcd.isGiven }

    private var source: String { sources.first ?? "-" }

    var reportKind: String? { request.output == .json ? "DecryptedObject" : nil }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        let files = try etcd.connection.configurations(request.config, reading)
        let records = try namesObjects ? readObjects(console) : readRecords(console)
        guard request.output != .raw || records.count == 1 else {
            throw CommandFailure(
                "-o raw prints one value; the source has \(records.count).",
                hint: "select one value, or omit -o raw")
        }
        let presenter = ObjectPresenter(
            reader: ObjectReader(
                files.map(\.configuration), unwrapping: try kms.unwrapping(for: files.map(\.configuration))),
            files: files, isRevealed: request.reveal, redactor: Program.redactor
        ) { plugin, reason in
            (kms.endpoints.endpoint(of: plugin).text, kms.hint(for: plugin, reason))
        }
        switch request.output {
        case .raw: return try show(try presenter.raw(records[0]), console)
        case .yaml: return try show(try presenter.manifests(of: records), console)
        case .json: return try show(try presenter.reports(on: records), console)
        }
    }

    private func show(
        _ presentation: borrowing ObjectPresenter.Presentation, _ console: Console
    ) throws(CommandFailure) -> ExitStatus {
        for notice in presentation.notices { console.notice(notice) }
        try console.result(presentation.output.bytes)
        return presentation.status
    }

    /// The objects that the arguments name.
    private func readObjects(_ console: Console) throws(CommandFailure) -> [StoredRecord] {
        let clusters = try etcd.sources(isSerializable: consistency.serializable)
        let prefix = clusters.first?.prefix ?? etcd.etcdPrefix
        let keys =
            request.etcdKey.map { [$0] }
            ?? sources.map { SnapshotLookup.etcdKey(of: $0, resource: request.resource ?? "secrets", prefix: prefix) }
        do throws(AuditError) {
            guard let snapshot = request.snapshot else {
                return try EtcdLookup(sources: clusters, revision: request.revision).records(
                    of: keys, resource: request.resource)
            }
            let (records, hasChanged) = try SnapshotLookup(path: snapshot, revision: request.revision, prefix: prefix)
                .records(of: keys, resource: request.resource)
            if hasChanged {
                console.warning(
                    "\(snapshot): modified after it was saved: its digest does not match",
                    hint: "save a new snapshot")
            }
            return records
        } catch {
            var failure = error.failure
            // Without the object there is no answer, for whatever reason.
            failure.status = .failure
            throw failure
        }
    }

    /// The values of the source, each with its etcd key.
    private func readRecords(_ console: Console) throws(CommandFailure) -> [StoredRecord] {
        let content = try Inputs.file(source).content
        let pasted: [PastedValue]
        do throws(PasteError) {
            pasted = try PastedValue.parse(content.span, format: request.format)
        } catch {
            throw CommandFailure("\(fileName(source)): \(error.explanation)", hint: error.hint)
        }
        for remark in pasted[0].remarks { console.note("\(fileName(source)): \(remark.explanation)") }
        guard request.etcdKey == nil || pasted.count == 1 else {
            throw CommandFailure(
                "\(fileName(source)): contains \(pasted.count) values, but --etcd-key names one",
                hint: "omit --etcd-key; the source contains the etcd keys")
        }
        var records: [StoredRecord] = []
        for value in pasted {
            do throws(CommandFailure) {
                let place = try EtcdPlace.named(
                    request.etcdKey.map { Array($0.utf8) } ?? value.etcdKey, resource: request.resource,
                    prefix: etcd.etcdPrefix)
                records.append(
                    StoredRecord(
                        etcdKey: place.bytes, registryKey: place.registryKey, resource: place.resource,
                        readings: [value.value] + value.alternatives, revision: value.modRevision))
            } catch {
                // A dump of all keys has those too that kube-apiserver keeps for itself.
                guard pasted.count > 1 else { throw error }
                for problem in error.problems { console.note("\(problem.message); skipped") }
            }
        }
        guard !records.isEmpty else {
            throw CommandFailure(
                "\(fileName(source)): contains no object", hint: "get a prefix such as /registry/secrets")
        }
        return records
    }
}

extension PasteFormat {
    /// The format of that name.
    fileprivate static func parse(_ name: String) throws -> PasteFormat {
        guard let format = PasteFormat(rawValue: name) else {
            throw ValidationError("unknown format \(name); use \(names.joined(separator: ", "))")
        }
        return format
    }

    fileprivate static var names: [String] { allCases.map(\.rawValue) }
}
