public import DurableFiles

/// Why a database of kine cannot be read.
public enum KineError: Error, Equatable, Sendable {
    /// libsqlite3 is not installed.
    case noLibrary
    /// The database, or its write-ahead log, cannot be read.
    case file(FileError)
    /// A rollback journal lies beside the database, so that the database alone is not in a valid state.
    case journal
    /// There is no table `kine` of kine's columns.
    case noTable
    /// A row cannot be one of kine, or the rows are not in order.
    case damagedRow(id: Int64)
    /// SQLite met damage, or could not read.
    /// - Parameters:
    ///   - code: The extended result code (sqlite.org/rescode.html).
    ///   - meaning: SQLite's text for the code. It quotes nothing of the database.
    case sqlite(code: Int32, meaning: String)
    /// A query takes more steps than a sound database of this size can ask for.
    case endless
}
