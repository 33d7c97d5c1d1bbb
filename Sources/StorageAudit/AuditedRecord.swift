/// One stored value with its etcd key, borrowed from the reader of the source.
public struct AuditedRecord: ~Escapable {
    let key: RawSpan
    let value: RawSpan
    let revision: Int64
    let version: Int64

    /// - Parameters:
    ///   - key: The etcd key.
    ///   - value: The value under it.
    ///   - revision: The revision that wrote the value.
    ///   - version: How often the key has been written since it was made.
    @_lifetime(copy key, copy value)
    public init(key: RawSpan, value: RawSpan, revision: Int64, version: Int64) {
        self.key = key
        self.value = value
        self.revision = revision
        self.version = version
    }
}
