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
        abstract: "Create a configuration with a new key.",
        discussion: """
            identity is the last provider, so that existing plaintext stays readable. In a running cluster with several \
            servers, use --identity-first: every server learns the key before one writes with it. `encconf rotate` \
            then makes it the write key.

            Examples:
              encconf init --provider secretbox --file enc.yaml
              encconf init --provider aescbc --resources secrets,configmaps
            Exit status: 0 done; 2 failure.
            """)

    enum NewProvider: String, CaseIterable, ExpressibleByArgument { case aescbc, aesgcm, secretbox, kms }

    struct NewFileOptions: ParsableArguments {
        @Option(name: .long, help: ArgumentHelp("Provider that encrypts.", valueName: "provider"))
        var provider: NewProvider
        @Option(name: .long, help: ArgumentHelp("Resources to encrypt, comma-separated.", valueName: "list"))
        var resources = "secrets"
        @Option(name: .long, help: ArgumentHelp("Name of the key. Default: time and fingerprint.", valueName: "name"))
        var keyName: String?
        @Flag(name: .long, help: "Omit identity; existing plaintext becomes unreadable.")
        var noIdentity = false
        @Flag(name: .long, help: "Put identity first, for several running servers.")
        var identityFirst = false
        @Option(
            name: .long, help: ArgumentHelp("Socket of the plugin, such as unix:///run/kms.sock.", valueName: "url"))
        var kmsEndpoint: String?
        @Option(name: .long, help: ArgumentHelp("Name of the KMS provider.", valueName: "name"))
        var kmsName: String?
        @Option(
            name: .long, help: ArgumentHelp("Write here (mode 0600). Default: standard output.", valueName: "path"))
        var file: String?
        @Flag(name: .long, help: "Replace PATH; keep the old file as PATH.replaced-TIME.")
        var force = false
    }

    @OptionGroup(title: "Configuration") var new: NewFileOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard !(new.noIdentity && new.identityFirst) else {
            throw ValidationError("--no-identity and --identity-first cannot be used together")
        }
        if new.provider == .kms {
            guard new.kmsEndpoint != nil, new.kmsName != nil else {
                throw ValidationError("--provider kms needs --kms-endpoint and --kms-name")
            }
            guard new.keyName == nil else {
                throw ValidationError("--key-name cannot be used with kms; use --kms-name")
            }
        } else {
            guard new.kmsEndpoint == nil, new.kmsName == nil else {
                throw ValidationError("--kms-endpoint and --kms-name are for --provider kms")
            }
        }
        guard new.file != nil || !new.force else { throw ValidationError("--force needs --file") }
        guard !resourceNames.isEmpty else { throw ValidationError("--resources is empty") }
        guard new.keyName?.isEmpty != true else { throw ValidationError("--key-name is empty") }
        try checkPlan()
    }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        _ = try reading.rules()
        let key = new.provider == .kms ? nil : try newKey(length: 32)
        let name =
            if let keyName = new.keyName { ByteName(keyName) } else {
                try key.map { key throws(CommandFailure) in try newKeyName(of: key) }
            }
        let text = SecretKey(newConfiguration(key: key, name: name).text())
        // Read again, to be sure that kube-apiserver accepts it.
        if let refusal = refusal(of: text) {
            throw CommandFailure("kube-apiserver would reject the new configuration: \(refusal)")
        }
        if new.keyName?.contains(":") == true {
            console.warning("A colon in a key name can make names overlap.", hint: "see `encconf explain ENC0214`")
        }
        for notice in try notices(of: text) { console.warning(notice.message, hint: notice.hint) }
        if let file = new.file, file != "-" {
            try write(text, to: file, console)
            console.note("wrote \(file). Keep a copy, but not next to the etcd backups.")
        } else {
            try console.result(text.span)
        }
        for line in nextSteps { console.note(line) }
        return .success
    }

    /// Writes the file. An existing file is never lost: `--force` renames it.
    private func write(_ text: SecretKey, to file: String, _ console: Console) throws(CommandFailure) {
        try Inputs.refuseOwned(file)
        guard new.force, unsafe access(file, F_OK) == 0 else {
            do { try SafeWrite.create(text.span, at: file, replacing: false) } catch {
                throw error.failure(existsHint: "choose another name, or pass --force, which keeps the old file")
            }
            return
        }
        let stamp = UTCTime.rfc3339(UTCTime.now).filter { $0 != "-" && $0 != ":" }
        let aside = "\(file).replaced-\(stamp)"
        do { try SafeWrite.supersede(text.span, of: file, keeping: aside) } catch {
            throw error.failure(existsHint: "run the command again in a second")
        }
        console.note("moved the previous \(file) to \(aside)")
    }

    /// The findings of `verify` about the resources, such as names that no version of Kubernetes stores.
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
            throw CommandFailure("The new configuration cannot be read again.")
        }
    }

    /// The next steps: for a new cluster, for one running server, and for several.
    private var nextSteps: [Phrase] {
        let path: Phrase = new.file.map { $0 == "-" ? "the file" : "\($0)" } ?? "the file"
        let option: Phrase =
            new.file.map { $0 == "-" ? "--encryption-provider-config" : "--encryption-provider-config=\($0)" }
            ?? "--encryption-provider-config"
        if new.identityFirst {
            return [
                "Copy \(path) to every control-plane node.",
                "Restart one kube-apiserver after the other with \(option).",
                "Then make the new key the write key: run `encconf rotate` with --step promote --servers.",
            ]
        }
        let newCluster: Phrase =
            "New cluster: copy \(path) to every control-plane node, mount it into kube-apiserver, and start it with \(option)."
        if new.noIdentity {
            return [newCluster, "Running cluster: do not use this file; its plaintext would become unreadable."]
        }
        return [
            newCluster,
            "One running server: restart it with \(option), then re-encrypt every object.",
            "Several running servers: use --identity-first; otherwise some could not read new objects.",
        ]
    }

    private var resourceNames: [String] {
        new.resources.split(separator: ",").map { String($0.filter { !$0.isWhitespace }) }.filter { !$0.isEmpty }
    }

    /// - Parameter key: Nil for a KMS provider.
    private func newConfiguration(key: SecretKey?, name keyName: ByteName?) -> NewConfiguration {
        let newProvider: NewConfiguration.NewProvider =
            if let key, let name = KeyedProvider(rawValue: new.provider.rawValue) {
                .key(provider: name, name: keyName ?? "", secret: key)
            } else {
                .kms(name: ByteName(new.kmsName ?? ""), endpoint: ByteName(new.kmsEndpoint ?? ""))
            }
        return NewConfiguration(
            resources: resourceNames, provider: newProvider,
            identity: new.noIdentity ? .absent : new.identityFirst ? .first : .last, hasHeader: !reading.headerless)
    }

    /// The version of the servers that will read the file.
    private var kubernetes: KubernetesVersion { reading.kubernetes ?? .newest }

    /// Refuses options that give a file which kube-apiserver would reject.
    private func checkPlan() throws {
        let placeholder = SecretKey(SecretBytes.filling(capacity: 32) { key in for _ in 0..<32 { key.append(0) } })
        let name = new.keyName.map { ByteName($0) } ?? "key"
        let text = SecretKey(newConfiguration(key: new.provider == .kms ? nil : placeholder, name: name).text())
        if let refusal = refusal(of: text) { throw ValidationError("kube-apiserver would reject this: \(refusal)") }
    }

    /// The error of kube-apiserver for a configuration; nil if it accepts the file.
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
