internal import ArgumentParser
internal import DurableFiles
internal import EncryptionConfig
internal import Explanations
internal import KMSPlugin
internal import Reports
internal import ShownText
internal import StorageAudit
internal import StorageEvidence
internal import Terminal

/// `--evidence` alone.
struct SnapshotOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("Snapshot that shows the stored values; repeatable.", valueName: "snapshot"))
    var evidence: [String] = []
}

/// Sources that prove which values are stored: snapshots, and etcd.
struct EvidenceOptions: ParsableArguments {
    @OptionGroup(title: "Proof") var files: SnapshotOptions
    @OptionGroup(title: "etcd") var etcd: EtcdOptions
    @OptionGroup var consistency: LinearizableOptions
    @OptionGroup(title: "KMS") var kms: KMSOptions

    init() {}

    /// Evidence of etcd only.
    init(etcd: EtcdOptions, kms: KMSOptions) {
        files = SnapshotOptions()
        files.evidence = []
        self.etcd = etcd
        self.kms = kms
    }

    /// The snapshots of `--evidence`.
    var snapshots: [String] { files.evidence }

    var isGiven: Bool { !snapshots.isEmpty || etcd.isGiven }

    /// The same, asking plugins at these sockets unless the command line has some.
    ///
    /// - Parameter sockets: As values of `--kms-endpoint`.
    func asking(_ sockets: [String]) -> EvidenceOptions {
        var options = self
        if kms.endpoints.kmsEndpoint.isEmpty { options.kms.endpoints.kmsEndpoint = sockets }
        return options
    }

    /// Refuses the socket of a plugin that is not called.
    func validatePlugins() throws {
        guard isGiven || kms.endpoints.kmsEndpoint.isEmpty else {
            throw ValidationError("--kms-endpoint needs --evidence, --etcd or --discover-from")
        }
    }

    /// All snapshots and etcd, audited under one configuration; empty without a source.
    ///
    /// - Parameters:
    ///   - history: Whether old revisions are checked too. Only snapshots contain them.
    ///   - others: Further configurations of the command.
    ///   - plugins: The plugins that this run has called before.
    ///   - readsEtcd: Whether etcd is read too, if it is named.
    func sources(
        under file: ConfigurationFile, history: Bool = false, besides others: [EncryptionConfiguration] = [],
        asking plugins: PluginUnwrapping = PluginUnwrapping(), readsEtcd: Bool = true
    ) throws(CommandFailure) -> [EvidenceSource] {
        let unwrapping = try kms.unwrapping(for: [file.configuration], besides: others, asking: plugins)
        let run = AuditRun(configurations: [file], unwrapping: unwrapping, options: options)
        var sources: [EvidenceSource] = []
        do throws(AuditError) {
            for path in Inputs.distinct(snapshots, Console()) {
                let result = try run.audit(snapshot: path, history: history, progress: AuditProgressLine(path))
                sources.append(EvidenceSource(name: path, result: result))
            }
        } catch {
            throw error.failure
        }
        // A part of the keys would be a part of the evidence.
        for source in readsEtcd ? try etcd.sources(readingAll: true) : [] {
            do throws(AuditError) {
                let result = try run.audit(source, progress: AuditProgressLine(source.name))
                sources.append(
                    EvidenceSource(
                        name: source.name, result: result, isOfManifest: etcd.connection.manifest != nil))
            } catch {
                throw error.failure
            }
        }
        if isGiven, let problem = StorageEvidence.unusable(sources, under: file) { throw problem.failure(file) }
        return sources
    }

    /// The options of the audits.
    var options: AuditOptions { AuditOptions(prefix: etcd.etcdPrefix) }

    /// The stored values, to judge a change of the file that servers run; nil without a source.
    ///
    /// - Parameters:
    ///   - file: The file that servers run.
    ///   - successor: The file to roll out. The server of a manifest may have it on disk already.
    ///   - convergence: Since when every server runs the file; nil if unknown.
    ///   - clusterUID: The UID of the namespace `kube-system`, from servers that run the file; nil if none was asked.
    ///   - versions: Hashes of other versions of the file that the server of a manifest may have on disk.
    func evidence(
        under file: ConfigurationFile, before successor: ConfigurationFile? = nil, history: Bool = false,
        since convergence: Convergence? = nil, ofCluster clusterUID: String? = nil,
        onDisk versions: [String] = [],
        besides others: [EncryptionConfiguration] = [],
        asking plugins: PluginUnwrapping = PluginUnwrapping()
    ) throws(CommandFailure) -> StorageEvidence? {
        guard isGiven else { return nil }
        let isWholeStore = try etcd.isStore(
            ofServersWith: file, or: [successor?.hash].compactMap { $0 } + versions)
        let others = others + [successor?.configuration].compactMap { $0 }
        return StorageEvidence(
            under: file, try sources(under: file, history: history, besides: others, asking: plugins),
            isWholeStore: isWholeStore, convergence: convergence, clusterUID: clusterUID)
    }
}
