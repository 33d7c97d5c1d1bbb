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

/// `encconf decrypt-secret`
struct DecryptSecretCommand: EncconfCommand {
    static let configuration = CommandConfiguration(
        commandName: "decrypt-secret",
        abstract: "Open what etcd holds of a Secret, or of any other object.",
        discussion: """
            Takes what `etcdctl get` printed, in any of its formats, a hexdump or base64 of it, or a row of kine's \
            table with the value in hexadecimal digits, as SQL shells print it. The manifest goes to standard output, its values replaced by length and a tag unless --reveal is given; who wrote it goes \
            to standard error. Several configurations are tried in order: the one in force, then archives of retired \
            keys.

            Examples:
              etcdctl get /registry/secrets/default/token | encconf decrypt-secret --config enc.yaml
              encconf decrypt-secret --config enc.yaml --snapshot snapshot.db default/token
              encconf decrypt-secret --config enc.yaml --etcd --endpoints https://127.0.0.1:2379 default/token
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument { case yaml, json, raw }

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A configuration. Repeat it for archives. Default: what --discover-from tells.", valueName: "file"))
    var config: [String] = []
    @Argument(
        help: ArgumentHelp(
            "A file with what was printed; - is standard input. With --snapshot or --etcd: objects, NAMESPACE/NAME.",
            valueName: "source"))
    var sources: [String] = []
    @Option(name: .long, help: ArgumentHelp("Take objects out of this snapshot of etcd.", valueName: "file"))
    var snapshot: String?
    @Option(name: .long, help: ArgumentHelp("With --snapshot or --etcd: as it was at this revision.", valueName: "n"))
    var revision: Int64?
    @Option(
        name: .long,
        help: ArgumentHelp("Where the value stands in etcd, if the source does not tell.", valueName: "key"))
    var etcdKey: String?
    @Option(
        name: .long,
        help: ArgumentHelp("The resource. Default: what the etcd key tells, else secrets.", valueName: "resource"))
    var resource: String?
    @Option(
        name: .long,
        help: ArgumentHelp("What the source is: auto, raw, base64, json, fields or hexdump.", valueName: "format"),
        completion: .list(PasteFormat.names), transform: PasteFormat.parse)
    var format = PasteFormat.auto
    @Flag(name: .long, help: "Show the values themselves.")
    var reveal = false
    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp("yaml, json, or raw: the decrypted bytes as they are.", valueName: "format"))
    var output: Format = .yaml
    @OptionGroup(title: "etcd") var etcd: EtcdOptions
    @OptionGroup(title: "KMS") var kms: KMSOptions
    @OptionGroup(title: "Configuration files") var reading: ReadingOptions
    @OptionGroup(title: "Output") var global: GlobalOptions

    func validate() throws {
        guard !config.isEmpty || etcd.connection.discoverFrom != nil else {
            throw ValidationError("--config is missing")
        }
        try validateSources()
        let inputs = config + (namesObjects ? [] : [source])
        guard inputs.count(where: { $0 == "-" }) <= 1 else {
            throw ValidationError("standard input can be read once only; name a file for the other")
        }
        guard format != .raw || etcdKey != nil else { throw ValidationError("--format raw needs --etcd-key") }
        guard etcdKey?.isEmpty != true else { throw ValidationError("--etcd-key is empty") }
        try ResourceNames.check(resource)
    }

    private func validateSources() throws {
        guard namesObjects else {
            guard sources.count <= 1 else {
                throw ValidationError("there is one source only; objects need --snapshot or --etcd")
            }
            guard revision == nil else { throw ValidationError("--revision is for --snapshot and --etcd") }
            return
        }
        guard snapshot == nil || !etcd.isGiven else {
            throw ValidationError("--snapshot and --etcd exclude each other")
        }
        let option = snapshot == nil ? "--etcd" : "--snapshot"
        guard sources.isEmpty != (etcdKey == nil) else {
            throw ValidationError("\(option) needs objects, NAMESPACE/NAME, or --etcd-key")
        }
        guard format == .auto else { throw ValidationError("--format is for a source, not for \(option)") }
        guard revision ?? 1 > 0 else { throw ValidationError("--revision is a positive number") }
    }

    /// Whether the arguments are objects, not a source.
    private var namesObjects: Bool { snapshot != nil || etcd.isGiven }

    private var source: String { sources.first ?? "-" }

    var reportKind: String? { output == .json ? "DecryptedObject" : nil }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        let files = try etcd.connection.configurations(config, reading)
        let records = try namesObjects ? readObjects(console) : readRecords(console)
        guard output != .raw || records.count == 1 else {
            throw CommandFailure(
                "there are \(records.count) values; raw bytes of several cannot be told apart",
                hint: "get a single key, or leave -o raw out")
        }
        let presenter = ObjectPresenter(
            reader: ObjectReader(
                files.map(\.configuration), unwrapping: try kms.unwrapping(for: files.map(\.configuration))),
            files: files, isRevealed: reveal, redactor: Program.redactor
        ) { plugin, reason in
            (kms.endpoints.endpoint(of: plugin).text, kms.hint(for: plugin, reason))
        }
        switch output {
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
        let clusters = try etcd.sources()
        let prefix = clusters.first?.prefix ?? etcd.etcdPrefix
        let keys =
            etcdKey.map { [$0] }
            ?? sources.map { SnapshotLookup.etcdKey(of: $0, resource: resource ?? "secrets", prefix: prefix) }
        do throws(AuditError) {
            guard let snapshot else {
                return try EtcdLookup(sources: clusters, revision: revision).records(of: keys, resource: resource)
            }
            let (records, hasChanged) = try SnapshotLookup(path: snapshot, revision: revision, prefix: prefix)
                .records(of: keys, resource: resource)
            if hasChanged {
                console.warning(
                    "\(snapshot): has changed since it was saved, as its digest shows",
                    hint: "take a new snapshot")
            }
            return records
        } catch {
            var failure = error.failure
            // The object was not seen, whatever kept it from being seen.
            failure.status = .failure
            throw failure
        }
    }

    /// The values of the source, each with its place in etcd.
    private func readRecords(_ console: Console) throws(CommandFailure) -> [StoredRecord] {
        let content = try Inputs.file(source).content
        let pasted: [PastedValue]
        do throws(PasteError) {
            pasted = try PastedValue.parse(content.span, format: format)
        } catch {
            throw CommandFailure("\(fileName(source)): \(error.explanation)", hint: error.hint)
        }
        for remark in pasted[0].remarks { console.note("\(fileName(source)): \(remark.explanation)") }
        guard etcdKey == nil || pasted.count == 1 else {
            throw CommandFailure(
                "\(fileName(source)): holds \(pasted.count) values, and --etcd-key names one",
                hint: "leave --etcd-key out; the source names their keys")
        }
        var records: [StoredRecord] = []
        for value in pasted {
            do throws(CommandFailure) {
                let place = try EtcdPlace.named(
                    etcdKey.map { Array($0.utf8) } ?? value.etcdKey, resource: resource, prefix: etcd.etcdPrefix)
                records.append(
                    StoredRecord(
                        etcdKey: place.bytes, registryKey: place.registryKey, resource: place.resource,
                        readings: [value.value] + value.alternatives, revision: value.modRevision))
            } catch {
                // Whoever gets all keys gets those too that kube-apiserver keeps for itself.
                guard pasted.count > 1 else { throw error }
                for problem in error.problems { console.note("\(problem.message); passed over") }
            }
        }
        guard !records.isEmpty else {
            throw CommandFailure(
                "\(fileName(source)): holds no object", hint: "get a key such as /registry/secrets")
        }
        return records
    }
}

extension PasteFormat {
    /// The format of that name.
    fileprivate static func parse(_ name: String) throws -> PasteFormat {
        guard let format = PasteFormat(rawValue: name) else {
            throw ValidationError("\(name) is no format; there are \(names.joined(separator: ", "))")
        }
        return format
    }

    fileprivate static var names: [String] { allCases.map(\.rawValue) }
}
