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
        /// What it would print, secrets redacted.
        public let apiserverError: String
        /// Whether the text differs from start to start, in the places where it has `0xADDR`.
        public let variesByStart: Bool
        /// The same as findings.
        public let diagnostics: [Diagnostic]
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
        let gates = options.gates.refusals(by: kubernetes)
        if let first = gates.first {
            self = .refused(
                Refused(
                    apiserverError: first.apiserverText, variesByStart: false,
                    diagnostics: gates.map { $0.diagnostic(in: kubernetes) }))
            return
        }
        do throws(ConfigurationRefusal) {
            let document = try ConfigurationDocument.read(
                SecretBytes(copying: content.span), headerless: headerless, kubernetes: kubernetes)
            self = .accepted(document, try EncryptionConfiguration(checking: document, options: options))
        } catch {
            guard let text = error.apiserverError(path: path) else {
                throw CommandFailure(error.diagnostics.map { problem($0, path: path) })
            }
            self = .refused(
                Refused(apiserverError: text, variesByStart: error.variesByStart, diagnostics: error.diagnostics))
        }
    }

    /// A refusal for people: one line, or as many as kube-apiserver prints.
    static func sentence(_ apiserverError: String, path: String) -> Phrase {
        "\(fileName(path)): kube-apiserver would stop with: " + Phrase(lines: apiserverError)
    }
}
