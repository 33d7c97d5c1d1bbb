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

    /// Reads the columns id, name, deleted, value and old_value, and lends them to `body`.
    static func read<Result>(_ columns: borrowing SQLiteRow, _ body: (borrowing KineRow) throws -> Result) throws
        -> Result
    {
        let id = columns.integer(at: 0) ?? 0
        guard let name = columns.bytes(at: 1), let deleted = columns.integer(at: 2), let value = columns.bytes(at: 3),
            let previous = columns.bytes(at: 4)
        else { throw KineError.damagedRow(id: id) }
        return try body(
            KineRow(id: id, name: name, isDeleted: deleted != 0, value: value, previousValue: previous))
    }

    @_lifetime(copy name, copy value, copy previousValue)
    private init(id: Int64, name: RawSpan, isDeleted: Bool, value: RawSpan, previousValue: RawSpan) {
        self.id = id
        self.name = name
        self.isDeleted = isDeleted
        self.value = value
        self.previousValue = previousValue
    }
}
