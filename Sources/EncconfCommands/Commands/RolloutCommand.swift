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
        abstract: "Rotate the keys of a running cluster.",
        discussion: """
            Adds a key, promotes it, re-encrypts every value, audits etcd, and retires the old keys. After each change of \
            the file it delivers the file and waits until every server runs it. Each phase starts only when its facts \
            are proven. After a stop, the same command continues, from FILE.rollout.

            --deliver and --restart are run by /bin/sh with ENCCONF_FILE, ENCCONF_HASH and ENCCONF_PHASE (added, \
            promoted, retired or aborted). With --per-server they run once for each server, with ENCCONF_SERVER_ID, \
            ENCCONF_SERVER_HOST and ENCCONF_SERVER_ADDRESS. Without --deliver, copy the file when encconf asks for it.

            Examples:
              encconf rollout enc.yaml --plan
              encconf rollout enc.yaml --print-rbac
              encconf rollout enc.yaml --etcd --archive enc.yaml.retired --yes
            Exit status: 0 proven; 1 values need the old keys; 2 refused or failed; 3 not proven.
            """)

    struct KeyOptions: ParsableArguments {
        @Option(name: .long, help: ArgumentHelp("Change the provider.", valueName: "provider"))
        var to: RotationGoal.Target?
        @Option(name: .long, help: ArgumentHelp("Name of the new key.", valueName: "name"))
        var keyName: String?
        @Option(name: .long, help: ArgumentHelp("Name of the new KMS provider, for --to kms.", valueName: "name"))
        var kmsName: String?
        @Option(name: .long, help: ArgumentHelp("Rotate only these resources, comma-separated.", valueName: "list"))
        var resources: String?
        @Flag(name: .long, help: "Undo: restore the old write key, remove the new key.")
        var abort = false
        @Flag(name: .long, help: "The KMS plugin has a new key; keep FILE, re-encrypt.")
        var newKmsKey = false
        @Option(name: .long, help: ArgumentHelp("Keep removed keys in this file (mode 0600).", valueName: "path"))
        var archive: String?
        @Flag(name: .long, help: "Destroy removed keys. No backup may need them.")
        var discardRetiredKeys = false
    }

    struct DeliveryOptions: ParsableArguments {
        @Option(
            name: .long, help: ArgumentHelp("Copies FILE: a command, or ssh://USER@HOST/PATH,…", valueName: "command"))
        var deliver: String?
        @Option(name: .long, help: ArgumentHelp("Restarts servers after each delivery.", valueName: "command"))
        var restart: String?
        @Flag(name: .long, help: "Run the commands for one server after the other.")
        var perServer = false
        @Option(name: .long, help: ArgumentHelp("Configuration file of ssh.", valueName: "path"))
        var sshConfig: String?
        @Option(name: .long, help: ArgumentHelp("Wait at most this long for servers.", valueName: "dur"))
        var timeout = WaitDuration(.seconds(900))
        @Option(name: .long, help: ArgumentHelp("kube-apiserver's --request-timeout.", valueName: "dur"))
        var settle = WaitDuration(.seconds(60))
    }

    struct RunOptions: ParsableArguments {
        @Flag(name: .long, help: "Print all phases; do nothing.")
        var plan = false
        @Flag(name: .long, help: "Print the ClusterRole that encconf needs; do nothing.")
        var printRbac = false
        @Flag(name: .long, help: "Do not ask for confirmation.")
        var yes = false
        @Option(
            name: .long, help: ArgumentHelp("Folder for snapshots. Default: the one of FILE.", valueName: "folder"))
        var snapshotFolder: String?
        @Flag(name: .long, help: "Save no snapshots before and after.")
        var noSnapshots = false
        @Option(name: .customLong("evidence"), help: .hidden)
        var refusedEvidence: [String] = []
    }

    @Argument(help: ArgumentHelp("Configuration that the servers run.", valueName: "file"))
    var file: String
    @OptionGroup(title: "Rotation") var keys: KeyOptions
    @OptionGroup(title: "Delivery") var delivery: DeliveryOptions
    @OptionGroup(title: "Run") var control: RunOptions
    @OptionGroup(title: "Run") var speed: RewriteOptions
    @OptionGroup(title: "Run") var format: ReportOptions
    @OptionGroup(title: "Kubernetes") var kubernetes: KubernetesOptions
    @OptionGroup(title: "etcd") var etcd: EtcdOptions
    @OptionGroup var consistency: LinearizableOptions
    @OptionGroup(title: "KMS") var kms: KMSOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var global: GlobalOptions

    /// etcd as the evidence of each phase.
    var evidence: EvidenceOptions { EvidenceOptions(etcd: etcd, kms: kms) }

    func validate() throws {
        guard file != "-" else { throw ValidationError("standard input cannot be rolled out; name a file") }
        guard control.refusedEvidence.isEmpty else {
            throw ValidationError("rollout needs --etcd or --discover-from; --evidence cannot be used")
        }
        guard keys.archive == nil || !keys.discardRetiredKeys else {
            throw ValidationError("--archive and --discard-retired-keys cannot be used together")
        }
        guard keys.archive != "-", keys.archive == nil || keys.archive != file else {
            throw ValidationError("--archive needs another path than FILE")
        }
        guard keys.to == .kms || keys.kmsName == nil else { throw ValidationError("--kms-name is for --to kms") }
        guard keys.to != .kms || keys.kmsName != nil && evidence.kms.endpoints.unnamed.count == 1 else {
            throw ValidationError("--to kms needs --kms-name and --kms-endpoint unix:///PATH")
        }
        guard keys.keyName?.isEmpty != true else { throw ValidationError("--key-name is empty") }
        guard keys.keyName == nil || keys.to != .kms && keys.to != .identity else {
            throw ValidationError("--key-name cannot be used with --to kms or identity; a KMS provider has --kms-name")
        }
        guard
            !keys.newKmsKey
                || keys.to == nil && keys.keyName == nil && !keys.abort && keys.resources == nil
                    && delivery.deliver == nil && delivery.restart == nil
                    && keys.archive == nil && !keys.discardRetiredKeys
        else { throw ValidationError("--new-kms-key does not change FILE; omit the options that change or deliver it") }
        guard !delivery.perServer || delivery.deliver != nil || delivery.restart != nil else {
            throw ValidationError("--per-server needs --deliver or --restart")
        }
        guard !(delivery.deliver?.hasPrefix("ssh://") ?? false) || sshTargets != nil else {
            throw ValidationError("--deliver ssh:// needs a list: ssh://USER@HOST/PATH,ssh://USER@HOST/PATH")
        }
        guard delivery.sshConfig == nil || sshTargets != nil else {
            throw ValidationError("--ssh-config needs --deliver ssh://")
        }
        guard control.snapshotFolder == nil || !control.noSnapshots else {
            throw ValidationError("--snapshot-folder and --no-snapshots cannot be used together")
        }
        guard !keys.discardRetiredKeys || control.noSnapshots || control.plan || control.printRbac else {
            throw ValidationError(
                "--discard-retired-keys destroys keys that the snapshot before the rollout needs; use --archive, or add --no-snapshots"
            )
        }
        guard delivery.restart == nil || delivery.deliver != nil else {
            throw ValidationError("--restart needs --deliver: without it a server would restart before it has the file")
        }
        guard !control.plan || !keys.abort else { throw ValidationError("--plan cannot be used with --abort") }
        guard !control.plan || !control.printRbac else {
            throw ValidationError("--plan and --print-rbac cannot be used together")
        }
        guard control.plan || control.printRbac || evidence.etcd.isGiven else {
            throw ValidationError("rollout proves its result and needs --etcd or --discover-from")
        }
        guard control.plan || control.printRbac || keys.newKmsKey || keys.archive != nil || keys.discardRetiredKeys
        else {
            throw ValidationError("rollout removes the old keys; keep them with --archive FILE")
        }
    }

    /// The targets of `--deliver ssh://…`; nil for a command, or for a list that is malformed.
    var sshTargets: [SSHTarget]? {
        guard let deliver = delivery.deliver, deliver.hasPrefix("ssh://") else { return nil }
        let parts = deliver.split(separator: ",").map { SSHTarget(String($0)) }
        return parts.contains { $0 == nil } ? nil : parts.compactMap { $0 }
    }

    /// The folder of snapshots; nil for none.
    var snapshots: String? {
        guard !control.noSnapshots else { return nil }
        if let folder = control.snapshotFolder { return folder }
        return file.contains("/") ? String(file[..<(file.lastIndex(of: "/") ?? file.startIndex)]) : "."
    }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        if control.printRbac { return try showRights(console) }
        if control.plan { return try showPlan(console) }
        return try run(console)
    }

    private func run(_ console: Console) throws(CommandFailure) -> ExitStatus {
        guard control.yes || Confirmation.isPossible else {
            throw CommandFailure(
                "Cannot ask for confirmation: standard input is not a terminal.",
                hint: "see the phases with --plan, then confirm them with --yes",
                status: .usage)
        }
        // Ctrl-C stops between two actions, after the report of the first.
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
            if format.output == .json {
                let event = RolloutEvent(time: UTCTime.now, phase: "rollout", .stops, "stopped by an error")
                try console.result(event.value + error.value, isOneLine: true)
            }
            return error.status
        }
    }

    private func showRights(_ console: Console) throws(CommandFailure) -> ExitStatus {
        let configuration = try Inputs.configuration(file, reading.rules(try evidence.etcd.connection.discovery()))
            .configuration
        let names = keys.resources.map { Set($0.split(separator: ",").map { $0.filter { !$0.isWhitespace } }) }
        try console.result(Phrase(lines: RolloutRights.manifest(for: configuration, only: names)))
        return .success
    }

    /// The new key, as the plan names it.
    private var newKey: Phrase {
        let place: Phrase = keys.resources.map { " for \($0)" } ?? ""
        return switch keys.to {
        case nil: "\(keys.keyName.map { "the key \(name: $0)" as Phrase } ?? "a new key")\(place)"
        case .identity: "plaintext (identity)\(place)"
        case .kms: "the KMS provider \(name: keys.kmsName ?? "")\(place)"
        case let provider?:
            "\(keys.keyName.map { "the key \(name: $0)" as Phrase } ?? "a new key") of \(provider.rawValue)\(place)"
        }
    }

    private func showPlan(_ console: Console) throws(CommandFailure) -> ExitStatus {
        _ = try Inputs.configuration(file, reading.rules(try evidence.etcd.connection.discovery()))
        let way: Phrase =
            if delivery.deliver == nil {
                "ask you to copy the file to every server, and to restart it unless it reloads the file"
            } else if sshTargets != nil {
                "copy the file over ssh"
            } else { "run your command" }
        let report = RolloutPlanReport(
            file: file, delivery: way,
            archive: keys.discardRetiredKeys ? nil : keys.archive ?? "the file that --archive names",
            snapshots: snapshots, newKey: newKey, isKMSKeyChange: keys.newKmsKey)
        switch format.output {
        case .text: try console.result(report.text)
        case .json: try console.result(report.value, isOneLine: true)
        }
        return .success
    }
}
