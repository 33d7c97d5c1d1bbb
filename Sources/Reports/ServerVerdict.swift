public import Diagnostics
public import EncryptionConfig
public import Explanations
public import KubernetesVersions
public import SecretMemory
internal import ShownText

/// Whether a kube-apiserver would start with a file.
public enum ServerVerdict {
    case accepted(ConfigurationDocument, EncryptionConfiguration)
    case refused(Refused)

    /// Why kube-apiserver would not start.
    public struct Refused {
        /// Its error text, secrets redacted.
        public let apiserverError: String
        /// Whether the text differs from start to start, in the places where it has `0xADDR`.
        public let variesByStart: Bool
        /// The same as findings.
        public let diagnostics: [Diagnostic]

        init(_ gates: [GateRefusal], in kubernetes: KubernetesVersion) {
            apiserverError = gates.first?.apiserverText ?? ""
            variesByStart = false
            diagnostics = gates.map { $0.diagnostic(in: kubernetes) }
        }

        /// Nil where a limit of this program is hit that kube-apiserver does not have.
        init?(_ refusal: ConfigurationRefusal, path: String) {
            guard let text = refusal.apiserverError(path: path) else { return nil }
            apiserverError = text
            variesByStart = refusal.variesByStart
            diagnostics = refusal.diagnostics
        }
    }

    /// Judges the bytes of a file, from the flags to the transformers.
    ///
    /// - Parameters:
    ///   - options: The flags of the server.
    ///   - kubernetes: Its version.
    /// - Throws: If a limit of this program is hit that kube-apiserver does not have: there is no verdict.
    public init(
        on content: SecretKey, path: String, options: ServerOptions, kubernetes: KubernetesVersion, headerless: Bool
    ) throws(CommandFailure) {
        try self.init(
            ServerAnswer(to: content, options: options, kubernetes: kubernetes, headerless: headerless), path: path,
            kubernetes: kubernetes)
    }

    init(_ answer: ServerAnswer, path: String, kubernetes: KubernetesVersion) throws(CommandFailure) {
        switch answer {
        case .accepted(let document, let configuration): self = .accepted(document, configuration)
        case .refusesGates(let gates): self = .refused(Refused(gates, in: kubernetes))
        case .refusesFile(let refusal):
            guard let refused = Refused(refusal, path: path) else {
                throw CommandFailure(refusal.diagnostics.map { problem($0, path: path) })
            }
            self = .refused(refused)
        }
    }

    /// The error of kube-apiserver for people: one line, or as many as kube-apiserver prints.
    static func sentence(_ apiserverError: String, path: String, in kubernetes: KubernetesVersion) -> Phrase {
        "\(fileName(path)): kube-apiserver \(kubernetes) would not start: " + Phrase(lines: apiserverError)
    }
}
