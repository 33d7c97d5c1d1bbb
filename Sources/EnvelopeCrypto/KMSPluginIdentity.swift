public import GoText

/// Which plugin a provider of a configuration asks. Two providers that differ in any of this need not share a key: KMS v1
/// providers of one file may have the same name and different sockets, and so may those of two files.
public struct KMSPluginIdentity: Hashable, Sendable {
    public enum Version: Sendable { case v1, v2 }

    public let version: Version
    public let name: ByteName
    /// As the configuration has it, wherever the plugin is asked in its stead.
    public let endpoint: ByteName
    /// For one call, in nanoseconds.
    public let timeout: Int64

    public init(version: Version, name: ByteName, endpoint: ByteName, timeout: Int64) {
        self.version = version
        self.name = name
        self.endpoint = endpoint
        self.timeout = timeout
    }
}
