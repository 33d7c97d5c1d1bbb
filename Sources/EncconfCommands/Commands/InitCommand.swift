internal import ArgumentParser
internal import ConfigurationLint
internal import Diagnostics
internal import DurableFiles
internal import EncryptionConfig
internal import Explanations
internal import Glibc
internal import GoText
internal import Reports
internal import KubernetesVersions
internal import SecretMemory
internal import ShownText
internal import Terminal

/// `encconf init`
struct InitCommand: EncconfCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a new configuration with a new key.",
        discussion: """
            By default identity comes last, so that plaintext that is stored already stays readable. With several \
            servers give --identity-first: every server learns to read the key while all still write plaintext; \
            making it the write key is the next step, when all servers have loaded the file.

            Example:
              encconf init --provider secretbox --resources secrets,configmaps --file enc.yaml
            """)

    enum NewProvider: String, CaseIterable, ExpressibleByArgument { case aescbc, aesgcm, secretbox, kms }

    @Option(name: .long, help: ArgumentHelp("aescbc, aesgcm, secretbox or kms.", valueName: "provider"))
    var provider: NewProvider
    @Option(name: .long, help: ArgumentHelp("Resources to encrypt, with commas between them.", valueName: "list"))
    var resources = "secrets"
    @Option(
        name: .long,
        help: ArgumentHelp("Name of the key. Default: made of the time in UTC and the fingerprint.", valueName: "name"))
    var keyName: String?
    @Flag(name: .long, help: "Leave identity out: plaintext that is stored already becomes unreadable.")
    var noIdentity = false
    @Flag(name: .long, help: "Put identity first: the first step where several servers run.")
    var identityFirst = false
    @Option(
        name: .long, help: ArgumentHelp("Socket of the KMS plugin, such as unix:///run/kms.sock.", valueName: "url"))
    var kmsEndpoint: String?
    @Option(name: .long, help: ArgumentHelp("Name of the KMS provider.", valueName: "name"))
    var kmsName: String?
    @Option(
        name: .long,
        help: ArgumentHelp("Where to write the file (mode 0600). Default: standard output.", valueName: "path"))
    var file: String?
    @Flag(name: .long, help: "Replace the file if it exists; the old one is kept as PATH.replaced-TIME.")
    var force = false
    @OptionGroup(title: "Configuration files") var reading: ReadingOptions
    @OptionGroup(title: "Output") var global: GlobalOptions

    func validate() throws {
        guard !(noIdentity && identityFirst) else {
            throw ValidationError("--no-identity and --identity-first exclude each other")
        }
        if provider == .kms {
            guard kmsEndpoint != nil, kmsName != nil else {
                throw ValidationError("--provider kms needs --kms-endpoint and --kms-name")
            }
            guard keyName == nil else { throw ValidationError("--key-name is not for kms; give --kms-name") }
        } else {
            guard kmsEndpoint == nil, kmsName == nil else {
                throw ValidationError("--kms-endpoint and --kms-name are for --provider kms")
            }
        }
        guard file != nil || !force else { throw ValidationError("--force goes with --file") }
        guard !resourceNames.isEmpty else { throw ValidationError("--resources names nothing") }
        guard keyName?.isEmpty != true else { throw ValidationError("--key-name is empty") }
        try checkPlan()
    }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        _ = try reading.rules()
        let key = provider == .kms ? nil : try newKey(length: 32)
        let name =
            if let keyName { ByteName(keyName) } else {
                try key.map { key throws(CommandFailure) in try newKeyName(of: key) }
            }
        let text = SecretKey(newConfiguration(key: key, name: name).text())
        // Read again, to be sure that kube-apiserver takes it.
        if let refusal = refusal(of: text) {
            throw CommandFailure("the new configuration would be refused: \(refusal)")
        }
        if keyName?.contains(":") == true {
            console.warning("a colon in a key name can make names overlap", hint: "`encconf explain ENC0214`")
        }
        for notice in try notices(of: text) { console.warning(notice.message, hint: notice.hint) }
        if let file, file != "-" {
            try write(text, to: file, console)
            console.note("wrote \(file); keep a copy where no backup of etcd is kept")
        } else {
            try console.result(text.span)
        }
        for line in nextSteps { console.note(line) }
        return .success
    }

    /// Writes the file. Nothing that is there is lost: with `--force` it gets another name.
    private func write(_ text: SecretKey, to file: String, _ console: Console) throws(CommandFailure) {
        guard force, unsafe access(file, F_OK) == 0 else {
            do { try SafeWrite.create(text.span, at: file, replacing: false) } catch {
                throw error.failure(existsHint: "give another name; --force keeps the old file under a second name")
            }
            return
        }
        let stamp = UTCTime.rfc3339(UTCTime.now).filter { $0 != "-" && $0 != ":" }
        let aside = "\(file).replaced-\(stamp)"
        do { try SafeWrite.supersede(text.span, of: file, keeping: aside) } catch {
            throw error.failure(existsHint: "try again in a second")
        }
        console.note("the former \(file) is now \(aside)")
    }

    /// What `verify` says of the resources, such as names that no version of Kubernetes stores.
    private func notices(of text: SecretKey) throws(CommandFailure) -> [CommandFailure.Problem] {
        do throws(ConfigurationRefusal) {
            let document = try ConfigurationDocument.read(
                SecretBytes(copying: text.span), headerless: reading.headerless, kubernetes: kubernetes)
            let configuration = try EncryptionConfiguration(checking: document, options: .lenient)
            return Linter().findings(in: document, checked: configuration).filter {
                ["ENC0240", "ENC0244", "ENC0237"].contains($0.code)
            }
            .map { CommandFailure.Problem(message: "\($0.message)", hint: $0.hint.map { "\($0)" }) }
        } catch {
            throw CommandFailure("the new configuration cannot be read again")
        }
    }

    /// What to do next: for one server, for a cluster that is not there yet, and for several servers that run.
    private var nextSteps: [Phrase] {
        let path: Phrase = file.map { $0 == "-" ? "the file" : "\($0)" } ?? "the file"
        let option: Phrase =
            file.map { $0 == "-" ? "--encryption-provider-config" : "--encryption-provider-config=\($0)" }
            ?? "--encryption-provider-config"
        if noIdentity {
            return [
                "a new cluster: copy \(path) to every server before the first start with \(option)",
                "a cluster that runs: with this file its plaintext is unreadable; leave --no-identity out",
            ]
        }
        if identityFirst {
            return [
                "several servers that run: copy \(path) to each, start each with \(option), one after the other; when all have "
                    + "loaded it, make the key write with `encconf rotate` and --step promote"
            ]
        }
        return [
            "a new cluster: copy \(path) to every server before the first start with \(option)",
            "one server that runs: restart it with \(option), then write every object anew; stored values stay plaintext until "
                + "then",
            "several servers that run: make the file with --identity-first instead, since a server without the key could not "
                + "read what the others write",
        ]
    }

    private var resourceNames: [String] {
        resources.split(separator: ",").map { String($0.filter { !$0.isWhitespace }) }.filter { !$0.isEmpty }
    }

    /// - Parameter key: Nil for a KMS provider.
    private func newConfiguration(key: SecretKey?, name keyName: ByteName?) -> NewConfiguration {
        let newProvider: NewConfiguration.NewProvider =
            if let key, let name = KeyedProvider(rawValue: provider.rawValue) {
                .key(provider: name, name: keyName ?? "", secret: key)
            } else {
                .kms(name: ByteName(kmsName ?? ""), endpoint: ByteName(kmsEndpoint ?? ""))
            }
        return NewConfiguration(
            resources: resourceNames, provider: newProvider,
            identity: noIdentity ? .absent : identityFirst ? .first : .last, hasHeader: !reading.headerless)
    }

    /// The version that the file is for.
    private var kubernetes: KubernetesVersion { reading.kubernetes ?? .newest }

    /// Refuses a command line that asks for what kube-apiserver would refuse.
    private func checkPlan() throws {
        let placeholder = SecretKey(SecretBytes.filling(capacity: 32) { key in for _ in 0..<32 { key.append(0) } })
        let name = keyName.map { ByteName($0) } ?? "key"
        let text = SecretKey(newConfiguration(key: provider == .kms ? nil : placeholder, name: name).text())
        if let refusal = refusal(of: text) { throw ValidationError("kube-apiserver would refuse this: \(refusal)") }
    }

    /// What kube-apiserver has against a configuration.
    private func refusal(of text: SecretKey) -> String? {
        do throws(ConfigurationRefusal) {
            let document = try ConfigurationDocument.read(
                SecretBytes(copying: text.span), headerless: reading.headerless, kubernetes: kubernetes)
            _ = try EncryptionConfiguration(
                checking: document, options: ServerOptions(gates: reading.featureGates ?? FeatureGates()))
            return nil
        } catch {
            return error.diagnostics.map(\.message).joined(separator: "; ")
        }
    }
}
