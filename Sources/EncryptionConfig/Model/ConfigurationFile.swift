/// A configuration, read from a file.
public struct ConfigurationFile: Sendable {
    /// As the person gave it; `-` is standard input.
    public let path: String
    /// `sha256:` and the SHA-256 of the bytes, as the metrics of kube-apiserver show it.
    public let hash: String
    public let configuration: EncryptionConfiguration

    /// What a server without a file has: it reads and writes plaintext.
    public static let none = ConfigurationFile(
        path: "none", hash: "", configuration: EncryptionConfiguration(form: .current, entries: []))

    public init(path: String, hash: String, configuration: EncryptionConfiguration) {
        self.path = path
        self.hash = hash
        self.configuration = configuration
    }
}
