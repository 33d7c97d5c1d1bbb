public import EncryptionConfig
public import EnvelopeCrypto
public import KubernetesResources

/// The transformers of all resources under one configuration, made when they are first asked for.
///
/// Not Sendable: ciphers keep contexts. Each thread makes its own.
public final class TransformerSet {
    public let configuration: EncryptionConfiguration
    public let resolution: ResourceResolution
    private let unwrapping: any KMSUnwrapping
    private var made: [ResourcePattern?: ResourceTransformer] = [:]

    public init(_ configuration: EncryptionConfiguration, unwrapping: any KMSUnwrapping) {
        self.configuration = configuration
        self.unwrapping = unwrapping
        resolution = ResourceResolution(configuration)
    }

    /// The transformer of a resource.
    ///
    /// - Throws: ``CipherError`` if the cipher library lacks a cipher.
    public func transformer(for resource: GroupResource) throws(CipherError) -> ResourceTransformer {
        let rule = resolution.rule(for: resource)
        if let known = made[rule?.pattern] { return known }
        let transformer = try ResourceTransformer(rule, kmsv2: configuration.kmsv2, unwrapping: unwrapping)
        made[rule?.pattern] = transformer
        return transformer
    }
}
