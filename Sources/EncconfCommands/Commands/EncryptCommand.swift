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
        abstract: "Seal a value as kube-apiserver would store it.",
        discussion: """
            Reads the plaintext from standard input and writes the stored value, in bytes, to standard output. The \
            write key of the resource is used; for KMS v2 the plugin is asked to encrypt a new one. AES-GCM and KMS \
            tie the value to its etcd key, so it must be the right one.

            Example:
              encconf encrypt --config enc.yaml --etcd-key /registry/secrets/default/token < plain > stored
            """)

    @Option(name: .long, help: ArgumentHelp("The configuration.", valueName: "file"))
    var config: String
    @Option(name: .long, help: ArgumentHelp("Where the value will stand in etcd.", valueName: "key"))
    var etcdKey: String
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The resource, such as widgets.example.com. Default: what the etcd key tells.", valueName: "resource"))
    var resource: String?
    @OptionGroup(title: "KMS") var kms: KMSOptions
    @OptionGroup(title: "Configuration files") var reading: ReadingOptions
    @OptionGroup(title: "Output") var global: GlobalOptions

    func validate() throws {
        guard config != "-" else { throw ValidationError("standard input is for the plaintext; name a file") }
        guard !etcdKey.isEmpty else { throw ValidationError("--etcd-key is empty") }
        try ResourceNames.check(resource)
    }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        let file = try Inputs.configuration(config, reading.rules())
        let place = try EtcdPlace.named(Array(etcdKey.utf8), resource: resource)
        let transformers = TransformerSet(
            file.configuration, unwrapping: try kms.unwrapping(for: [file.configuration]))
        let transformer = try cipherCall { () throws(CipherError) in
            try transformers.transformer(for: place.resource)
        }
        guard transformer.rule != nil else {
            throw CommandFailure(
                "\(config): no entry covers \(place.resource.description)",
                hint: "kube-apiserver stores it in plaintext; `encconf show` lists what is covered")
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
                "identity writes \(place.resource): the value is plaintext", hint: "`encconf show` tells who writes")
        }
        try console.result(value.bytes)
        return .success
    }

    /// Says so if kube-apiserver would not make an object of the plaintext. It is sealed all the same.
    private func warn(of plaintext: RawSpan, for place: EtcdPlace, _ console: Console) {
        guard StoredEncoding(sniffing: plaintext) != nil else {
            return console.warning("the plaintext is no stored object: kube-apiserver will not decode it")
        }
        guard let key = place.registryKey, case .other(let identity) = IdentityCheck(plaintext: plaintext, key: key)
        else { return }
        console.warning(
            "the plaintext is \(identity.kind.text) \(identity.place), which is not what the etcd key names")
    }

    private func failure(_ error: SealError) -> CommandFailure {
        switch error {
        case .cipher(let error): return CommandFailure(libraryProblem(error))
        case .kmsv1(let plugin):
            return CommandFailure(
                "KMS provider \(plugin.name) is of version 1, whose values are read and not written",
                hint: "give a configuration that writes with KMS v2 or with a static key")
        case .kms(let error, let plugin):
            return CommandFailure(
                "the key of the value has to come from the KMS v2 plugin \(plugin.name) at "
                    + "\(kms.endpoints.endpoint(of: plugin)), and \(error.clause)",
                hint: kms.hint(for: plugin, error.uncertainty))
        }
    }
}

extension KMSUnwrapError {
    /// Why there is no key.
    fileprivate var clause: Phrase {
        switch self {
        case .notAsked: "it was not asked"
        case .plugin(let text): "it refused: \(text)"
        case .noAnswer(let reason): reason.clause
        }
    }

    fileprivate var uncertainty: KMSUncertainty? {
        if case .noAnswer(let reason) = self { reason } else { nil }
    }
}
