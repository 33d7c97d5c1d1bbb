internal import APIServerFlags
internal import ArgumentParser
internal import DurableFiles
internal import EncryptionConfig
internal import Explanations
internal import JSONText
internal import KeyTransition
internal import KubernetesResources
internal import KubernetesVersions
internal import Reports
internal import SecretMemory
internal import ShownText
internal import StorageAudit
internal import Terminal

/// `encconf diff`
struct DiffCommand: EncconfCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Prove that a change keeps every stored value readable.",
        discussion: """
            Compares the key bytes of two files. Shows each value that a server could not read, during the rollout or \
            after it. "May" means: only if such values exist; add evidence to find out. A file that kube-apiserver \
            rejects is never safe.

            Examples:
              encconf diff enc.yaml new.yaml
              encconf diff enc.yaml new.yaml --evidence snapshot.db
              encconf diff none enc.yaml
            Exit status: 0 safe; 1 not safe; 2 failure; 3 depends on the stored values.
            """)

    struct ChangeOptions: ParsableArguments {
        @Option(name: .long, help: ArgumentHelp("Check only these resources, comma-separated.", valueName: "list"))
        var resources: String?
        @Option(
            name: .long, help: ArgumentHelp("Write a safe file to roll out first (mode 0600).", valueName: "path"))
        var writeIntermediate: String?
        @Flag(name: .long, help: "Servers use automatic reload.")
        var reload = false
    }

    @Argument(help: ArgumentHelp("File that servers run now; none: no encryption.", valueName: "old"))
    var old: String
    @Argument(help: ArgumentHelp("File to roll out.", valueName: "new"))
    var new: String
    @OptionGroup(title: "Change") var change: ChangeOptions
    @OptionGroup(title: "Change") var format: ReportOptions
    @OptionGroup var evidence: EvidenceOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard old != "-" || new != "-" else { throw ValidationError("standard input can be read only once") }
        guard old != Self.none || !evidence.isGiven else {
            throw ValidationError("OLD none needs no evidence: without a file every value is plaintext")
        }
        try evidence.validatePlugins()
        for name in resourceNames ?? [] { try ResourceNames.check(name) }
        guard resourceNames?.isEmpty != true else { throw ValidationError("--resources is empty") }
    }

    /// The name that means: no file.
    private static let none = "none"

    var reportKind: String? { format.output == .json ? "TransitionReport" : nil }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        let discovery = try evidence.etcd.connection.discovery()
        let rules = try reading.rules(discovery)
        // Only a manifest or the command line says whether the gate of KMS v1 is on.
        let options = ServerOptions(
            automaticReload: change.reload || discovery?.flags.isReloading == true,
            gates: discovery == nil ? rules.gatesWithKMSv1 : rules.gates)
        let oldFile =
            old == Self.none
            ? ConfigurationFile.none
            : try Inputs.configuration(old, rules)
        let content = try Inputs.file(new).content
        let newHash = try fileHash(content)
        let verdict = try ServerVerdict(
            on: content, path: new, options: options,
            kubernetes: rules.kubernetes, headerless: rules.headerless)
        switch verdict {
        case .accepted(_, let configuration):
            Program.redactor.learn(configuration.keys.map(\.key.secret))
            warnOfKMSv1(from: oldFile.configuration, to: configuration, rules, console)
            let newFile = ConfigurationFile(path: new, hash: newHash, configuration: configuration)
            let report = try report(from: oldFile, to: newFile, console)
            if let path = change.writeIntermediate { try write(report.next, to: path, console) }
            switch format.output {
            case .text: try console.result(report.text(new: new, resources: change.resources))
            case .json:
                try console.result(
                    value(
                        rules.kubernetes, oldHash: oldFile.hash, newHash: newHash, apiserverError: nil, report.members))
            }
            return report.status
        case .refused(let refusal):
            let refused = RefusedChange(
                path: new, apiserverError: refusal.apiserverError, kubernetes: rules.kubernetes)
            if let path = change.writeIntermediate {
                console.note("\(path) is not written: kube-apiserver rejects NEW")
            }
            switch format.output {
            case .text: try console.result(refused.text)
            case .json:
                try console.result(
                    value(
                        rules.kubernetes, oldHash: oldFile.hash, newHash: newHash,
                        apiserverError: refusal.apiserverError, refused.members))
            }
            return .findings
        }
    }

    private func report(
        from oldFile: ConfigurationFile, to newFile: ConfigurationFile, _ console: Console
    ) throws(CommandFailure) -> TransitionReport {
        let evidence = try evidence.evidence(under: oldFile, before: newFile)
        return TransitionReport.judging(
            from: oldFile.configuration, to: newFile.configuration,
            resources: resourceNames?.map { GroupResource(parsing: $0) },
            evidence, console)
    }

    /// The report of the kind `TransitionReport`.
    private func value(
        _ kubernetes: KubernetesVersion, oldHash: String, newHash: String, apiserverError: String?,
        _ members: ReportValue
    ) -> ReportValue {
        .report(
            kind: "TransitionReport",
            [
                "old": .text(old), "oldHash": oldHash.isEmpty ? .null : .text(oldHash), "new": .text(new),
                "newHash": .text(newHash),
                "kubernetes": .text(kubernetes.description), "apiserverError": .text(apiserverError),
            ]) + members
    }

    /// The file does not say whether a server accepts KMS v1. A server that runs with KMS v1 does. For any other it is
    /// assumed, with a warning, unless `--feature-gates` says so.
    private func warnOfKMSv1(
        from old: EncryptionConfiguration, to new: EncryptionConfiguration, _ rules: ServerRules, _ console: Console
    ) {
        let usesKMSv1 = { (file: EncryptionConfiguration) in
            file.entries.contains { $0.providers.contains { $0.name == .kmsv1 } }
        }
        guard !rules.gates.isOn(.kmsv1, in: rules.kubernetes), usesKMSv1(new), !usesKMSv1(old) else { return }
        console.warning(
            "\(fileName(self.new)): has a KMS v1 provider; a server starts only if its feature gate KMSv1 is on",
            hint: "set --feature-gates KMSv1=true or KMSv1=false")
    }

    private var resourceNames: [String]? {
        change.resources.map { $0.split(separator: ",").map { $0.filter { !$0.isWhitespace } } }
    }

    private func write(_ next: NextStep, to path: String, _ console: Console) throws(CommandFailure) {
        switch next {
        case .intermediate(let proposal):
            let text = SecretKey(proposal.text())
            try Inputs.refuseOwned(path)
            do {
                try SafeWrite.create(text.span, at: path, replacing: false)
            } catch {
                throw error.failure(existsHint: "choose another --write-intermediate")
            }
            console.note("wrote \(path). Roll it out, then run `encconf diff \(path) \(new)`.")
        case .newItself: console.note("\(path) is not written: the change is safe without it")
        case .evidence, .conflict: console.note("\(path) is not written: no intermediate file makes the change safe")
        }
    }
}
