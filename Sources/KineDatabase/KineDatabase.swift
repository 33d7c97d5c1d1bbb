public import DurableFiles
internal import SecretMemory

/// The database in which kine keeps what etcd would hold, as an SQLite file: the default datastore of k3s.
///
/// Its table is `kine(id, name, created, deleted, create_revision, prev_revision, lease, value, old_value)`
/// (github.com/k3s-io/kine, pkg/drivers/sqlite/sqlite.go). Each revision of a key is a row; the row of a key with the
/// highest id is the live one unless it is a deletion.
public final class KineDatabase {
    private let connection: SQLiteConnection
    private let database: MappedFile
    private let log: MappedFile?
    public let index: KineIndex

    /// The row in which kine keeps up to which revision it has compacted, as its `prev_revision`
    /// (kine, pkg/drivers/generic/generic.go).
    private static let compactionKey = "compact_rev_key"

    /// Whether a file is an SQLite database (sqlite.org/fileformat2.html, section 1.3.1).
    public static func isDatabase(beginningWith bytes: RawSpan) -> Bool {
        bytes.beginsText("SQLite format 3\0")
    }

    /// Opens a database with the write-ahead log beside it, and goes through its rows once.
    ///
    /// - Throws: ``KineError``.
    public init(_ database: MappedFile) throws {
        self.database = database
        let journal: MappedFile?
        do throws(FileError) {
            journal = try database.companion("-journal")
            log = try database.companion(Self.logSuffix)
        } catch {
            throw KineError.file(error)
        }
        // A journal whose header is not wiped takes back what the database shows (fileformat2.html, section 3).
        if let journal, journal.span.starts(with: Self.journalMagic.span.rawBytes) { throw KineError.journal }
        connection = try SQLiteConnection(database, log: log)
        index = try Self.readIndex(of: connection)
    }

    private static let logSuffix = "-wal"
    private static let journalMagic: [UInt8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]

    /// The bytes of the database and of its log.
    public var byteCount: Int { connection.byteCount }

    /// Whether a write-ahead log was read with the database.
    public var hasLog: Bool { log != nil }
}

extension KineDatabase {
    /// Goes through all rows in the order of their revisions.
    ///
    /// - Parameter body: Gets each row, and whether it is live.
    public func eachRow(_ body: (borrowing KineRow, _ isLive: Bool) throws -> Void) throws {
        var check = RowCheck(byteLimit: byteCount)
        var nextLive = index.live.startIndex
        let query = "SELECT id, name, deleted, value, old_value FROM kine NOT INDEXED ORDER BY id"
        try connection.rows(query) { columns in
            try KineRow.read(columns) { row in
                try check.add(row.id, row.name.byteCount + row.value.byteCount + row.previousValue.byteCount)
                let isLive = nextLive < index.live.endIndex && index.live[nextLive] == row.id
                if isLive { nextLive += 1 }
                if !row.name.isText(Self.compactionKey) { try body(row, isLive) }
            }
        }
    }

    /// Finds what was stored under a key.
    ///
    /// - Parameters:
    ///   - revision: The revision of the store; nil for the latest.
    ///   - body: Gets the newest row of the key at that revision; nil without one.
    public func find<Found>(
        _ key: [UInt8], revision: Int64?, _ body: (borrowing KineRow) throws -> Found
    ) throws -> Found? {
        var found: Found?
        let query = """
            SELECT id, name, deleted, value, old_value FROM kine NOT INDEXED \
            WHERE CAST(name AS BLOB) = ?1 AND id <= ?2 ORDER BY id DESC LIMIT 1
            """
        try connection.rows(query, [.bytes(key), .integer(revision ?? .max)]) { columns in
            found = try KineRow.read(columns, body)
        }
        return found
    }

    /// Refuses what was read if a file has changed meanwhile.
    public func checkUnchanged() throws(KineError) {
        do throws(FileError) {
            try database.checkUnchanged()
            if let log { return try log.checkUnchanged() }
            if try database.companion(Self.logSuffix) != nil {
                throw FileError(database.path, .changedWhileRead)
            }
        } catch {
            throw .file(error)
        }
    }
}

extension KineDatabase {
    private static func readIndex(of connection: SQLiteConnection) throws -> KineIndex {
        try KineTable.check(in: connection)
        var (index, newest) = (KineIndex(), [[UInt8]: Int64]())
        var check = RowCheck(byteLimit: connection.byteCount)
        // The length of a value is known without reading it.
        let query = """
            SELECT id, name, deleted, prev_revision, length(value) > 0, length(old_value) > 0 \
            FROM kine NOT INDEXED ORDER BY id
            """
        try connection.rows(query) { row in
            let id = row.integer(at: 0) ?? 0
            guard let name = row.bytes(at: 1), let deleted = row.integer(at: 2), let previous = row.integer(at: 3),
                let hasValue = row.integer(at: 4), let hasPreviousValue = row.integer(at: 5)
            else { throw KineError.damagedRow(id: id) }
            try check.add(id, name.byteCount)
            index.rows += 1
            index.lastRevision = id
            if name.isText(Self.compactionKey) {
                index.markers += 1
                index.compactRevision = max(index.compactRevision, previous)
                return
            }
            if hasPreviousValue != 0 { index.previousValues += 1 }
            if deleted != 0, hasValue == 0 { index.emptyDeletions += 1 }
            newest[name.copiedToArray()] = deleted != 0 ? 0 : id
        }
        index.live = newest.values.filter { $0 > 0 }.sorted()
        return index
    }
}

/// Rows come in the order of their numbers, and hold no more bytes than the files: whatever else a damaged or hostile
/// database shows would never end.
private struct RowCheck {
    private var lastID: Int64 = 0
    private var bytesLeft: Int

    init(byteLimit: Int) { bytesLeft = byteLimit }

    mutating func add(_ id: Int64, _ byteCount: Int) throws(KineError) {
        bytesLeft -= byteCount
        guard id > lastID, bytesLeft >= 0 else { throw .damagedRow(id: id) }
        lastID = id
    }
}
