public import Diagnostics
internal import EnvelopeCrypto
public import SecretMemory
internal import ShownText

/// `FILE:LINE:COLUMN: PATH: what is wrong`
public func problem(_ diagnostic: Diagnostic, path: String) -> CommandFailure.Problem {
    let position: Phrase = diagnostic.position.map { ":\($0.line):\($0.column)" } ?? ""
    let field: Phrase = diagnostic.path.map { "\($0): " } ?? ""
    return CommandFailure.Problem(
        message: "\(fileName(path))\(position): \(field)\(diagnostic.message)",
        hint: (shellArgument(path).map { diagnostic.naming(file: $0) } ?? diagnostic).hint.map { Phrase(foreign: $0) })
}

/// A path as an argument of a command to type: one that begins with a dash would be taken for an option. Nil for standard
/// input, and for a path that cannot be printed unchanged.
public func shellArgument(_ path: String) -> String? {
    guard path != "-", path.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else { return nil }
    return ShellWord.quoted(path.hasPrefix("-") ? "./\(path)" : path)
}

/// `sha256:` and the SHA-256 of the bytes of a file, as the metrics of kube-apiserver show it.
public func fileHash(_ content: SecretKey) throws(CommandFailure) -> String {
    let digest = try cipherCall { () throws(CipherError) in try Digest.sha256(content.span) }
    return "sha256:" + Digest.hexadecimal(digest)
}
