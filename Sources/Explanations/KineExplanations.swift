internal import KineDatabase
internal import ShownText
internal import StorageAudit

extension KineError {
    /// What to tell a person.
    ///
    /// - Parameter path: The database.
    func failure(_ path: String) -> CommandFailure {
        switch self {
        case .noLibrary:
            CommandFailure(
                "\(path): is an SQLite database, and libsqlite3.so.0 is missing or older than 3.31",
                hint: "install it (Debian: libsqlite3-0)")
        case .file(let error): error.failure(canBeStream: false)
        case .journal:
            CommandFailure(
                "\(path): an unfinished transaction has to be undone first (\(path)-journal)",
                hint: "open a copy of both files once with sqlite3, and use that copy")
        case .noTable:
            CommandFailure(
                "\(path): is an SQLite database without kine's table",
                hint: "name the state.db of k3s, or a copy of it")
        case .damagedRow(let id):
            CommandFailure(
                "\(path): row \(id) of the table kine is damaged, or cannot be one of kine", hint: Self.damageHint)
        case .sqlite(let code, let meaning):
            CommandFailure("\(path): SQLite cannot read it: \(meaning) (code \(code))", hint: Self.damageHint)
        case .endless:
            CommandFailure(
                "\(path): reading takes more steps than a sound database of this size needs", hint: Self.damageHint)
        }
    }

    private static var damageHint: Phrase { "check the file: sqlite3 -readonly FILE 'PRAGMA integrity_check'" }
}

extension KineLimit {
    var explanation: Phrase {
        switch self {
        case .remnants: "is an SQLite database, and its free pages are not read"
        case .salvage: "is an SQLite database, and nothing is read behind damage in it"
        }
    }

    var option: Phrase {
        switch self {
        case .remnants: "--remnants"
        case .salvage: "--salvage"
        }
    }
}
