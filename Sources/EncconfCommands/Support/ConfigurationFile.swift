internal import Diagnostics
internal import EncryptionConfig
internal import EnvelopeCrypto
internal import SecretMemory

/// A configuration as it was read from a file.
struct ConfigurationFile {
    /// As the person gave it; `-` is standard input.
    let path: String
    /// `sha256:` and the SHA-256 of the bytes, as the metrics of kube-apiserver show it.
    let hash: String
    let configuration: EncryptionConfiguration

    /// Reads a configuration that kube-apiserver could start with, whatever its version and feature gates.
    static func load(_ path: String, headerless: Bool) throws(CommandFailure) -> ConfigurationFile {
        let content = try InputFile.read(path).content
        guard content.bytes.count > 0 else {
            throw CommandFailure(
                "\(InputFile.name(path)): the file is empty",
                hint: "`encconf init` prints a configuration to begin with")
        }
        let hash = try sha256(content)
        do throws(ConfigurationRefusal) {
            let document = try ConfigurationDocument.read(
                SecretBytes(copying: content.span), headerless: headerless)
            let configuration = try EncryptionConfiguration(checking: document, options: .lenient)
            return ConfigurationFile(path: path, hash: hash, configuration: configuration)
        } catch {
            throw CommandFailure(error.diagnostics.map { problem($0, path: path) })
        }
    }

    /// `FILE:LINE:COLUMN: PATH: what is wrong`
    static func problem(_ diagnostic: Diagnostic, path: String) -> CommandFailure.Problem {
        let place = [InputFile.name(path), diagnostic.position?.description].compactMap { $0 }.joined(separator: ":")
        let message = [place, diagnostic.path?.printable, diagnostic.message.printable].compactMap { $0 }
            .joined(separator: ": ")
        return CommandFailure.Problem(message: message, hint: diagnostic.hint)
    }

    /// `sha256:` and the SHA-256 of the bytes of a file.
    static func sha256(_ content: SecretKey) throws(CommandFailure) -> String {
        let digest = try cipherCall { () throws(CipherError) in try Digest.sha256(content.span) }
        return "sha256:" + Digest.hexadecimal(digest)
    }
}

/// Runs something that fails only if the cipher library lacks a cipher, which is nobody's input's fault.
func cipherCall<Result>(_ body: () throws(CipherError) -> Result) throws(CommandFailure) -> Result {
    do { return try body() } catch { throw CommandFailure(libraryProblem(error)) }
}

/// What to say when the cipher library fails.
func libraryProblem(_ error: CipherError) -> String {
    guard case .library(let failure) = error else { return "the cipher library failed" }
    let reasons = failure.reasons.isEmpty ? "" : ": " + failure.reasons.joined(separator: "; ")
    return "the cipher library failed in \(failure.call)\(reasons)"
}
