internal import CSQLite

/// A row that a query is at, lent to one function. Its bytes are SQLite's, and end with the row.
@safe struct SQLiteRow: ~Copyable {
    private let statement: OpaquePointer
    private let library: SQLiteLibrary

    init(of statement: borrowing SQLiteStatement) {
        unsafe self.statement = statement.handle
        library = statement.library
    }

    /// The integer of a column; nil if it is not one. NULL counts as 0.
    func integer(at column: Int32) -> Int64? {
        switch unsafe library.functions.column_type(statement, column) {
        case SQLITE_INTEGER: unsafe library.functions.column_int64(statement, column)
        case SQLITE_NULL: 0
        default: nil
        }
    }

    /// The bytes of a text or blob; nil if it is neither. NULL has no bytes.
    @_lifetime(borrow self)
    func bytes(at column: Int32) -> RawSpan? {
        switch unsafe library.functions.column_type(statement, column) {
        case SQLITE_NULL: return RawSpan()
        case SQLITE_BLOB, SQLITE_TEXT:
            // The length after the bytes: asking for them may convert them (sqlite.org/c3ref/column_blob.html).
            let start = unsafe library.functions.column_blob(statement, column)
            let count = unsafe Int(library.functions.column_bytes(statement, column))
            let buffer = unsafe UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)
            return unsafe _overrideLifetime(buffer.bytes, borrowing: self)
        default: return nil
        }
    }
}
