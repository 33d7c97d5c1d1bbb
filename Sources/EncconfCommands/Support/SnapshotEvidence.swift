internal import ArgumentParser
internal import EncryptionConfig
internal import KMSPlugin
internal import KubernetesResources
internal import StorageAudit
internal import Transformers

/// `--evidence`, for every command that asks what is really stored.
struct EvidenceOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "A snapshot of etcd that shows what is stored. Repeat it for several.", valueName: "snapshot"))
    var evidence: [String] = []
    @OptionGroup var etcd: EtcdOptions
    @OptionGroup var kms: KMSOptions

    var isGiven: Bool { !evidence.isEmpty || etcd.isGiven }

    /// The audits of all snapshots and of etcd under one configuration, or nothing if none is named.
    ///
    /// - Parameters:
    ///   - history: Whether old revisions are looked at too, which snapshots alone can show.
    ///   - plugins: The plugins that were asked in this run before.
    /// - Throws: What makes a source no evidence at all: damage, and that it has nothing of kube-apiserver's.
    func reports(
        under file: ConfigurationFile, history: Bool = false, asking plugins: PluginUnwrapping = PluginUnwrapping()
    ) throws(CommandFailure) -> [AuditReport] {
        let unwrapping = try kms.unwrapping(for: [file.configuration], asking: plugins)
        let run = AuditRun(
            configurations: [file], unwrapping: unwrapping, options: AuditOptions(prefix: etcd.etcdPrefix),
            // What makes a value unreadable. Stale values and plaintext are no harm by themselves.
            failOn: ["ENC0403", "ENC0404", "ENC0405"])
        var reports: [AuditReport] = []
        for path in evidence { reports.append(try run.report(snapshot: path, history: history)) }
        for source in try etcd.sources() { reports.append(try run.report(source)) }
        for report in reports { try Self.check(report) }
        guard !isGiven || reports.contains(where: \.holdsConfiguredObjects) else {
            throw CommandFailure(
                "\(reports.map(\.path.printable).joined(separator: ", ")): is no evidence: it holds no object of a resource "
                    + "that \(InputFile.name(file.path)) names",
                hint: "is it the etcd of that kube-apiserver, and all of it?", status: .unproven)
        }
        return reports
    }

    func validate() throws {
        guard !etcd.serializable else {
            throw ValidationError(
                "--serializable is no evidence: a member that lags behind does not know what is stored")
        }
    }

    private static func check(_ report: AuditReport) throws(CommandFailure) {
        guard !report.result.source.hasChanged else {
            throw CommandFailure(
                "\(report.path.printable): is no evidence: it has changed since it was saved, as its digest shows",
                hint: "take a new snapshot")
        }
        guard !report.result.live.resources.isEmpty else {
            throw CommandFailure(
                "\(report.path.printable): is no evidence: it holds no object of kube-apiserver",
                hint: "take the etcd that --etcd-servers names, or a snapshot of it")
        }
    }
}

extension AuditReport {
    /// Whether there is an object of a resource that the configuration in force has an entry for.
    fileprivate var holdsConfiguredObjects: Bool {
        result.live.resources.contains { $1.objects > 0 && resolution.rule(for: $0) != nil }
    }
}

/// What snapshots show of the stored values, whatever configuration is asked about.
struct SnapshotEvidence {
    /// How often each label is stored, by resource.
    private var counts: [GroupResource: [StoredKeyLabel: Int]] = [:]

    /// - Parameter reports: Audits of all snapshots.
    /// - Throws: If encrypted values are stored of which nobody knows what they belong to.
    init(_ reports: [AuditReport]) throws(CommandFailure) {
        for report in reports {
            guard report.result.live.encryptedOtherKeys == 0 else {
                throw CommandFailure(
                    "\(report.path.printable): is no evidence: \(report.result.live.encryptedOtherKeys) encrypted values "
                        + "are stored under keys that name no object",
                    hint: "--etcd-prefix tells what kube-apiserver's keys begin with")
            }
            for (resource, census) in report.result.live.resources {
                for (label, numbers) in census.byLabel {
                    guard let provider = label.provider else { continue }
                    counts[resource, default: [:]][StoredKeyLabel(provider: provider, key: label.key), default: 0] +=
                        numbers.objects
                }
            }
        }
    }

    /// The labels of the values that a pattern stands for. A wildcard gets more than what is its own, which can only
    /// make the answer more careful.
    func labels(of pattern: ResourcePattern) -> Set<StoredKeyLabel> {
        var labels: Set<StoredKeyLabel> = []
        for (resource, found) in counts where pattern.covers(resource) { labels.formUnion(found.keys) }
        return labels
    }

    /// How many values carry a label, by resource.
    func uses(of label: StoredKeyLabel) -> [(resource: GroupResource, count: Int)] {
        counts.compactMap { resource, found in found[label].map { (resource, $0) } }.sorted { $0.0 < $1.0 }
    }
}

extension ResourcePattern {
    /// Whether a resource is the one that is named, or one of those that the wildcard stands for.
    func covers(_ resource: GroupResource) -> Bool {
        [.exact(resource), .all(of: resource.group), .everything].contains(self)
    }
}
