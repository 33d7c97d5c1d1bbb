internal import ArgumentParser
internal import EnvelopeCrypto
internal import EtcdClient
internal import EtcdSnapshot
internal import KubernetesResources
internal import JSONText
internal import RemoteCalls
internal import SecretMemory

/// `encconf snapshot save`
struct SnapshotSaveCommand: EncconfCommand {
    static let configuration = CommandConfiguration(
        commandName: "save",
        abstract: "Save the database of one etcd member to a file, as `etcdctl snapshot save` does.",
        discussion: """
            The file is there whole and with its digest verified, or not at all. It holds all that etcd holds, so it \
            is for its owner alone (mode 0600). An audit of the file and a backup then come from the same bytes.

            It takes as long as it takes: --command-timeout is for the calls before, and a stream that brings nothing \
            for 30 seconds is given up.

            Example:
              encconf snapshot save backup.db --discover-from /etc/kubernetes/manifests/kube-apiserver.yaml
            """)

    @Argument(help: ArgumentHelp("The file to make.", valueName: "file"))
    var file: String
    @Flag(name: .long, help: "Replace a file of that name.")
    var force = false
    @OptionGroup var connection: EtcdConnectionOptions
    @Option(name: [.customShort("o"), .long], help: ArgumentHelp("text or json.", valueName: "format"))
    var output: OutputFormat = .text
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard file != "-" else { throw ValidationError("a snapshot is written to a file; name one") }
        try connection.validateSettings()
    }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        let discovery = try connection.discovery()
        let settings = try connection.connection(discovery)
        for (servers, resources) in discovery?.otherClusters ?? [] {
            let names = resources.sorted().map(\.description.printable).joined(separator: ", ")
            console.warning(
                "\(names) live in another etcd (\(servers.joined(separator: ",").printable)), which this snapshot does not hold",
                hint: "save that one too, with --endpoints")
        }
        // The rename is the file's own; a signal must find its beginning gone.
        let client = try settings.client(isCancelled: BlockedSignals.arePending)
        let progress = Progress(file.printable, amount: ByteCount.text)
        var saved: SavedSnapshot?
        try SafeWrite.create(at: file, replacing: force, isLong: true) { output in
            var (failure, isBegun): (SystemError?, Bool) = (nil, false)
            let summary: SnapshotSummary
            do throws(EtcdError) {
                summary = try client.snapshot { bytes, remaining in
                    if !isBegun { progress.start(total: Int(clamping: remaining)) }
                    isBegun = true
                    progress.advance(by: bytes.byteCount)
                    do throws(SystemError) { try output.write(bytes) } catch { failure = error }
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
        guard let saved else { throw CommandFailure("\(file.printable): nothing was received") }
        switch output {
        case .text: try console.write(saved.text)
        case .json:
            let json = SecretKey(saved.json())
            try console.write(json.span)
        }
        return .success
    }

    /// A backup is what somebody relies on later.
    private func warn(of status: EtcdStatus, _ console: Console) {
        let peer = status.peer.description.printable
        if status.isLearner {
            console.warning(
                "\(peer): is a learner, which may lag far behind", hint: "save the snapshot of a member that votes")
        }
        for problem in status.errors {
            console.warning(
                "\(peer): tells of an alarm: \(problem.printable)", hint: "see `etcdctl alarm list`")
        }
    }

    /// The newest revision in the file, which shows that it can be read.
    private func revision(in output: borrowing FileDescriptor) throws(CommandFailure) -> Int64 {
        // It has no name that anybody else would find yet (proc(5)).
        let mapping = try MappedFile("/proc/self/fd/\(output.raw)", called: file)
        let revision: Int64
        do throws(SnapshotError) {
            var problems = SnapshotProblems.refused
            let snapshot = try SnapshotFile(mapping.span, &problems)
            let settings = try snapshot.settings(&problems)
            let live = try LiveRecords(snapshot, &problems)
            revision = max(live.lastRevision, settings.compactedRevision)
        } catch {
            throw CommandFailure(
                "\(file.printable): was received as it was sent, but is damaged: \(error.explanation)",
                hint: "save the snapshot of another member")
        }
        try mapping.checkUnchanged()
        return revision
    }
}

/// What `snapshot save` tells of its file.
private struct SavedSnapshot {
    let file: String
    let summary: SnapshotSummary
    let revision: Int64

    private var digest: String { "sha256:\(Digest.hexadecimal(summary.digest))" }
    private var peer: String { summary.status.peer.description }

    var text: String {
        """
        \(file.printable): revision \(revision), \(summary.databaseByteCount) bytes of \(peer.printable) (etcd \
        \(summary.status.version.printable))
        \(digest)

        """
    }

    func json() -> SecretBytes {
        var json = JSONWriter()
        json.object { json in
            json.reportHeader(kind: "SnapshotReport")
            json.member("path", file)
            json.member("endpoint", peer)
            json.member("clusterID", String(summary.status.header.clusterID, radix: 16))
            json.member("etcdVersion", summary.status.version)
            json.member("revision", revision)
            json.member("bytes", summary.databaseByteCount)
            json.member("sha256", digest)
        }
        return json.finishLine()
    }
}
