internal import ArgumentParser
internal import EnvelopeCrypto
internal import Explanations
internal import SecretMemory
internal import Terminal

/// `encconf keygen`
struct KeygenCommand: EncconfCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen",
        abstract: "Print a random key in base64.",
        usage: "encconf keygen [<options>]",
        discussion: """
            The key comes from the private random generator of OpenSSL. It is a secret: write it to a file that only \
            you can read, or pipe it to another program.

            Example:
              (umask 077; encconf keygen > key.b64)
            Exit status: 0 done; 2 failure.
            """)

    struct KeyOptions: ParsableArguments {
        @Option(name: .long, help: ArgumentHelp("Length: 16, 24 or 32 bytes.", valueName: "bytes"))
        var length = 32
    }

    @OptionGroup(title: "Key") var key: KeyOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard [16, 24, 32].contains(key.length) else { throw ValidationError("--length accepts 16, 24 or 32") }
    }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        let key = try newKey(length: key.length)
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
