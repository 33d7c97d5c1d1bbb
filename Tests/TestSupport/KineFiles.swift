import Foundation

/// SQLite databases as kine leaves them, made by Python's sqlite3: another program than the one under test, with the
/// schema of kine (github.com/k3s-io/kine, pkg/drivers/sqlite/sqlite.go).
public struct KineFiles {
    /// A row of kine's table.
    public struct Row: Encodable, Sendable {
        public var id: Int64
        public var name: Data
        public var deleted: Int
        public var previousRevision: Int64
        public var value: Data?
        public var previousValue: Data?

        public init(
            _ id: Int64, _ name: [UInt8], _ value: [UInt8]?, isDeleted: Bool = false, previousRevision: Int64 = 0,
            previousValue: [UInt8]? = nil
        ) {
            self.id = id
            self.name = Data(name)
            deleted = isDeleted ? 1 : 0
            self.previousRevision = previousRevision
            self.value = value.map { Data($0) }
            self.previousValue = previousValue.map { Data($0) }
        }

        public init(_ id: Int64, _ name: String, _ value: String?, isDeleted: Bool = false) {
            self.init(id, Array(name.utf8), value.map { Array($0.utf8) }, isDeleted: isDeleted)
        }
    }

    private struct Order: Encodable {
        let path: String
        let rows: [Row]
        let inDatabase: Int
    }

    /// A folder of its own. The caller removes it.
    public let folder: URL

    public init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("kine-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    public func remove() { try? FileManager.default.removeItem(at: folder) }

    public func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// Makes a database of each list of rows, named by the number in the list: `0.db`, `1.db`, …
    ///
    /// - Parameter inDatabase: So many rows are in the database itself, and the rest in its write-ahead log; nil if there
    ///   is no log.
    public func make(_ databases: [[Row]], inDatabase: Int? = nil) throws {
        let orders = databases.enumerated().map { number, rows in
            Order(path: path("\(number).db"), rows: rows, inDatabase: inDatabase ?? -1)
        }
        try python(Self.script, try JSONEncoder().encode(orders))
    }

    /// Runs a script of Python that gets `input` on standard input.
    public func python(_ script: String, _ input: Data = Data()) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", script]
        process.currentDirectoryURL = folder
        let pipe = Pipe()
        process.standardInput = pipe
        try process.run()
        try pipe.fileHandleForWriting.write(contentsOf: input)
        try pipe.fileHandleForWriting.close()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure() }
    }

    /// The script failed, and said why on standard error.
    public struct Failure: Error {}

    /// Files of another time than now, since a file of this very moment is read a little later.
    private static let script = """
        import base64, json, os, sqlite3, sys
        schema = '''
        CREATE TABLE kine (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, created INTEGER, deleted INTEGER,
            create_revision INTEGER, prev_revision INTEGER, lease INTEGER, value BLOB, old_value BLOB);
        CREATE INDEX kine_name_index ON kine (name);
        CREATE INDEX kine_name_id_index ON kine (name,id);
        CREATE INDEX kine_id_deleted_index ON kine (id,deleted);
        '''
        def insert(database, rows):
            database.executemany(
                'INSERT INTO kine VALUES (?, CAST(? AS TEXT), 0, ?, 0, ?, 0, ?, ?)',
                [(row['id'], base64.b64decode(row['name']), row['deleted'], row['previousRevision'],
                  base64.b64decode(row['value']) if 'value' in row else None,
                  base64.b64decode(row['previousValue']) if 'previousValue' in row else None) for row in rows])
            database.commit()
        kept = []
        for order in json.load(sys.stdin):
            database = sqlite3.connect(order['path'])
            kept.append(database)
            split = order['inDatabase']
            if split >= 0:
                database.execute('PRAGMA journal_mode=WAL')
                database.execute('PRAGMA wal_autocheckpoint=0')
            database.executescript(schema)
            insert(database, order['rows'][:split] if split >= 0 else order['rows'])
            if split >= 0:
                database.execute('PRAGMA wal_checkpoint(TRUNCATE)')
                insert(database, order['rows'][split:])
            else:
                database.close()
            for suffix in ['', '-wal']:
                if os.path.exists(order['path'] + suffix):
                    os.utime(order['path'] + suffix, ns=(1700000000500000000, 1700000000500000000))
        # Killed, as it were: the logs stay.
        os._exit(0)
        """
}
