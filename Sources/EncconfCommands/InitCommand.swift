internal import ArgumentParser
internal import Diagnostics
internal import EncryptionConfig
internal import Glibc
internal import SecretMemory

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
        name: .long, help: ArgumentHelp("Name of the key. Default: key- and the time, in UTC.", valueName: "name"))
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
    @Flag(name: .long, help: "Replace the file if it exists.")
    var force = false
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var global: GlobalOptions

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
    }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        let text = try newConfiguration()
        if let file, file != "-" {
            try SafeWrite.write(text.span, to: file, replacing: force)
            console.note("wrote \(file.printable); keep a copy where no backup of etcd is kept")
        } else {
            try console.write(text.span)
        }
        return .success
    }

    private var resourceNames: [String] {
        resources.split(separator: ",").map { String($0.filter { !$0.isWhitespace }) }.filter { !$0.isEmpty }
    }

    /// The text, read again to be sure that kube-apiserver takes it.
    private func newConfiguration() throws(CommandFailure) -> SecretKey {
        let plan = NewConfiguration(
            resources: resourceNames, provider: try newProvider(),
            identity: noIdentity ? .absent : identityFirst ? .first : .last,
            hasHeader: !reading.headerless)
        let text = SecretKey(plan.text())
        do throws(ConfigurationRefusal) {
            let document = try ConfigurationDocument.read(
                SecretBytes(copying: text.span), headerless: reading.headerless)
            _ = try EncryptionConfiguration(checking: document)
        } catch {
            throw CommandFailure(
                error.diagnostics.map {
                    CommandFailure.Problem(
                        message: "kube-apiserver would refuse this: \($0.message.printable)", hint: $0.hint)
                })
        }
        return text
    }

    private func newProvider() throws(CommandFailure) -> NewConfiguration.NewProvider {
        switch provider {
        case .kms: return .kms(name: kmsName ?? "", endpoint: kmsEndpoint ?? "")
        case .aescbc, .aesgcm, .secretbox:
            return .key(
                provider: ProviderName(rawValue: provider.rawValue) ?? .secretbox,
                name: keyName ?? Clock.keyName(at: Clock.now), secret: try newKey(length: 32))
        }
    }
}
