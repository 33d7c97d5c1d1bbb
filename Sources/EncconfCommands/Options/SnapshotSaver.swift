internal import APIServerFlags
internal import DurableFiles
internal import EnvelopeCrypto
internal import EtcdClient
internal import EtcdSnapshot
internal import Explanations
internal import KubernetesResources
internal import RemoteCalls
internal import Reports
internal import SecretMemory
internal import ShownText
internal import Terminal

/// Saves the database of one etcd member to a file.
struct SnapshotSaver {
    let file: String
    /// Whether a file of that name may be replaced.
    let replacing: Bool
    let connection: EtcdConnectionOptions

    /// Makes the file.
    func save(_ console: Console) throws(CommandFailure) -> SavedSnapshot {
        let discovery = try connection.discovery()
        let settings = try connection.connection(discovery)
        for (servers, resources) in discovery?.otherClusters ?? [] {
            let names = resources.sorted().map(\.description).joined(separator: ", ")
            console.warning(
                "\(names) are in another etcd (\(servers.joined(separator: ","))), not in this snapshot",
                hint: "save that etcd too, with --endpoints")
        }
        // The rename is the file's own; a signal must find its beginning gone.
        let client = try settings.client(isCancelled: BlockedSignals.arePending)
        let progress = Progress(Program.redactor.shown("\(file)").text, amount: ByteCount.text)
        var saved: SavedSnapshot?
        try create { output in
            var (failure, isBegun): ((any Error)?, Bool) = (nil, false)
            let summary: SnapshotSummary
            do throws(EtcdError) {
                summary = try client.snapshot { bytes, remaining in
                    do {
                        if !isBegun {
                            try checkRoom(
                                for: remaining.addingReportingOverflow(Int64(bytes.byteCount)).partialValue, output)
                            progress.start(total: Int(clamping: remaining))
                        }
                        isBegun = true
                        progress.advance(by: bytes.byteCount)
                        try output.write(bytes)
                    } catch { failure = error }
                    return failure == nil
                }
            } catch {
                if let failure { throw failure }
                // There is no file, whatever kept it from being made.
                var unmade = error.failure(settings.name)
                unmade.status = .failure
                throw unmade
            }
            warn(of: summary.status, console)
            // Before it takes the place of what may be a good one.
            saved = SavedSnapshot(file: file, summary: summary, revision: try revision(in: output))
        }
        progress.finish()
        guard let saved else { throw CommandFailure("\(file): etcd sent no data") }
        return saved
    }

    /// Before the first byte is written: the disk may be etcd's own, and etcd stops when it is full.
    private func checkRoom(for byteCount: Int64, _ output: borrowing FileDescriptor) throws(CommandFailure) {
        guard let available = output.availableByteCount(), byteCount > available else { return }
        throw CommandFailure(
            """
            \(file): no room for the snapshot: \(ByteCount.text(Int(byteCount))) are needed, \
            \(ByteCount.text(Int(available))) are free
            """, hint: "name a file on another disk")
    }

    /// Creates the file, with errors for people.
    private func create(_ fill: (borrowing FileDescriptor) throws -> Void) throws(CommandFailure) {
        do {
            try SafeWrite.create(at: file, replacing: replacing, isLong: true, fill: fill)
        } catch let error as FileError {
            throw error.failure()
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure("\(file): \("\(error)")")
        }
    }

    /// A backup is what somebody relies on later.
    private func warn(of status: EtcdStatus, _ console: Console) {
        let peer = status.peer.description
        if status.isLearner {
            console.warning(
                "\(peer): a learner, which may lag far behind", hint: "save a snapshot of a voting member")
        }
        if status.saysItHasNoLeader {
            console.warning(
                "\(peer): has no leader, so newer writes may be missing",
                hint: "save a snapshot of a member that has a leader")
        }
        for alarm in status.alarms {
            console.warning(
                "\(peer): has an alarm: \(alarm)", hint: "run `etcdctl alarm list`")
        }
    }

    /// The newest revision in the file, which shows that it can be read.
    private func revision(in output: borrowing FileDescriptor) throws(CommandFailure) -> Int64 {
        // It has no name that anybody else would find yet (proc(5)).
        let mapping: MappedFile
        do {
            mapping = try MappedFile("/proc/self/fd/\(output.raw)", called: file, isOwn: true)
        } catch {
            throw error.failure()
        }
        let revision: Int64
        do throws(SnapshotError) {
            var problems = SnapshotProblems.refused
            let snapshot = try SnapshotFile(mapping.span, &problems)
            let settings = try snapshot.settings(&problems)
            let live = try LiveRecords(snapshot, &problems)
            revision = max(live.lastRevision, settings.compactedRevision)
        } catch {
            throw CommandFailure(
                "\(file): damaged on the member: \(error.explanation)",
                hint: "save a snapshot of another member")
        }
        do { try mapping.checkUnchanged() } catch { throw error.failure() }
        return revision
    }
}

/// A snapshot that was saved.
struct SavedSnapshot {
    let file: String
    let summary: SnapshotSummary
    let revision: Int64

    private var digest: String { "sha256:\(Digest.hexadecimal(summary.digest))" }
    private var peer: String { summary.status.peer.description }

    var text: Phrase {
        """
        \(file): revision \(revision), \(summary.databaseByteCount) bytes of \(peer) (etcd \(summary.status.version))
        \(digest)

        """
    }

    var value: ReportValue {
        .report(
            kind: "SnapshotReport",
            [
                "path": .text(file), "endpoint": .text(peer),
                "clusterID": .text(String(summary.status.header.clusterID, radix: 16)),
                "etcdVersion": .text(summary.status.version), "revision": .number(revision),
                "bytes": .number(summary.databaseByteCount), "sha256": .text(digest),
            ])
    }
}
