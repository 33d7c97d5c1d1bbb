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
        abstract: "Prove that a change of the configuration leaves every value readable, or tell which not.",
        discussion: """
            Keys are compared by their bytes. What a file writes gives certain counterexamples; what it can only have \
            written earlier gives possible ones. NEW is also judged as verify does: what kube-apiserver refuses is \
            never safe. Exit status: 0 safe for one and for several apiservers, 1 not safe, \
            3 it depends on what is stored.

            OLD can be none: servers run without a file, and all is plaintext. (./none is a file of that name.)

            Example:
              encconf diff /etc/kubernetes/enc/enc.yaml new.yaml
            """)

    @Argument(help: ArgumentHelp("The file that servers run now, or none.", valueName: "old"))
    var old: String
    @Argument(help: ArgumentHelp("The file that they shall run.", valueName: "new"))
    var new: String
    @Option(
        name: .long,
        help: ArgumentHelp("Ask about these resources alone, with commas between them.", valueName: "list"))
    var resources: String?
    @Option(
        name: .long,
        help: ArgumentHelp("Write the next safe file, if the change is not safe itself (mode 0600).", valueName: "path")
    )
    var writeIntermediate: String?
    @Flag(name: .long, help: "As with --encryption-provider-config-automatic-reload.")
    var reload = false
    @OptionGroup(title: "Evidence") var evidence: EvidenceOptions
    @Option(name: [.customShort("o"), .long], help: ArgumentHelp("text or json.", valueName: "format"))
    var output: OutputFormat = .text
    @OptionGroup(title: "Configuration files") var reading: ReadingOptions
    @OptionGroup(title: "Output") var global: GlobalOptions

    func validate() throws {
        guard old != "-" || new != "-" else { throw ValidationError("standard input can be read once only") }
        guard old != Self.none || !evidence.isGiven else {
            throw ValidationError("without a file all is plaintext; nothing that is stored changes that")
        }
        try evidence.validatePlugins()
        for name in resourceNames ?? [] { try ResourceNames.check(name) }
        guard resourceNames?.isEmpty != true else { throw ValidationError("--resources names nothing") }
    }

    /// Stands for no file.
    private static let none = "none"

    var reportKind: String? { output == .json ? "TransitionReport" : nil }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        let discovery = try evidence.etcd.connection.discovery()
        let rules = try reading.rules(discovery)
        // Whether the gate of KMS v1 is on, only a manifest or the command line tells.
        let options = ServerOptions(
            automaticReload: reload || discovery?.flags.isReloading == true,
            gates: discovery == nil ? rules.gatesWithKMSv1 : rules.gates)
        let oldFile =
            old == Self.none
            ? ConfigurationFile(
                path: old, hash: "", configuration: EncryptionConfiguration(form: .current, entries: []))
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
            if let writeIntermediate { try write(report.next, to: writeIntermediate, console) }
            switch output {
            case .text: try console.result(report.text)
            case .json:
                try console.result(
                    value(
                        rules.kubernetes, oldHash: oldFile.hash, newHash: newHash, apiserverError: nil, report.members))
            }
            return report.status
        case .refused(let refusal):
            let refused = RefusedChange(path: new, apiserverError: refusal.apiserverError)
            if let writeIntermediate {
                console.note("kube-apiserver refuses NEW; \(writeIntermediate) is not written")
            }
            switch output {
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

    /// Whether a server lets KMS v1 pass is not in the file. One that runs with KMS v1 does; of any other it is taken for
    /// granted and said, unless `--feature-gates` tells.
    private func warnOfKMSv1(
        from old: EncryptionConfiguration, to new: EncryptionConfiguration, _ rules: ServerRules, _ console: Console
    ) {
        let usesKMSv1 = { (file: EncryptionConfiguration) in
            file.entries.contains { $0.providers.contains { $0.name == .kmsv1 } }
        }
        guard !rules.gates.isOn(.kmsv1, in: rules.kubernetes), usesKMSv1(new), !usesKMSv1(old) else { return }
        console.warning(
            "\(fileName(self.new)): has a KMS v1 provider, with which a server starts only if its gate KMSv1 is on",
            hint: "--feature-gates KMSv1=true or KMSv1=false tells whether it is")
    }

    private var resourceNames: [String]? {
        resources.map { $0.split(separator: ",").map { $0.filter { !$0.isWhitespace } } }
    }

    private func write(_ next: NextStep, to path: String, _ console: Console) throws(CommandFailure) {
        switch next {
        case .intermediate(let proposal):
            let text = SecretKey(proposal.text())
            do {
                try SafeWrite.create(text.span, at: path, replacing: false)
            } catch {
                throw error.failure(existsHint: "give another --write-intermediate")
            }
            console.note("wrote \(path): roll it out on every server, then ask again with it as OLD")
        case .newItself: console.note("the change is safe itself; \(path) is not written")
        case .evidence, .conflict: console.note("no file in between helps; \(path) is not written")
        }
    }
}
