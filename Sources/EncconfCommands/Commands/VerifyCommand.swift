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
        abstract: "Check a configuration before kube-apiserver loads it.",
        discussion: """
            Reports the exact error of kube-apiserver, with secrets redacted, and settings that are valid but \
            dangerous. `encconf explain CODE` explains a finding. To suppress one, add a comment to the file: \
            # encconf: ignore ENC0203 reason

            Examples:
              encconf verify enc.yaml
              encconf verify enc.yaml --kubernetes 1.29 --strict
              encconf verify new.yaml --against enc.yaml
            Exit status: 0 accepted; 1 rejected, unsafe or unreadable values, or a warning with --strict; 2 failure; \
            3 not proven.
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json, sarif }

    struct CheckOptions: ParsableArguments {
        @Flag(name: .long, help: "Servers use automatic reload.")
        var reload = false
        @Flag(name: .long, help: "Treat warnings as errors.")
        var strict = false
        @Option(name: .long, help: ArgumentHelp("Warn if a write key is older, for example 90d.", valueName: "age"))
        var maxKeyAge: Age?
        @Flag(name: .long, help: "Check the KMS sockets on this node.")
        var onNode = false
        @Flag(name: .long, help: "Report algorithms that FIPS 140 does not approve.")
        var fips = false
        @Option(name: .long, help: ArgumentHelp("Do not report these codes.", valueName: "list"))
        var suppress: [String] = []
        @Option(name: [.customShort("o"), .long], help: ArgumentHelp("", valueName: "format"))
        var output: Format = .text
    }

    struct ChangeOptions: ParsableArguments {
        @Option(name: .long, help: ArgumentHelp("File that servers run now; check the change.", valueName: "old"))
        var against: String?
        @Option(
            name: .long, help: ArgumentHelp("Check every version up to this one.", valueName: "1.NN"),
            transform: ReadingOptions.parsedVersion)
        var upgradeTo: KubernetesVersion?
        @Option(
            name: .long, help: ArgumentHelp("Check every version down to this one.", valueName: "1.NN"),
            transform: ReadingOptions.parsedVersion)
        var downgradeTo: KubernetesVersion?
    }

    @Argument(help: ArgumentHelp("Configurations; - is standard input.", valueName: "file"))
    var files: [String]
    @OptionGroup(title: "Checks") var checks: CheckOptions
    @OptionGroup(title: "Change") var change: ChangeOptions
    @OptionGroup var evidence: EvidenceOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard files.count(where: { $0 == "-" }) <= 1 else {
            throw ValidationError("standard input can be read only once")
        }
        guard change.upgradeTo == nil || change.downgradeTo == nil else {
            throw ValidationError("--upgrade-to and --downgrade-to cannot be used together")
        }
        try evidence.validatePlugins()
        for code in suppressedCodes {
            guard let explanation = Explanation.ofConfiguration(code) else {
                throw ValidationError("unknown code \(code); `encconf explain` lists the codes")
            }
            guard !explanation.code.hasPrefix("ENC01") else {
                throw ValidationError("\(code) cannot be suppressed: kube-apiserver rejects the file")
            }
        }
    }

    var reportKind: String? { checks.output == .json ? "VerifyReport" : nil }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        let discovery = try evidence.etcd.connection.discovery()
        let rules = try reading.rules(discovery, isVerdict: true)
        let options = ServerOptions(
            automaticReload: checks.reload || discovery?.flags.isReloading == true, gates: rules.gates)
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
                // The other files are still checked.
                console.failure(error)
                failures.append((file, error))
            }
        }
        let old: ConfigurationFile?
        do throws(CommandFailure) {
            old = try change.against.map { path throws(CommandFailure) in
                try Inputs.configuration(path, rules)
            }
        } catch {
            if checks.output == .sarif { try console.result(try sarif([], [(change.against ?? "", error)])) }
            throw error
        }
        let all = verifications.compactMap(\.configuration) + [old?.configuration].compactMap { $0 }
        // A plugin that was called for one file is not called again for the next.
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
        return .worst(of: proven.map { $0.status(isStrict: checks.strict) } + failures.map(\.failure.status))
    }

    /// The version of `--upgrade-to` or `--downgrade-to`; nil without them.
    private func target(from kubernetes: KubernetesVersion) throws(CommandFailure) -> KubernetesVersion? {
        if let upgradeTo = change.upgradeTo, upgradeTo <= kubernetes {
            throw CommandFailure(
                "--upgrade-to \(upgradeTo) is not newer than Kubernetes \(kubernetes)",
                hint: "set the running version with --kubernetes")
        }
        if let downgradeTo = change.downgradeTo, downgradeTo >= kubernetes {
            throw CommandFailure(
                "--downgrade-to \(downgradeTo) is not older than Kubernetes \(kubernetes)",
                hint: "set the running version with --kubernetes")
        }
        if let upgradeTo = change.upgradeTo, upgradeTo > .newest {
            Console().warning(
                "Kubernetes \(upgradeTo) is checked by the rules of \(KubernetesVersion.newest), the newest known")
        }
        return change.upgradeTo ?? change.downgradeTo
    }

    private var suppressedCodes: [String] {
        checks.suppress.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
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
                // Only unreadable values count. Stale values and plaintext stay readable.
                failOn: failOn, options: self.evidence.options)
        }
        guard let old else { return }
        // Values were written under the old file. It is read once more under that file, to learn which keys they use.
        let evidence = try evidence.evidence(under: old, before: file, besides: all, asking: plugins)
        verification.transition = TransitionReport.judging(
            from: old.configuration, to: configuration, evidence, console)
    }

    private func report(
        _ verifications: [Verification], _ failures: [(path: String, failure: CommandFailure)], _ console: Console
    ) throws(CommandFailure) {
        switch checks.output {
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
            throw CommandFailure("Cannot write SARIF.")
        }
    }

    private var linter: Linter {
        var linter = Linter(
            now: UTCTime.now, maxKeyAge: checks.maxKeyAge?.seconds, fips: checks.fips)
        if checks.onNode { linter.socketExists = InputFile.isSocket }
        return linter
    }
}
