public import Diagnostics
internal import EnvelopeCrypto
public import SecretMemory

/// `FILE:LINE:COLUMN: PATH: what is wrong`
public func problem(_ diagnostic: Diagnostic, path: String) -> CommandFailure.Problem {
    let place = [fileName(path), diagnostic.position?.description].compactMap { $0 }.joined(separator: ":")
    let message = [place, diagnostic.path?.printable, diagnostic.message.printable].compactMap { $0 }
        .joined(separator: ": ")
    return CommandFailure.Problem(message: message, hint: diagnostic.hint)
}

/// `sha256:` and the SHA-256 of the bytes of a file, as the metrics of kube-apiserver show it.
public func fileHash(_ content: SecretKey) throws(CommandFailure) -> String {
    let digest = try cipherCall { () throws(CipherError) in try Digest.sha256(content.span) }
    return "sha256:" + Digest.hexadecimal(digest)
}
