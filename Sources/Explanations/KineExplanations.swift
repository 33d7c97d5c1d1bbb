internal import KineDatabase
internal import ShownText
internal import StorageAudit

extension KineError {
    /// The error of a command.
    ///
    /// - Parameter path: The database.
    func failure(_ path: String) -> CommandFailure {
        switch self {
        case .noLibrary:
            CommandFailure(
                "\(path): an SQLite database; libsqlite3.so.0 is missing or older than 3.31",
                hint: "install libsqlite3 3.31 or newer (Debian: libsqlite3-0)")
        case .file(let error): error.failure(canBeStream: false)
        case .journal:
            CommandFailure(
                "\(path): has an unfinished transaction, in \(path)-journal",
                hint: "copy both files, open the copy once with sqlite3, and use it")
        case .noTable:
            CommandFailure(
                "\(path): an SQLite database without a table kine",
                hint: "pass the state.db of k3s, or a copy of it")
        case .damagedRow(let id):
            CommandFailure(
                "\(path): row \(id) of the table kine is damaged, or not a row of kine", hint: Self.damageHint)
        case .sqlite(let code, let meaning):
            CommandFailure("\(path): SQLite cannot read the file: \(meaning) (code \(code))", hint: Self.damageHint)
        case .endless:
            CommandFailure(
                "\(path): damaged: reading takes more steps than a valid database of this size needs",
                hint: Self.damageHint)
        }
    }

    private static var damageHint: Phrase { "check the file with sqlite3 -readonly FILE 'PRAGMA integrity_check'" }
}

extension KineLimit {
    var explanation: Phrase {
        switch self {
        case .remnants: "an SQLite database; encconf does not read its free pages"
        case .salvage: "an SQLite database; encconf does not read damaged ones"
        }
    }

    var option: Phrase {
        switch self {
        case .remnants: "--remnants"
        case .salvage: "--salvage"
        }
    }
}
