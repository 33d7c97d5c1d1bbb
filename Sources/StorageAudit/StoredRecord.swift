public import KubernetesResources
public import SecretMemory

/// One value as read, with its etcd key if known.
public struct StoredRecord: Sendable {
    /// The bytes of the etcd key; nil if unknown.
    public let etcdKey: [UInt8]?
    /// The object that the etcd key names; nil if it names none.
    public let registryKey: RegistryKey?
    /// The resource whose providers serve the value.
    public let resource: GroupResource
    /// The value; if more than one, readings of which at most one is right, the likeliest first.
    public let readings: [SecretKey]
    /// The revision that wrote the value, if it is known.
    public let revision: Int64?

    public init(
        etcdKey: [UInt8]?, registryKey: RegistryKey?, resource: GroupResource, readings: [SecretKey],
        revision: Int64? = nil
    ) {
        precondition(!readings.isEmpty, "a record without a value")
        self.etcdKey = etcdKey
        self.registryKey = registryKey
        self.resource = resource
        self.readings = readings
        self.revision = revision
    }
}
