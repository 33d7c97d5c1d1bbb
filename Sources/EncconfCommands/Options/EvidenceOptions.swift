internal import ArgumentParser
internal import DurableFiles
internal import EncryptionConfig
internal import Explanations
internal import KMSPlugin
internal import Reports
internal import ShownText
internal import StorageAudit
internal import StorageEvidence

/// `--evidence`, for every command that asks what is really stored.
struct EvidenceOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "A snapshot of etcd that shows what is stored. Repeat it for several.", valueName: "snapshot"))
    var evidence: [String] = []
    @OptionGroup(title: "etcd") public var etcd: EtcdOptions
    @OptionGroup(title: "KMS") var kms: KMSOptions

    var isGiven: Bool { !evidence.isEmpty || etcd.isGiven }

    func validate() throws {
        guard !etcd.serializable else {
            throw ValidationError(
                "--serializable is no evidence: a member that lags behind does not know what is stored")
        }
    }

    /// Refuses the socket of a plugin that nobody asks.
    func validatePlugins() throws {
        guard isGiven || kms.endpoints.kmsEndpoint.isEmpty else {
            throw ValidationError("--kms-endpoint goes with --evidence, for which plugins are asked")
        }
    }

    /// All snapshots and etcd, audited under one configuration; nothing if none is named.
    ///
    /// - Parameters:
    ///   - history: Whether old revisions are looked at too, which only snapshots can show.
    ///   - others: Further configurations of the command.
    ///   - plugins: The plugins that were asked in this run before.
    func sources(
        under file: ConfigurationFile, history: Bool = false, besides others: [EncryptionConfiguration] = [],
        asking plugins: PluginUnwrapping = PluginUnwrapping()
    ) throws(CommandFailure) -> [EvidenceSource] {
        let unwrapping = try kms.unwrapping(for: [file.configuration], besides: others, asking: plugins)
        let run = AuditRun(configurations: [file], unwrapping: unwrapping, options: options)
        var sources: [EvidenceSource] = []
        do throws(AuditError) {
            for path in evidence {
                let result = try run.audit(snapshot: path, history: history, progress: AuditProgressLine(path))
                sources.append(EvidenceSource(name: path, result: result))
            }
        } catch {
            throw error.failure
        }
        // A part of the keys would be a part of the evidence.
        for source in try etcd.sources(readingAll: true) {
            do throws(AuditError) {
                let result = try run.audit(source, progress: AuditProgressLine(source.name))
                sources.append(
                    EvidenceSource(
                        name: source.name, result: result, isOfManifest: etcd.connection.discoverFrom != nil))
            } catch {
                throw error.failure
            }
        }
        if isGiven, let problem = StorageEvidence.unusable(sources, under: file) { throw problem.failure(file) }
        return sources
    }

    /// The questions of the audits.
    var options: AuditOptions { AuditOptions(prefix: etcd.etcdPrefix) }

    /// What is stored, to judge a change of the file that servers run; nil if no source is named.
    ///
    /// - Parameters:
    ///   - file: What servers run.
    ///   - successor: What they are to run, which the server of a manifest may have on disk already.
    ///   - convergence: Since when every server runs the file; nil if nobody knows.
    ///   - clusterUID: The UID of the namespace `kube-system`, as servers told it that run the file; nil if none was asked.
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
