internal import APIServerFlags
internal import ArgumentParser
internal import ConfigurationLint
internal import Diagnostics
internal import DurableFiles
internal import EncryptionConfig
internal import Explanations
internal import FoundationEssentials
internal import Glibc
internal import KMSPlugin
internal import KubernetesUpgrade
internal import KubernetesVersions
internal import Reports
internal import SecretMemory
internal import ShownText
internal import StorageAudit
internal import StorageEvidence
internal import Terminal

/// `encconf verify`
struct VerifyCommand: EncconfCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Would kube-apiserver start with this file? What is legal but dangerous?",
        discussion: """
            The verdict is kube-apiserver's own, in its own words, with secrets redacted. Warnings do not change the \
            exit status unless --strict is given. `encconf explain` explains each finding.

            A comment in the file suppresses a code: # encconf: ignore ENC0203 reason

            Example:
              encconf verify /etc/kubernetes/enc/enc.yaml --kubernetes 1.29
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json, sarif }

    @Argument(help: ArgumentHelp("Configurations; - is standard input.", valueName: "file"))
    var files: [String]
    @Flag(name: .long, help: "As with --encryption-provider-config-automatic-reload.")
    var reload = false
    @Flag(name: .long, help: "Exit with 1 if there are warnings.")
    var strict = false
    @Option(
        name: .long,
        help: ArgumentHelp("The file that servers run now: is the change safe? (See diff.)", valueName: "old"))
    var against: String?
    @Option(
        name: .long,
        help: ArgumentHelp("Judge every version up to this one, and what each needs before it.", valueName: "1.NN"),
        transform: ReadingOptions.parsedVersion)
    var upgradeTo: KubernetesVersion?
    @Option(
        name: .long, help: ArgumentHelp("Judge every version down to this one.", valueName: "1.NN"),
        transform: ReadingOptions.parsedVersion)
    var downgradeTo: KubernetesVersion?
    @OptionGroup(title: "Evidence") var evidence: EvidenceOptions
    @Option(name: .long, help: ArgumentHelp("Warn of write keys older than this, such as 90d.", valueName: "age"))
    var maxKeyAge: Age?
    @Flag(name: .long, help: "This is the control-plane node: look whether the sockets of KMS plugins are there.")
    var onNode = false
    @Flag(name: .long, help: "Only FIPS 140 approved algorithms may be used.")
    var fips = false
    @Option(name: .long, help: ArgumentHelp("Do not report these codes.", valueName: "list"))
    var suppress: [String] = []
    @Option(name: [.customShort("o"), .long], help: ArgumentHelp("text, json or sarif.", valueName: "format"))
    var output: Format = .text
    @OptionGroup(title: "Configuration files") var reading: ReadingOptions
    @OptionGroup(title: "Output") var global: GlobalOptions

    func validate() throws {
        guard files.count(where: { $0 == "-" }) <= 1 else {
            throw ValidationError("standard input can be read once only")
        }
        guard upgradeTo == nil || downgradeTo == nil else {
            throw ValidationError("--upgrade-to and --downgrade-to exclude each other")
        }
        try evidence.validatePlugins()
        for code in suppressedCodes {
            guard let explanation = Explanation.ofConfiguration(code) else {
                throw ValidationError("\(code) is no code; `encconf explain` lists them")
            }
            guard !explanation.code.hasPrefix("ENC01") else {
                throw ValidationError("\(code): what kube-apiserver refuses cannot be suppressed")
            }
        }
    }

    var reportKind: String? { output == .json ? "VerifyReport" : nil }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        let discovery = try evidence.etcd.connection.discovery()
        let rules = try reading.rules(discovery, isVerdict: true)
        let options = ServerOptions(
            automaticReload: reload || discovery?.flags.isReloading == true, gates: rules.gates)
        let target = try target(from: rules.kubernetes)
        var verifications: [Verification] = []
        var failures: [(path: String, failure: CommandFailure)] = []
        for file in files {
            do throws(CommandFailure) {
                let input = try Inputs.file(file)
                var verification = try Verification(
                    of: file, input, options: options, kubernetes: rules.kubernetes,
                    headerless: rules.headerless, linter: linter, suppressedCodes: suppressedCodes)
                verification.upgrade = try target.map { target throws(CommandFailure) in
                    let path = UpgradePath(
                        of: input.content, options: options, from: rules.kubernetes, to: target,
                        headerless: rules.headerless)
                    Program.redactor.learn(path.meanings.flatMap(\.keys).map(\.key.secret))
                    return try UpgradeReport(path, file: file)
                }
                Program.redactor.learn(verification.configuration?.keys.map(\.key.secret) ?? [])
                verifications.append(verification)
            } catch {
                // The other files are judged all the same.
                console.failure(error)
                failures.append((file, error))
            }
        }
        let old: ConfigurationFile?
        do throws(CommandFailure) {
            old = try against.map { path throws(CommandFailure) in
                try Inputs.configuration(path, rules)
            }
        } catch {
            if output == .sarif { try console.result(try sarif([], [(against ?? "", error)])) }
            throw error
        }
        let all = verifications.compactMap(\.configuration) + [old?.configuration].compactMap { $0 }
        // The plugins that were asked for one file are not asked again for the next.
        let plugins = PluginUnwrapping()
        var proven: [Verification] = []
        for var verification in verifications {
            do throws(CommandFailure) {
                try addProofs(to: &verification, old, besides: all, asking: plugins, console)
                proven.append(verification)
            } catch {
                console.failure(error)
                failures.append((verification.path, error))
            }
        }
        try report(proven, failures, console)
        return .worst(of: proven.map { $0.status(isStrict: strict) } + failures.map(\.failure.status))
    }

    /// The version at the end of the way; nil if none was asked about.
    private func target(from kubernetes: KubernetesVersion) throws(CommandFailure) -> KubernetesVersion? {
        if let upgradeTo, upgradeTo <= kubernetes {
            throw CommandFailure(
                "--upgrade-to \(upgradeTo) is no upgrade from Kubernetes \(kubernetes)",
                hint: "--kubernetes tells which version runs now")
        }
        if let downgradeTo, downgradeTo >= kubernetes {
            throw CommandFailure(
                "--downgrade-to \(downgradeTo) is no downgrade from Kubernetes \(kubernetes)",
                hint: "--kubernetes tells which version runs now")
        }
        if let upgradeTo, upgradeTo > .newest {
            Console().warning(
                "Kubernetes \(upgradeTo) is judged by the rules of \(KubernetesVersion.newest), the newest known")
        }
        return upgradeTo ?? downgradeTo
    }

    private var suppressedCodes: [String] {
        suppress.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
            .map { $0.filter { !$0.isWhitespace } }
    }

    /// Whether the change to an accepted file is safe, and whether stored values can be read under it.
    private func addProofs(
        to verification: inout Verification, _ old: ConfigurationFile?, besides all: [EncryptionConfiguration],
        asking plugins: PluginUnwrapping, _ console: Console
    ) throws(CommandFailure) {
        guard let configuration = verification.configuration else { return }
        let file = ConfigurationFile(path: verification.path, hash: verification.hash, configuration: configuration)
        let failOn: Set<FindingCode> = [.unreadable, .notObject, .moved]
        verification.evidence = try evidence.sources(under: file, besides: all, asking: plugins).map { source in
            AuditReport(
                path: source.name, configurations: [file], result: source.result,
                // What makes a value unreadable. Stale values and plaintext are no harm by themselves.
                failOn: failOn, options: self.evidence.options)
        }
        guard let old else { return }
        // What is stored was written under the old file, and is read under it once more to tell by which of its keys.
        let evidence = try evidence.evidence(under: old, before: file, besides: all, asking: plugins)
        verification.transition = TransitionReport.judging(
            from: old.configuration, to: configuration, evidence, console)
    }

    private func report(
        _ verifications: [Verification], _ failures: [(path: String, failure: CommandFailure)], _ console: Console
    ) throws(CommandFailure) {
        switch output {
        case .text:
            for verification in verifications {
                try console.result(
                    try verification.text(usesColor: console.isOutputColored))
            }
        case .json:
            for verification in verifications {
                try console.result(try verification.value())
            }
            for (_, failure) in failures { try console.result(.report(kind: "VerifyReport", [:]) + failure.value) }
        case .sarif: try console.result(try sarif(verifications, failures))
        }
    }

    /// Every message in it has passed the redaction.
    private func sarif(
        _ verifications: [Verification], _ failures: [(path: String, failure: CommandFailure)]
    ) throws(CommandFailure) -> Phrase {
        let rules = Explanation.ofConfigurations.map {
            SARIFLog.Rule(code: $0.code, title: $0.title, description: $0.meaning, help: "\($0.check) \($0.remedy)")
        }
        let log = SARIFLog(
            tool: "encconf", version: Encconf.configuration.version, rules: rules,
            files: verifications.map { ($0.path, $0.reasons(Program.redactor)) }
                + failures.map { ($0.path, $0.failure.reasons(Program.redactor)) })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return Phrase(stringLiteral: String(decoding: try encoder.encode(log), as: UTF8.self) + "\n")
        } catch {
            throw CommandFailure("cannot write SARIF")
        }
    }

    private var linter: Linter {
        var linter = Linter(
            now: UTCTime.now, maxKeyAge: maxKeyAge?.seconds, fips: fips)
        if onNode { linter.socketExists = InputFile.isSocket }
        return linter
    }
}
