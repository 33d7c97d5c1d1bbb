public import Diagnostics
public import EncryptionConfig
public import Explanations
public import SecretMemory

/// Whether a kube-apiserver would start with a file.
public enum ServerVerdict {
    case accepted(ConfigurationDocument, EncryptionConfiguration)
    /// What kube-apiserver would print, secrets redacted, and the same as findings.
    case refused(apiserverError: String, [Diagnostic])

    /// Judges the bytes of a file, from decoding to the transformers.
    ///
    /// - Throws: If a limit of this program is hit that kube-apiserver does not have: there is no verdict.
    public init(
        on content: SecretKey, path: String, options: ServerOptions, headerless: Bool
    ) throws(CommandFailure) {
        do throws(ConfigurationRefusal) {
            let document = try ConfigurationDocument.read(SecretBytes(copying: content.span), headerless: headerless)
            self = .accepted(document, try EncryptionConfiguration(checking: document, options: options))
        } catch {
            guard let text = error.apiserverError(path: path) else {
                throw CommandFailure(error.diagnostics.map { problem($0, path: path) })
            }
            self = .refused(apiserverError: text, error.diagnostics)
        }
    }

    /// What people read of a refusal: one line, or as many as kube-apiserver prints.
    static func sentence(_ apiserverError: String, path: String) -> String {
        "\(fileName(path)): kube-apiserver would stop with: \(apiserverError.printableLines)"
    }
}
