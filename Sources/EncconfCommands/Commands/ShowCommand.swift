internal import ArgumentParser
internal import ConfigurationLint
internal import DurableFiles
internal import EncryptionConfig
internal import Explanations
internal import GoText
internal import JSONText
internal import KubernetesVersions
internal import Reports
internal import SecretMemory
internal import ShownText
internal import Terminal

/// `encconf show`
struct ShowCommand: EncconfCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show which keys write and read each resource.",
        usage: "encconf show [<options>] <file>",
        discussion: """
            A fingerprint identifies a key without showing it. kube-apiserver reports the hash in the metric \
            apiserver_encryption_config_controller_last_config_info.

            Examples:
              encconf show enc.yaml
              encconf show enc.yaml -o json
            Exit status: 0 done; 2 failure.
            """)

    @Argument(help: ArgumentHelp("Configuration; - is standard input.", valueName: "file"))
    var file: String
    @OptionGroup(title: "Output") var format: ReportOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var global: GlobalOptions

    var reportKind: String? { format.output == .json ? "ConfigurationSummary" : nil }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        let file = try Inputs.configuration(file, reading.rules())
        let summary = try ConfigurationSummary(file)
        switch format.output {
        case .text: try console.result(summary.text)
        case .json: try console.result(summary.value)
        }
        return .success
    }
}

/// The report of `show`.
private struct ConfigurationSummary {
    struct Key {
        let provider: ProviderName
        let name: String
        let bits: Int
        let fingerprint: String?
        let path: String
        /// Its creation time, as seconds since 1970, if its name contains it.
        let created: Int64?
    }

    let path: String
    let hash: String
    let form: ConfigurationDocument.Form
    let effective: EffectiveTable
    let keys: [Key]
    let kubernetes: KubernetesVersion
    let versions: [VersionNote]

    init(_ file: ConfigurationFile) throws(CommandFailure) {
        path = file.path
        hash = file.hash
        form = file.configuration.form
        effective = EffectiveTable(file.configuration)
        kubernetes = file.configuration.kubernetes
        versions = VersionNote.all(of: file.configuration)
        var keys: [Key] = []
        for (provider, key) in file.configuration.keys {
            keys.append(
                Key(
                    provider: provider.name, name: key.name.text, bits: key.secret.bytes.count * 8,
                    fingerprint: try Explanations.fingerprint(of: key), path: key.path,
                    created: KeyNameDate(in: key.name)?.seconds))
        }
        self.keys = keys
    }

    var text: Phrase {
        var text: Phrase = "\(fileName(path))\n\(hash)\n"
        if let serverHash { text += "\(serverHash) in the form of kube-apiserver \(kubernetes)\n" }
        text += effective.text
        if !versions.isEmpty { text += "\nVersions of Kubernetes\n" + versions.map { "  \($0.text)\n" }.joined() }
        guard !keys.isEmpty else { return text }
        var table = TextTable(header: ["PROVIDER", "KEY", "BITS", "AGE", "FINGERPRINT", "POSITION"])
        let now = UTCTime.now
        for key in keys {
            table.append([
                "\(key.provider)", Phrase(name: key.name), "\(key.bits)",
                "\(key.created.map { Age.text(now - $0) } ?? "-")", "\(key.fingerprint ?? "-")", "\(key.path)",
            ])
        }
        return text + "\n" + Phrase(table)
    }

    /// The hash in the form of the version; nil if that is the usual form.
    private var serverHash: String? {
        let digits = String(hash.drop { $0 != ":" }.dropFirst())
        return switch kubernetes.hashForm {
        case .hexadecimal: digits
        case .unstable: "k8s:enc:unstable:1:\(digits)"
        case .sha256: nil
        }
    }

    var value: ReportValue {
        .report(
            kind: "ConfigurationSummary",
            [
                "file": .text(path), "form": .word(form), "hash": .text(hash), "serverHash": .text(serverHash ?? hash),
                "kubernetes": .text(kubernetes.description), "resources": effective.value,
                "versions": .array(versions.map { ["since": .text($0.since), "message": .phrase($0.text)] }),
                "keys": .array(keys.map(\.value)),
            ])
    }
}

extension ConfigurationSummary.Key {
    fileprivate var value: ReportValue {
        [
            "provider": .word(provider), "key": .name(name), "bits": .number(bits), "fingerprint": .text(fingerprint),
            "path": .text(path), "created": .text(created.map { UTCTime.rfc3339($0) }),
        ]
    }
}
