internal import SecretMemory

/// Kine's table, as an SQLite file has it.
enum KineTable {
    private static let neededColumns: Set<[UInt8]> = Set(
        ["id", "name", "deleted", "prev_revision", "value", "old_value"].map { Array($0.utf8) })

    /// Refuses what is not kine's table: a view or a virtual table of that name, columns that are computed, rows that
    /// are not numbered by their revisions, texts that are not UTF-8.
    ///
    /// - Throws: ``KineError/noTable``.
    static func check(in connection: SQLiteConnection) throws {
        guard try isOrdinary(in: connection), try isUTF8(connection),
            try columns(in: connection).isSuperset(of: neededColumns)
        else { throw KineError.noTable }
    }

    private static func isOrdinary(in connection: SQLiteConnection) throws -> Bool {
        var isOrdinary = false
        try connection.rows("SELECT type, sql FROM sqlite_master WHERE name = 'kine'") { row in
            guard let type = row.bytes(at: 0), let text = row.bytes(at: 1) else { return }
            isOrdinary = type.isText("table") && !text.beginsText("CREATE VIRTUAL")
        }
        return isOrdinary
    }

    private static func isUTF8(_ connection: SQLiteConnection) throws -> Bool {
        var isUTF8 = false
        try connection.rows("SELECT encoding FROM pragma_encoding") { row in
            isUTF8 = row.bytes(at: 0)?.isText("UTF-8") == true
        }
        return isUTF8
    }

    /// The columns that are stored. `id` is one only if it is the number of the row, so that rows come in the order of
    /// their revisions without being sorted.
    private static func columns(in connection: SQLiteConnection) throws -> Set<[UInt8]> {
        var columns: Set<[UInt8]> = []
        try connection.rows("SELECT lower(name), hidden, pk, lower(type) FROM pragma_table_xinfo('kine')") { row in
            guard let name = row.bytes(at: 0), row.integer(at: 1) == 0, let type = row.bytes(at: 3) else { return }
            let isRowNumber = row.integer(at: 2) == 1 && type.isText("integer")
            if isRowNumber == name.isText("id") { columns.insert(name.copiedToArray()) }
        }
        return columns
    }
}

extension RawSpan {
    /// Whether these are the bytes of a text.
    func isText(_ text: String) -> Bool { elementsEqual(Array(text.utf8).span.rawBytes) }

    /// Whether the bytes begin with those of a text.
    func beginsText(_ text: String) -> Bool { starts(with: Array(text.utf8).span.rawBytes) }
}
