internal import CSQLite

/// libsqlite3, opened when it is first asked for.
@safe struct SQLiteLibrary: @unchecked Sendable {
    // Sendable because nothing writes to the table once it is filled.
    let functions: encconf_sqlite

    /// What all connections may allocate: a page cache of 1 MiB and some rows each. A database that asks for more is
    /// damaged.
    private static let heapLimit: Int64 = 512 << 20

    /// Nil if the system has no libsqlite3, or one that cannot be used: 3.31 is the oldest.
    static let shared: SQLiteLibrary? = load()

    private static func load() -> SQLiteLibrary? {
        var functions = encconf_sqlite()
        guard unsafe encconf_sqlite_load(&functions, heapLimit) == 1 else { return nil }
        return SQLiteLibrary(functions: functions)
    }
}
