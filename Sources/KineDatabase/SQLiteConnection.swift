internal import CSQLite
internal import DurableFiles
internal import Synchronization

/// A connection to a database that is in memory and only read.
///
/// SQLite gets a database file and a write-ahead log as bytes that somebody mapped (CSQLite/shim.h): it opens, locks,
/// creates and writes no file. So nothing changes beside a database that is read, which the modes of SQLite's own files
/// cannot promise: `mode=ro` may create `-shm`, and `immutable=1` leaves the log out.
@safe final class SQLiteConnection {
    private let library: SQLiteLibrary
    private let files: UnsafeMutablePointer<encconf_sqlite_files>
    private var handle: OpaquePointer?
    /// The bytes that `files` points to.
    private let database: MappedFile
    private let log: MappedFile?

    /// Longer texts and values than kine can have are damage: etcd's requests are 1.5 MiB at most unless
    /// `--max-request-bytes` raises it, and no server stores tens of MiB in one object.
    private static let longestValue: Int32 = 64 << 20
    /// The texts of the schema of kine have less than 1,000 bytes.
    private static let longestSchemaText: Int32 = 16 << 10
    /// To read a schema of a few tables and indexes takes less than 1,000 steps.
    private static let schemaRounds: Int64 = 50

    private static let counter = Atomic(0)

    init(_ database: MappedFile, log: MappedFile?) throws(KineError) {
        guard let library = SQLiteLibrary.shared else { throw .noLibrary }
        self.library = library
        self.database = database
        self.log = log
        unsafe files = .allocate(capacity: 1)
        unsafe files.initialize(to: encconf_sqlite_files())
        let name = "encconf-\(Self.counter.add(1, ordering: .relaxed).newValue)"
        unsafe withUnsafeMutableBytes(of: &files.pointee.name) { space in
            unsafe space.copyBytes(from: name.utf8.prefix(space.count - 1))
        }
        unsafe database.span.withUnsafeBytes { bytes in
            unsafe files.pointee.database = bytes.baseAddress
            unsafe files.pointee.database_size = Int64(bytes.count)
        }
        if let log {
            unsafe log.span.withUnsafeBytes { bytes in
                unsafe files.pointee.log = bytes.baseAddress
                unsafe files.pointee.log_size = Int64(bytes.count)
            }
        }
        unsafe files.pointee.rounds_left = Self.schemaRounds
        try open(as: name)
    }

    deinit {
        if let handle = unsafe handle { _ = unsafe library.functions.close_v2(handle) }
        _ = unsafe library.functions.vfs_unregister(&files.pointee.vfs)
        unsafe files.deallocate()
    }

    private func open(as name: String) throws(KineError) {
        try check(unsafe withUnsafePointer(to: library.functions) { unsafe encconf_sqlite_show($0, files) })
        let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        try check(unsafe library.functions.open_v2("state.db", &handle, flags, name))
        unsafe withUnsafePointer(to: library.functions) { functions in
            unsafe encconf_sqlite_watch(functions, handle, files)
            // sqlite.org/security.html, "Untrusted SQLite Database Files".
            _ = unsafe encconf_sqlite_set(functions, handle, SQLITE_DBCONFIG_DEFENSIVE, 1)
            _ = unsafe encconf_sqlite_set(functions, handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
            _ = unsafe encconf_sqlite_set(functions, handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)
            _ = unsafe encconf_sqlite_set(functions, handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0)
            _ = unsafe encconf_sqlite_set(functions, handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        }
        _ = unsafe library.functions.limit(handle, SQLITE_LIMIT_LENGTH, Self.longestSchemaText)
        // Exclusive, so that the index of the log is in the heap (sqlite.org/wal.html, section 8).
        try run("PRAGMA locking_mode=EXCLUSIVE")
        try run("PRAGMA cell_size_check=ON")
        try run("PRAGMA temp_store=MEMORY")
        try run("PRAGMA query_only=ON")
        try run("PRAGMA cache_size=-1024")
        // Reads the schema.
        try run("SELECT count(*) FROM (SELECT 1 FROM sqlite_master LIMIT 1)")
        _ = unsafe library.functions.limit(handle, SQLITE_LIMIT_LENGTH, Self.longestValue)
    }

    /// The bytes of the database and of the log.
    var byteCount: Int { database.byteCount + (log?.byteCount ?? 0) }

    /// Runs a statement whose result does not matter.
    private func run(_ text: String) throws(KineError) {
        try check(unsafe library.functions.exec(handle, text, nil, nil, nil))
    }

    /// Goes through the rows of a query.
    func rows(
        _ query: String, _ parameters: [SQLiteParameter] = [], _ body: (borrowing SQLiteRow) throws -> Void
    ) throws {
        // A row has ten bytes or more, and each query takes about twenty steps for it.
        unsafe files.pointee.rounds_left = Self.schemaRounds + Int64(byteCount) * 4 / Int64(encconf_sqlite_round_length)
        var raw: OpaquePointer?
        try check(unsafe library.functions.prepare_v2(handle, query, -1, &raw, nil))
        guard let raw = unsafe raw else { preconditionFailure("a query without a statement") }
        let statement = unsafe SQLiteStatement(raw, library)
        for (index, parameter) in parameters.enumerated() {
            try check(statement.bind(parameter, at: Int32(index + 1)))
        }
        while true {
            switch unsafe library.functions.step(statement.handle) {
            case SQLITE_ROW: try body(SQLiteRow(of: statement))
            case SQLITE_DONE: return
            case let code: throw error(code)
            }
        }
    }

    private func check(_ code: Int32) throws(KineError) {
        guard code == SQLITE_OK else { throw error(code) }
    }

    private func error(_ code: Int32) -> KineError {
        if code & 0xff == SQLITE_INTERRUPT { return .endless }
        let meaning = unsafe library.functions.errstr(code).map { unsafe String(cString: $0) } ?? ""
        return .sqlite(code: code, meaning: meaning)
    }
}

/// What a query compares with.
enum SQLiteParameter {
    case integer(Int64)
    case bytes([UInt8])
}

/// A query at work.
@safe struct SQLiteStatement: ~Copyable {
    let handle: OpaquePointer
    let library: SQLiteLibrary

    init(_ handle: OpaquePointer, _ library: SQLiteLibrary) {
        unsafe self.handle = handle
        self.library = library
    }

    deinit { _ = unsafe library.functions.finalize(handle) }

    func bind(_ parameter: SQLiteParameter, at index: Int32) -> Int32 {
        switch parameter {
        case .integer(let value): return unsafe library.functions.bind_int64(handle, index, value)
        case .bytes(let bytes):
            // SQLITE_TRANSIENT: SQLite keeps a copy.
            let copied = unsafe unsafeBitCast(-1, to: (@convention(c) (UnsafeMutableRawPointer?) -> Void).self)
            return unsafe bytes.withUnsafeBytes { buffer in
                unsafe library.functions.bind_blob64(
                    handle, index, buffer.baseAddress, UInt64(buffer.count), copied)
            }
        }
    }
}
