internal import ArgumentParser
internal import EnvelopeCrypto
internal import Explanations
internal import SecretMemory
internal import Terminal

/// `encconf keygen`
struct KeygenCommand: EncconfCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen",
        abstract: "Print one random key in base64.",
        discussion: """
            The bytes come from OpenSSL's private random generator. The key is a secret: send it to a file that only \
            you can read, or straight into another program.

            Example:
              (umask 077; encconf keygen > key.b64)
            """)

    @Option(name: .long, help: ArgumentHelp("Length in bytes: 16, 24 or 32.", valueName: "bytes"))
    var length = 32
    @OptionGroup(title: "Output") var global: GlobalOptions

    func validate() throws {
        guard [16, 24, 32].contains(length) else { throw ValidationError("a key has 16, 24 or 32 bytes") }
    }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        let key = try newKey(length: length)
        var line = SecretBuffer()
        line.append(SecretBase64.encode(key.span).bytes)
        line.append("\n")
        try console.result(line.bytes)
        return .success
    }
}

/// A new random key.
/// - Parameter length: In bytes.
func newKey(length: Int) throws(CommandFailure) -> SecretKey {
    try cipherCall { () throws(CipherError) in SecretKey(try RandomBytes.make(length)) }
}
