/// A row of kine's table: one revision of one etcd key.
public struct KineRow: ~Escapable {
    /// The revision of the store.
    public let id: Int64
    /// The etcd key.
    public let name: RawSpan
    /// Whether this revision deleted the key.
    public let isDeleted: Bool
    /// The stored value. A deletion has none, or that of before it, as the version of kine has it.
    public let value: RawSpan
    /// A copy of the value that the row before had. Compaction removes that row, and this copy stays.
    public let previousValue: RawSpan

    @_lifetime(copy name, copy value, copy previousValue)
    init(id: Int64, name: RawSpan, isDeleted: Bool, value: RawSpan, previousValue: RawSpan) {
        self.id = id
        self.name = name
        self.isDeleted = isDeleted
        self.value = value
        self.previousValue = previousValue
    }
}
