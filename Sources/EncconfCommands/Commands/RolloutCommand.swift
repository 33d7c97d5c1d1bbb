internal import ArgumentParser
internal import ClusterRollout
internal import DurableFiles
internal import EncryptionConfig
internal import Explanations
internal import Glibc
internal import KubernetesAPI
internal import Reports
internal import SecretMemory
internal import ShownText
internal import Terminal

/// `encconf rollout`
struct RolloutCommand: EncconfCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollout",
        abstract: "Rotate the keys of a running cluster, from new key to proof.",
        discussion: """
            Adds a key, has it delivered, waits until every server runs the file, promotes it, delivers, waits, has every \
            value written anew, audits etcd, retires the old keys into the archive, delivers, waits, and audits a last \
            time. No phase begins before the facts that it needs were seen. Stopped anywhere, the same command goes on, \
            from a small record beside the file. --abort goes back to the key that wrote before.

            --deliver and --restart run your own tool by /bin/sh, with ENCCONF_FILE, ENCCONF_HASH and ENCCONF_PHASE \
            (added, promoted, retired, aborted); with --per-server once for each server, with ENCCONF_SERVER_ID, \
            ENCCONF_SERVER_HOST and ENCCONF_SERVER_ADDRESS too. --deliver ssh://USER@HOST/PATH,… copies with ssh. Without \
            --deliver you are told what to copy, and the rollout waits.

            Exit status: 0 proven, 1 values stand against it, 2 refused or failed, 3 not proven.

            Examples:
              encconf rollout /etc/kubernetes/enc/enc.yaml --plan
              encconf rollout /etc/kubernetes/enc/enc.yaml --print-rbac
            """)

    @Argument(help: ArgumentHelp("The configuration that the servers run.", valueName: "file"))
    var file: String
    @Option(
        name: .long,
        help: ArgumentHelp("Change the provider: aescbc, aesgcm, secretbox, kms or identity.", valueName: "provider"))
    var to: RotationGoal.Target?
    @Option(name: .long, help: ArgumentHelp("Name of the new key.", valueName: "name"))
    var keyName: String?
    @Option(
        name: .long,
        help: ArgumentHelp("Name of the new KMS provider, for --to kms, with --kms-endpoint.", valueName: "name"))
    var kmsName: String?
    @Option(name: .long, help: ArgumentHelp("Only these resources, as the file names them.", valueName: "list"))
    var resources: String?
    @Flag(
        name: .long, help: "Go back: take the new key out again, after the old one writes and every value is rewritten."
    )
    var abort = false
    @Flag(name: .long, help: "The KMS plugin has a new key: wait for every server, rewrite, and prove. The file stays.")
    var newKmsKey = false
    @Option(
        name: .long,
        help: ArgumentHelp(
            "How to copy the file to the servers: a shell command, or ssh://USER@HOST/PATH,….", valueName: "command"))
    var deliver: String?
    @Option(
        name: .long, help: ArgumentHelp("Restarts servers after each delivery: a shell command.", valueName: "command"))
    var restart: String?
    @Flag(
        name: .long,
        help: "Run the commands once for each server, one after the other, each when the one before runs the file.")
    var perServer = false
    @Option(name: .long, help: ArgumentHelp("For ssh: its configuration file.", valueName: "path"))
    var sshConfig: String?
    @Option(name: .long, help: ArgumentHelp("Keep removed keys in this file (mode 0600).", valueName: "path"))
    var archive: String?
    @Flag(name: .long, help: "Destroy removed keys, once it is proven that nothing needs them: no backup does.")
    var discardRetiredKeys = false
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Where a snapshot of etcd is saved before and after. Default: beside the file.", valueName: "folder"))
    var snapshotFolder: String?
    @Flag(name: .long, help: "Save no snapshots.")
    var noSnapshots = false
    @Option(
        name: .long,
        help: ArgumentHelp("How long to wait until all servers run a new version of the file.", valueName: "duration"))
    var timeout = WaitDuration(.seconds(900))
    @Option(
        name: .long,
        help: ArgumentHelp(
            "How long a request lasts at most: --request-timeout of kube-apiserver.", valueName: "duration"))
    var settle = WaitDuration(.seconds(60))
    @Flag(name: .long, help: "Print all phases with what each needs, and do nothing.")
    var plan = false
    @Flag(name: .long, help: "Print the ClusterRole with the rights that it needs, and do nothing.")
    var printRbac = false
    @Flag(name: .long, help: "Do not ask for confirmation.")
    var yes = false
    @OptionGroup(title: "Speed") var speed: RewriteOptions
    @OptionGroup(title: "Kubernetes") var kubernetes: KubernetesOptions
    @OptionGroup(title: "Evidence") var evidence: EvidenceOptions
    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp("text or json, a document in each line.", valueName: "format"))
    var output: OutputFormat = .text
    @OptionGroup(title: "Configuration files") var reading: ReadingOptions
    @OptionGroup(title: "Output") var global: GlobalOptions

    func validate() throws {
        guard file != "-" else { throw ValidationError("a rollout changes a file; name it") }
        guard evidence.evidence.isEmpty else {
            throw ValidationError("a rollout reads the running etcd: --etcd or --discover-from, not --evidence")
        }
        guard archive == nil || !discardRetiredKeys else {
            throw ValidationError("--archive and --discard-retired-keys exclude each other")
        }
        guard archive != "-", archive == nil || archive != file else {
            throw ValidationError("the archive is a file of its own")
        }
        guard to == .kms || kmsName == nil else { throw ValidationError("--kms-name is for --to kms") }
        guard to != .kms || kmsName != nil && evidence.kms.endpoints.unnamed.count == 1 else {
            throw ValidationError("--to kms needs --kms-name and --kms-endpoint unix:///PATH")
        }
        guard keyName?.isEmpty != true else { throw ValidationError("--key-name is empty") }
        guard keyName == nil || to != .kms && to != .identity else {
            throw ValidationError("--key-name is for providers with keys of their own; --kms-name names a plugin")
        }
        guard
            !newKmsKey
                || to == nil && keyName == nil && !abort && resources == nil && deliver == nil && restart == nil
                    && archive == nil && !discardRetiredKeys
        else { throw ValidationError("--new-kms-key changes nothing in the file") }
        guard !perServer || deliver != nil || restart != nil else {
            throw ValidationError("--per-server is for --deliver and --restart")
        }
        guard !(deliver?.hasPrefix("ssh://") ?? false) || sshTargets != nil else {
            throw ValidationError("--deliver ssh:// is a list of ssh://USER@HOST/PATH with commas between")
        }
        guard sshConfig == nil || sshTargets != nil else {
            throw ValidationError("--ssh-config is for --deliver ssh://")
        }
        guard snapshotFolder == nil || !noSnapshots else {
            throw ValidationError("--snapshot-folder and --no-snapshots exclude each other")
        }
        guard !discardRetiredKeys || noSnapshots || plan || printRbac else {
            throw ValidationError(
                "the snapshot before the rollout needs the keys that --discard-retired-keys destroys; give --archive, or --no-snapshots"
            )
        }
        guard restart == nil || deliver != nil else {
            throw ValidationError("--restart goes with --deliver: a server would be restarted before the file is there")
        }
        guard !plan || !abort else { throw ValidationError("--plan shows a rotation, not the way back") }
        guard !plan || !printRbac else { throw ValidationError("--plan and --print-rbac exclude each other") }
        guard plan || printRbac || evidence.etcd.isGiven else {
            throw ValidationError("a rollout ends in a proof and so needs etcd: --etcd or --discover-from MANIFEST")
        }
        guard plan || printRbac || newKmsKey || archive != nil || discardRetiredKeys else {
            throw ValidationError("a rollout takes keys out: --archive FILE keeps them")
        }
    }

    /// Where the file goes over ssh; nil if it does not, or not all of it can be read.
    var sshTargets: [SSHTarget]? {
        guard let deliver, deliver.hasPrefix("ssh://") else { return nil }
        let parts = deliver.split(separator: ",").map { SSHTarget(String($0)) }
        return parts.contains { $0 == nil } ? nil : parts.compactMap { $0 }
    }

    /// Where snapshots go; nil for none.
    var snapshots: String? {
        guard !noSnapshots else { return nil }
        if let snapshotFolder { return snapshotFolder }
        return file.contains("/") ? String(file[..<(file.lastIndex(of: "/") ?? file.startIndex)]) : "."
    }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        if printRbac { return try showRights(console) }
        if plan { return try showPlan(console) }
        return try run(console)
    }

    private func run(_ console: Console) throws(CommandFailure) -> ExitStatus {
        guard yes || Confirmation.isPossible else {
            throw CommandFailure(
                "there is no terminal to ask at",
                hint: "--plan shows what would be done; --yes does it without a question",
                status: .usage)
        }
        // Ctrl-C ends it between two things that it does, and takes effect when all is told.
        let signals = BlockedSignals([SIGINT, SIGTERM, SIGHUP])
        defer { signals.unblock() }
        do throws(CommandFailure) {
            let lock: OperatorLock
            do throws(FileError) { lock = try OperatorLock(of: file) } catch { throw error.failure() }
            return try withExtendedLifetime(lock) { () throws(CommandFailure) in
                try RolloutRun(self, console).run()
            }
        } catch {
            console.failure(error)
            if output == .json {
                let event = RolloutEvent(time: UTCTime.now, phase: "rollout", .stops, "it cannot go on")
                try console.result(event.value + error.value, isOneLine: true)
            }
            return error.status
        }
    }

    private func showRights(_ console: Console) throws(CommandFailure) -> ExitStatus {
        let configuration = try Inputs.configuration(file, reading.rules(try evidence.etcd.connection.discovery()))
            .configuration
        let names = resources.map { Set($0.split(separator: ",").map { $0.filter { !$0.isWhitespace } }) }
        try console.result(Phrase(lines: RolloutRights.manifest(for: configuration, only: names)))
        return .success
    }

    /// What is added, in words.
    private var newKey: Phrase {
        let place: Phrase = resources.map { " for \($0)" } ?? ""
        return switch to {
        case nil: "\(keyName.map { "the key \(name: $0)" as Phrase } ?? "a new key")\(place)"
        case .identity: "plaintext (identity)\(place)"
        case .kms: "the KMS provider \(name: kmsName ?? "")\(place)"
        case let provider?:
            "\(keyName.map { "the key \(name: $0)" as Phrase } ?? "a new key") of \(provider.rawValue)\(place)"
        }
    }

    private func showPlan(_ console: Console) throws(CommandFailure) -> ExitStatus {
        _ = try Inputs.configuration(file, reading.rules(try evidence.etcd.connection.discovery()))
        let way: Phrase =
            if deliver == nil { "tell you to copy the file to every server" } else if sshTargets != nil {
                "copy the file over ssh"
            } else { "run your command" }
        let report = RolloutPlanReport(
            file: file, delivery: way, archive: discardRetiredKeys ? nil : archive ?? "the file that --archive names",
            snapshots: snapshots, newKey: newKey, isKMSKeyChange: newKmsKey)
        switch output {
        case .text: try console.result(report.text)
        case .json: try console.result(report.value, isOneLine: true)
        }
        return .success
    }
}
