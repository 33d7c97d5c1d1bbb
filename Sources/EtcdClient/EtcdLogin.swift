public import SecretMemory

/// A user of etcd.
public struct EtcdLogin: Sendable {
    public let name: String
    public let password: SecretKey

    public init(name: String, password: SecretKey) {
        self.name = name
        self.password = password
    }
}
