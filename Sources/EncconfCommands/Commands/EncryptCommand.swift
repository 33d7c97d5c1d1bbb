internal import ArgumentParser
internal import DurableFiles
internal import EncryptionConfig
internal import EnvelopeCrypto
internal import Explanations
internal import GoText
internal import KubernetesObjects
internal import KubernetesResources
internal import SecretMemory
internal import ShownText
internal import StorageAudit
internal import Terminal
internal import Transformers

/// `encconf encrypt`
struct EncryptCommand: EncconfCommand {
    static let configuration = CommandConfiguration(
        commandName: "encrypt",
        abstract: "Encrypt a value the way kube-apiserver stores it.",
        usage: "encconf encrypt [<options>] --config <file> --etcd-key <key>",
        discussion: """
            Reads the plaintext from standard input and writes the stored value to standard output, encrypted with the \
            write key of the resource. KMS v2 needs the plugin. AES-GCM and KMS authenticate the etcd key, so it must \
            be the right one.

            Example:
              encconf encrypt --config enc.yaml --etcd-key /registry/secrets/a/b < in > out
            Exit status: 0 done; 2 failure.
            """)

    struct Request: ParsableArguments {
        @Option(name: .long, help: ArgumentHelp("Configuration.", valueName: "file"))
        var config: String
        @Option(name: .long, help: ArgumentHelp("etcd key under which the value will be stored.", valueName: "key"))
        var etcdKey: String
        @Option(name: .long, help: ArgumentHelp("Resource. Default: from the etcd key.", valueName: "resource"))
        var resource: String?
    }

    @OptionGroup(title: "Encryption") var request: Request
    @OptionGroup(title: "KMS") var kms: KMSOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard request.config != "-" else {
            throw ValidationError("standard input is the plaintext; name a configuration file")
        }
        guard !request.etcdKey.isEmpty else { throw ValidationError("--etcd-key is empty") }
        try ResourceNames.check(request.resource)
    }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        let file = try Inputs.configuration(request.config, reading.rules())
        let place = try EtcdPlace.named(Array(request.etcdKey.utf8), resource: request.resource)
        let transformers = TransformerSet(
            file.configuration, unwrapping: try kms.unwrapping(for: [file.configuration]))
        let transformer = try cipherCall { () throws(CipherError) in
            try transformers.transformer(for: place.resource)
        }
        guard transformer.rule != nil else {
            throw CommandFailure(
                "\(request.config): no entry covers \(place.resource.description); kube-apiserver stores it as plaintext",
                hint: "run `encconf show \(request.config)` for the resources of the file")
        }
        let plaintext = try Inputs.standardInput()
        warn(of: plaintext.bytes, for: place, console)
        let key = place.bytes ?? []
        var value = SecretBuffer()
        do throws(SealError) {
            try transformer.seal(plaintext.bytes, etcdKey: key.span.rawBytes, appendingTo: &value)
        } catch {
            throw failure(error)
        }
        if transformer.rule?.providers.first?.name == .identity {
            console.warning(
                "The value is plaintext: identity is the write provider of \(place.resource).",
                hint: "run `encconf show \(request.config)` for the write keys")
        }
        try console.result(value.bytes)
        return .success
    }

    /// Warns if kube-apiserver could not decode the plaintext to the object of the etcd key. It is encrypted anyway.
    private func warn(of plaintext: RawSpan, for place: EtcdPlace, _ console: Console) {
        guard StoredEncoding(sniffing: plaintext) != nil else {
            return console.warning("The plaintext is not a Kubernetes object: kube-apiserver cannot decode it.")
        }
        guard let key = place.registryKey, case .other(let identity) = IdentityCheck(plaintext: plaintext, key: key)
        else { return }
        console.warning(
            "The plaintext is \(identity.kind.text) \(identity.place); the etcd key names another object.")
    }

    private func failure(_ error: SealError) -> CommandFailure {
        switch error {
        case .cipher(let error): return CommandFailure(libraryProblem(error))
        case .kmsv1(let plugin):
            return CommandFailure(
                "Cannot encrypt with KMS v1 provider \(plugin.name): encconf only decrypts KMS v1.",
                hint: "use a configuration whose write key is KMS v2 or a static key")
        case .kms(let error, let plugin):
            return CommandFailure(
                "The value needs KMS plugin \(plugin.name) at \(kms.endpoints.endpoint(of: plugin)): \(error.clause)",
                hint: kms.hint(for: plugin, error.uncertainty))
        }
    }
}

extension KMSUnwrapError {
    /// Why there is no key.
    fileprivate var clause: Phrase {
        switch self {
        case .notAsked: "not called (--no-kms)"
        case .plugin(let text): "it returned an error: \(text)"
        case .noAnswer(let reason): reason.clause
        }
    }

    fileprivate var uncertainty: KMSUncertainty? {
        if case .noAnswer(let reason) = self { reason } else { nil }
    }
}
