internal import ArgumentParser
internal import Dispatch
internal import EncryptionConfig
internal import EnvelopeCrypto
internal import EtcdSnapshot
internal import Glibc
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
    @OptionGroup var kms: KMSOptions

    var isGiven: Bool { !evidence.isEmpty }

    /// The audits of all snapshots under one configuration, or nothing if none is named.
    ///
    /// - Throws: What makes a snapshot no evidence at all: damage, and that it has nothing of kube-apiserver's.
    func reports(under file: ConfigurationFile, history: Bool = false) throws(CommandFailure) -> [AuditReport] {
        let unwrapping = try kms.unwrapping(for: [file.configuration])
        var reports: [AuditReport] = []
        for path in evidence {
            let report = try SnapshotEvidence.report(path, under: [file], unwrapping: unwrapping, history: history)
            if case .differs = report.result.source.digest {
                throw CommandFailure(
                    "\(path.printable): is no evidence: it has changed since it was saved, as its digest shows",
                    hint: "take a new snapshot")
            }
            guard !report.result.live.resources.isEmpty else {
                throw CommandFailure(
                    "\(path.printable): is no evidence: it holds no object of kube-apiserver",
                    hint: "take the snapshot from the etcd that --etcd-servers names")
            }
            reports.append(report)
        }
        return reports
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
                    hint: "an --etcd-prefix other than /registry is not supported yet")
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

    /// One audit, with all its threads.
    static func report(
        _ path: String, under files: [ConfigurationFile], unwrapping: any KMSUnwrapping & Sendable, history: Bool
    ) throws(CommandFailure) -> AuditReport {
        let audit = SnapshotAudit(
            file: try MappedFile(path), configurations: files.map(\.configuration), unwrapping: unwrapping,
            options: AuditOptions(),
            jobs: Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), isSalvage: false)
        let start = DispatchTime.now().uptimeNanoseconds
        let result = try audit.run(history: history, remnants: false, progress: Progress(path))
        return AuditReport(
            path: path, configurations: files, result: result,
            // What makes a value unreadable. Stale values and plaintext are no harm by themselves.
            failOn: ["ENC0403", "ENC0404", "ENC0405"], isCensusOnly: false,
            elapsedSeconds: Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9, resources: nil)
    }
}

extension ResourcePattern {
    /// Whether a resource is the one that is named, or one of those that the wildcard stands for.
    func covers(_ resource: GroupResource) -> Bool {
        [.exact(resource), .all(of: resource.group), .everything].contains(self)
    }
}
