/// Which plugin a provider of a configuration asks. Two providers that differ in any of this need not share a key: KMS v1
/// providers of one file may have the same name and different sockets, and so may those of two files.
///
/// Compared byte by byte, as in Go: to Swift, texts that only look alike are equal.
public struct KMSPluginIdentity: Hashable, Sendable {
    public enum Version: Sendable { case v1, v2 }

    public let version: Version
    public let name: String
    /// As the configuration has it, wherever the plugin is asked in its stead.
    public let endpoint: String
    /// For one call, in nanoseconds.
    public let timeout: Int64

    public init(version: Version, name: String, endpoint: String, timeout: Int64) {
        self.version = version
        self.name = name
        self.endpoint = endpoint
        self.timeout = timeout
    }

    public static func == (left: KMSPluginIdentity, right: KMSPluginIdentity) -> Bool {
        left.version == right.version && left.timeout == right.timeout
            && left.name.utf8.elementsEqual(right.name.utf8) && left.endpoint.utf8.elementsEqual(right.endpoint.utf8)
    }
}
