internal import ArgumentParser
internal import Dispatch
internal import EncryptionConfig
internal import EnvelopeCrypto
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

    /// The audits of all snapshots under one configuration, or nothing if none is named.
    func reports(under file: ConfigurationFile) throws(CommandFailure) -> [AuditReport] {
        let unwrapping = try kms.unwrapping(for: [file.configuration])
        var reports: [AuditReport] = []
        for path in evidence {
            reports.append(try SnapshotEvidence.report(path, under: [file], unwrapping: unwrapping))
        }
        return reports
    }
}

/// What snapshots show of the stored values, whatever configuration is asked about.
struct SnapshotEvidence {
    /// How often each label is stored, by resource.
    private var counts: [GroupResource: [StoredKeyLabel: Int]] = [:]

    /// - Parameter reports: Audits of all snapshots.
    init(_ reports: [AuditReport]) {
        for report in reports {
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

    /// How many values of these resources carry a label.
    func count(_ label: StoredKeyLabel, in patterns: [ResourcePattern]) -> Int {
        counts.filter { resource, _ in patterns.contains { $0.covers(resource) } }
            .reduce(0) { $0 + ($1.value[label] ?? 0) }
    }

    /// One audit, with all its threads.
    static func report(
        _ path: String, under files: [ConfigurationFile], unwrapping: any KMSUnwrapping & Sendable
    ) throws(CommandFailure) -> AuditReport {
        let audit = SnapshotAudit(
            file: try MappedFile(path), configurations: files.map(\.configuration), unwrapping: unwrapping,
            options: AuditOptions(),
            jobs: Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), isSalvage: false)
        let start = DispatchTime.now().uptimeNanoseconds
        let result = try audit.run(history: false, remnants: false, progress: Progress(path))
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
