internal import ClusterRollout
internal import Explanations
internal import KeyRotation
internal import Reports
internal import ShownText
internal import StorageEvidence

// Stored values: audits, re-encryption, snapshots.
extension RolloutRun {
    /// Reads the stored values. They count from the revision at which every server ran the file.
    func read(
        history: Bool = false, _ receipt: ConvergenceReceipt?
    ) throws(CommandFailure) -> StorageEvidence? {
        let convergence = Convergence(receipt.map { .receipt($0) }, of: hash, afterRevision: nil) ?? .unknown
        return try goal.proof.evidence(
            under: configuration(), history: history, since: convergence,
            ofCluster: receipt?.clusterUID ?? clusterUID, onDisk: record?.besides ?? [])
    }

    func audit() throws(CommandFailure) {
        try tell("audit", .begins, "reading etcd and decrypting every value")
        guard let seen = try read(receipt) else { throw CommandFailure("No etcd was given.", status: .usage) }
        evidence = seen
        facts.stored = RolloutFacts.Stored(seen, isAfterConvergence: machine.needsSettling(facts))
        let count = StoredCount(seen)
        let revision = seen.sources.first?.revision
        try tell(
            "audit", .ends,
            "\(counted(count.objects, "value")) at etcd revision \(revision ?? 0): \(count.stale) stale, "
                + "\(count.unreadable) unreadable",
            [
                ("revision", .number(revision)), ("objects", .number(count.objects)), ("stale", .number(count.stale)),
                ("unreadable", .number(count.unreadable)), ("unknown", .number(count.unknown)),
                ("evidence", .array(seen.values)),
            ])
    }

    func rewrite() throws(CommandFailure) {
        guard let look else { throw CommandFailure("The servers are unknown.") }
        try tell("rewrite", .begins, "re-encrypting stale values")
        let rewrite = ClusterRewrite(
            servers: servers, file: try configuration(), includesShortLived: true, options: command.speed)
        let report = try rewrite.run(look)
        try tell("rewrite", .ends, report.summary, [("report", report.value)])
        if command.format.output == .text, report.status != .success { try console.result(report.text) }
        guard report.status == .success || report.status == .findings else {
            throw CommandFailure(
                "Not every value was re-encrypted.", hint: "run the same command again to continue",
                status: report.status)
        }
        facts.rewrites += 1
        facts.stored = .notLooked
    }

    func snapshot(_ when: String) throws(CommandFailure) {
        guard let folder = command.snapshots else { return }
        let stamp = UTCTime.rfc3339(UTCTime.now).filter { $0 != "-" && $0 != ":" }.lowercased()
        let path = "\(folder)/encconf-\(stamp)-\(when).db"
        let saved = try SnapshotSaver(file: path, replacing: false, connection: command.evidence.etcd.connection)
            .save(console)
        try tell("snapshot", .ends, "\(path): revision \(saved.revision)", [("path", .text(path))])
    }
}
