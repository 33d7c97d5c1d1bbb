public import KubernetesVersions
public import SecretMemory

/// What a kube-apiserver makes of a file when it starts: from its flags to the transformers.
public enum ServerAnswer: Sendable {
    case accepted(ConfigurationDocument, EncryptionConfiguration)
    /// It does not come as far as the file. Never empty; the first one is what it says.
    case refusesGates([GateRefusal])
    case refusesFile(ConfigurationRefusal)

    /// Whether every known version accepts a file, or every one refuses it.
    public static func isSameInAllVersions(
        to source: SecretKey, options: ServerOptions, headerless: Bool = false
    ) -> Bool {
        let answers = KubernetesVersion.recorded.map { version in
            ServerAnswer(to: source, options: options, kubernetes: version, headerless: headerless).isAccepted
        }
        return Set(answers).count == 1
    }

    /// - Parameters:
    ///   - source: The bytes of the file.
    ///   - options: The flags of the server.
    ///   - kubernetes: Its version.
    ///   - headerless: Whether a file without `apiVersion` and `kind` is welcome.
    public init(
        to source: SecretKey, options: ServerOptions, kubernetes: KubernetesVersion, headerless: Bool = false
    ) {
        let gates = options.gates.refusals(by: kubernetes)
        guard gates.isEmpty else {
            self = .refusesGates(gates)
            return
        }
        do {
            let document = try ConfigurationDocument.read(
                SecretBytes(copying: source.span), headerless: headerless, kubernetes: kubernetes)
            self = .accepted(document, try EncryptionConfiguration(checking: document, options: options))
        } catch {
            self = .refusesFile(error)
        }
    }

    public var isAccepted: Bool { if case .accepted = self { true } else { false } }

    /// What the file means; nil if it is refused.
    public var configuration: EncryptionConfiguration? {
        if case .accepted(_, let configuration) = self { configuration } else { nil }
    }
}
