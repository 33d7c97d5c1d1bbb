internal import ArgumentParser
internal import DurableFiles
internal import EncryptionConfig
internal import Explanations
internal import KMSPlugin
internal import Reports
internal import StorageAudit

/// `--evidence`, for every command that asks what is really stored.
struct EvidenceOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "A snapshot of etcd that shows what is stored. Repeat it for several.", valueName: "snapshot"))
    var evidence: [String] = []
    @OptionGroup public var etcd: EtcdOptions
    @OptionGroup var kms: KMSOptions

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

    /// The audits of all snapshots and of etcd under one configuration, or nothing if none is named.
    ///
    /// - Parameters:
    ///   - history: Whether old revisions are looked at too, which snapshots alone can show.
    ///   - others: Further configurations of the command.
    ///   - plugins: The plugins that were asked in this run before.
    /// - Throws: What makes a source no evidence at all: damage, and that it has nothing of kube-apiserver's.
    func sources(
        under file: ConfigurationFile, history: Bool = false, besides others: [EncryptionConfiguration] = [],
        asking plugins: PluginUnwrapping = PluginUnwrapping()
    ) throws(CommandFailure) -> [EvidenceSource] {
        let unwrapping = try kms.unwrapping(for: [file.configuration], besides: others, asking: plugins)
        let run = AuditRun(
            configurations: [file], unwrapping: unwrapping, options: AuditOptions(prefix: etcd.etcdPrefix))
        // What makes a value unreadable. Stale values and plaintext are no harm by themselves.
        let failOn: Set = ["ENC0403", "ENC0404", "ENC0405"]
        var sources: [EvidenceSource] = []
        for path in evidence {
            sources.append(EvidenceSource(report: try run.report(snapshot: path, failOn: failOn, history: history)))
        }
        // A part of the keys would be a part of the evidence.
        for source in try etcd.sources(readingAll: true) {
            sources.append(
                EvidenceSource(
                    report: try run.report(source, failOn: failOn),
                    isOfManifest: etcd.connection.discoverFrom != nil))
        }
        for source in sources { try Self.check(source) }
        guard !isGiven || sources.contains(where: \.report.holdsConfiguredObjects) else {
            throw CommandFailure(
                "\(sources.map(\.name).joined(separator: ", ")): is no evidence: it holds no object of a resource "
                    + "that \(fileName(file.path)) names",
                hint: "is it the etcd of that kube-apiserver, and all of it?", status: .unproven)
        }
        return sources
    }

    /// What is stored, to judge a change of the file that servers run; nil if no source is named.
    ///
    /// - Parameters:
    ///   - file: What servers run.
    ///   - successor: What they shall run, which a manifest's server may have on disk already.
    func evidence(
        under file: ConfigurationFile, before successor: ConfigurationFile? = nil, history: Bool = false,
        besides others: [EncryptionConfiguration] = [], asking plugins: PluginUnwrapping = PluginUnwrapping()
    ) throws(CommandFailure) -> Evidence? {
        guard isGiven else { return nil }
        let isWholeStore = try etcd.isStore(ofServersWith: file, or: successor?.hash)
        let others = others + [successor?.configuration].compactMap { $0 }
        return try Evidence(
            under: file, sources(under: file, history: history, besides: others, asking: plugins),
            isWholeStore: isWholeStore)
    }

    private static func check(_ source: EvidenceSource) throws(CommandFailure) {
        guard !source.report.result.source.hasChanged else {
            throw CommandFailure(
                "\(source.name): is no evidence: it has changed since it was saved, as its digest shows",
                hint: "take a new snapshot")
        }
        // A cluster that a manifest has for some resources may well be empty.
        guard source.resources != nil || !source.report.result.live.resources.isEmpty else {
            throw CommandFailure(
                "\(source.name): is no evidence: it holds no object of kube-apiserver",
                hint: "take the etcd that --etcd-servers names, or a snapshot of it")
        }
    }
}
