internal import ArgumentParser
internal import DurableFiles
internal import EncryptionConfig
internal import Explanations
internal import FleetComparison
internal import GoText
internal import Reports
internal import SecretMemory
internal import ShownText
internal import Terminal

/// `encconf fleet`
struct FleetCommand: EncconfCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleet",
        abstract: "Compare the keys of many nodes, clusters and backups.",
        usage: "encconf fleet [<options>] <file> ...",
        discussion: """
            Each FILE is a configuration, or a report of `encconf audit -o json`; NAME=FILE gives it a name. All \
            configurations of one cluster should mean the same, and each key that an audit found should be in them, or \
            in an archive. With names such as CLUSTER/NODE, no key should be in two clusters. Keys are compared by \
            their bytes and shown as fingerprints.

            Examples:
              encconf fleet cp-1=enc.yaml cp-2=new.yaml
              encconf fleet enc.yaml backup.json --archive enc.yaml.retired
              encconf fleet prod/cp-1=enc.yaml stage/cp-1=new.yaml
            Exit status: 0 no difference, no missing key; 1 differences, shared or missing keys; 2 failure; 3 not \
            everything could be compared.
            """)

    struct FleetOptions: ParsableArguments {
        @Option(
            name: .long, help: ArgumentHelp("File with removed keys, only for audits; repeatable.", valueName: "file"))
        var archive: [String] = []
    }

    @Argument(help: ArgumentHelp("Configurations and audit reports: [[CLUSTER/]NAME=]PATH.", valueName: "file"))
    var files: [String]
    @OptionGroup(title: "Fleet") var fleet: FleetOptions
    @OptionGroup(title: "Fleet") var format: ReportOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var global: GlobalOptions

    /// Each needs memory and, in the worst case, a comparison with each other one.
    private static let fileLimit = 1000

    func validate() throws {
        let arguments = files.map { FleetArgument($0) }
        let archives = fleet.archive.map { FleetArgument($0) }
        guard arguments.count > 1 else {
            throw ValidationError("one file cannot be compared; name at least two")
        }
        guard arguments.count <= Self.fileLimit else {
            throw ValidationError("\(arguments.count) files are too many; compare at most \(Self.fileLimit)")
        }
        guard (arguments + archives).count(where: { $0.path == "-" }) <= 1 else {
            throw ValidationError("standard input can be read only once")
        }
        var names: Set<ByteName> = []
        for argument in arguments + archives where !names.insert(argument.name.text).inserted {
            throw ValidationError("two files have the name \(argument.name.text); name them with NAME=PATH")
        }
        let withCluster = arguments.filter { $0.name.cluster != nil }
        if let other = arguments.first(where: { $0.name.cluster == nil }), !withCluster.isEmpty {
            throw ValidationError("\(other.name.text) has no cluster; name it with CLUSTER/NAME=PATH, as the others")
        }
    }

    var reportKind: String? { format.output == .json ? "FleetReport" : nil }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        let rules = try reading.rules()
        var files: [FleetFile] = []
        var audits: [FleetAudit] = []
        for argument in self.files.map({ FleetArgument($0) }) {
            let content = try Inputs.file(argument.path).content
            if FleetAudit.isReport(content.span) {
                audits.append(try audit(argument, content))
            } else {
                files.append(
                    FleetFile(
                        name: argument.name, file: try Inputs.configuration(argument.path, content, rules)))
            }
        }
        var archives: [FleetFile] = []
        for argument in fleet.archive.map({ FleetArgument($0) }) {
            archives.append(
                FleetFile(name: argument.name, file: try Inputs.configuration(argument.path, rules)))
        }
        guard !files.isEmpty else {
            throw CommandFailure(
                "No configuration was named.", hint: "name the configuration that should open these values",
                status: .usage)
        }
        var fingerprints = KeyFingerprints()
        for (_, key) in (files + archives).flatMap(\.file.configuration.keys) {
            fingerprints.add(key, try fingerprint(of: key))
        }
        let report = FleetReport(
            FleetComparison(files: files, archives: archives, audits: audits, fingerprints: fingerprints),
            fingerprints, readingOptions: rules.given)
        switch format.output {
        case .text: try console.result(fitted: report.text)
        case .json: try console.result(report.value)
        }
        return report.status
    }

    private func audit(_ argument: FleetArgument, _ content: SecretKey) throws(CommandFailure) -> FleetAudit {
        do throws(AuditReadingFault) {
            return try FleetAudit(json: content.span, name: argument.name, path: argument.path)
        } catch {
            var hint: Phrase = "name a report of `encconf audit -o json`"
            if case .several = error { hint = "save each report in a file of its own" }
            throw CommandFailure("\(fileName(argument.path)): \(error.explanation)", hint: hint)
        }
    }
}

extension Console {
    /// Writes a result for people in lines that fit the terminal, as far as words can be moved. Commands stay on one line.
    fileprivate func result(fitted phrase: Phrase) throws(CommandFailure) {
        let text = FittedText.lines(Program.redactor.shown(phrase).text, columns: TerminalSize.columns)
        let bytes = Array(text.utf8)
        try result(bytes.span.rawBytes)
    }
}
