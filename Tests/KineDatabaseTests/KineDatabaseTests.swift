import DurableFiles
import Foundation
import KineDatabase
import SecretMemory
import TestSupport
import Testing

/// What a database of kine shows, and what it refuses to show.
struct KineDatabaseTests {
    private typealias Row = KineFiles.Row

    /// Makes databases in a folder that `body` gets.
    private func with<Result>(
        _ databases: [[KineFiles.Row]], inDatabase: Int? = nil, _ body: (KineFiles) throws -> Result
    ) throws -> Result {
        let files = try KineFiles()
        defer { files.remove() }
        try files.make(databases, inDatabase: inDatabase)
        return try body(files)
    }

    private func open(_ path: String) throws -> KineDatabase { try KineDatabase(try MappedFile(path)) }

    private struct Live: Equatable {
        let id: Int64
        let name: String
        let value: String
    }

    private func live(_ database: KineDatabase) throws -> [Live] {
        var found: [Live] = []
        try database.eachRow { row, isLive in
            guard isLive else { return }
            found.append(
                Live(
                    id: row.id, name: String(decoding: row.name.copiedToArray(), as: UTF8.self),
                    value: String(decoding: row.value.copiedToArray(), as: UTF8.self)))
        }
        return found
    }

    private static let story: [KineFiles.Row] = [
        Row(1, Array("compact_rev_key".utf8), [], previousRevision: 2), Row(2, "/a", "a1"), Row(3, "/b", "b1"),
        Row(4, Array("/a".utf8), Array("a2".utf8), previousValue: Array("a1".utf8)),
        Row(5, "gap-5", nil, isDeleted: true),
        Row(6, "/b", "", isDeleted: true), Row(7, "/c", "c1"), Row(8, "/c", "c1", isDeleted: true), Row(9, "/c", "c2"),
    ]

    @Test(arguments: [nil, 0, 1, 4, 8, 9])
    func theNewestRowOfAKeyIsLiveUnlessItIsADeletion(inDatabase: Int?) throws {
        try with([Self.story], inDatabase: inDatabase) { files in
            let database = try open(files.path("0.db"))
            #expect(
                try live(database) == [
                    Live(id: 4, name: "/a", value: "a2"), Live(id: 9, name: "/c", value: "c2"),
                ])
            let index = database.index
            #expect(index.live == [4, 9] && index.lastRevision == 9 && index.compactRevision == 2)
            // The deletion at 8 kept its value, as older versions of kine leave it.
            #expect(index.rows == 9 && index.markers == 1 && index.emptyDeletions == 2 && index.previousValues == 1)
            #expect(database.hasLog == (inDatabase.map { $0 < 9 } ?? false))
        }
    }

    @Test func rowsAreFoundAtEveryRevision() throws {
        try with([Self.story]) { files in
            let database = try open(files.path("0.db"))
            func found(_ key: String, _ revision: Int64?) throws -> String? {
                try database.find(Array(key.utf8), revision: revision) { row in
                    "\(row.id)\(row.isDeleted ? " deleted" : "")"
                }
            }
            #expect(try found("/a", nil) == "4" && found("/a", 3) == "2" && found("/a", 1) == nil)
            #expect(try found("/b", nil) == "6 deleted" && found("/b", 5) == "3")
            #expect(try found("/c", 8) == "8 deleted" && found("/c", 9) == "9" && found("/d", nil) == nil)
        }
    }

    /// Each query has work enough of its own, however many there are.
    @Test func manyQueriesAreNoEndlessOne() throws {
        try with([Self.story]) { files in
            let database = try open(files.path("0.db"))
            for _ in 0..<2000 { #expect(try database.find(Array("/a".utf8), revision: nil) { $0.id } == 4) }
        }
    }

    /// A folder that cannot be written would hide what a root user's run leaves: names and times are compared.
    @Test(arguments: [nil, 3])
    func readingLeavesNoTrace(inDatabase: Int?) throws {
        try with([Self.story], inDatabase: inDatabase) { files in
            let before = try FolderState(files.folder)
            let database = try open(files.path("0.db"))
            _ = try live(database)
            try database.checkUnchanged()
            #expect(try FolderState(files.folder) == before)
        }
    }

    private struct FolderState: Equatable {
        let contents: [String: Data]
        let times: [String: Date]

        init(_ folder: URL) throws {
            var (contents, times) = ([String: Data](), [String: Date]())
            for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
                let file = folder.appendingPathComponent(name)
                contents[name] = try Data(contentsOf: file)
                times[name] =
                    try FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate] as? Date
            }
            times["."] = try FileManager.default.attributesOfItem(atPath: folder.path)[.modificationDate] as? Date
            (self.contents, self.times) = (contents, times)
        }
    }

    @Test func theLogIsThatBesideTheTargetOfALink() throws {
        try with([Self.story], inDatabase: 3) { files in
            let folder = files.folder.appendingPathComponent("other")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let link = folder.appendingPathComponent("state.db").path
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: files.path("0.db"))
            let database = try open(link)
            #expect(database.hasLog && database.index.lastRevision == 9)
        }
    }

    @Test func aLogThatAppearsMeanwhileIsNoticed() throws {
        try with([Self.story]) { files in
            let database = try open(files.path("0.db"))
            try Data([1]).write(to: URL(fileURLWithPath: files.path("0.db-wal")))
            #expect(throws: KineError.file(FileError(files.path("0.db"), .changedWhileRead))) {
                try database.checkUnchanged()
            }
        }
    }

    @Test func aDatabaseInUseIsRefused() throws {
        let files = try KineFiles()
        defer { files.remove() }
        try files.make([Self.story])
        let script = """
            import sqlite3, sys, time
            database = sqlite3.connect('0.db')
            database.execute('PRAGMA journal_mode=WAL')
            database.execute('SELECT count(*) FROM kine').fetchall()
            open('ready', 'w').close()
            sys.stdin.read()
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", script]
        process.currentDirectoryURL = files.folder
        let input = Pipe()
        process.standardInput = input
        try process.run()
        while !FileManager.default.fileExists(atPath: files.path("ready")), process.isRunning { usleep(2000) }
        #expect(throws: FileError(files.path("0.db"), .held)) { _ = try MappedFile(files.path("0.db")) }
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        _ = try open(files.path("0.db"))
    }

    @Test func aJournalThatHasToBePlayedBackIsRefused() throws {
        try with([Self.story]) { files in
            let journal = URL(fileURLWithPath: files.path("0.db-journal"))
            // Wiped, as `journal_mode=PERSIST` leaves it.
            try Data(count: 512).write(to: journal)
            _ = try open(files.path("0.db"))
            try Data([0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7] + [UInt8](repeating: 0, count: 504)).write(
                to: journal)
            #expect(throws: KineError.journal) { _ = try open(files.path("0.db")) }
        }
    }

    @Test(arguments: [
        "CREATE TABLE other (id INTEGER PRIMARY KEY)",
        "CREATE VIEW kine AS SELECT 1 AS id, '/a' AS name, 0 AS deleted, 0 AS prev_revision, x'00' AS value, x'' AS old_value",
        "CREATE TABLE kine (id INTEGER PRIMARY KEY, name TEXT, deleted INTEGER, prev_revision INTEGER, value BLOB)",
        "CREATE TABLE kine (id INTEGER, name TEXT, deleted INTEGER, prev_revision INTEGER, value BLOB, old_value BLOB)",
        "CREATE TABLE kine (id TEXT PRIMARY KEY, name TEXT, deleted INTEGER, prev_revision INTEGER, value BLOB, old_value BLOB)",
        "CREATE TABLE kine (id INTEGER PRIMARY KEY, name TEXT, deleted INTEGER, prev_revision INTEGER, old_value BLOB, value BLOB AS (zeroblob(9)))",
        "CREATE VIRTUAL TABLE kine USING fts4(id, name, deleted, prev_revision, value, old_value)",
        "PRAGMA encoding = 'UTF-16'; CREATE TABLE kine (id INTEGER PRIMARY KEY, name TEXT, deleted INTEGER, prev_revision INTEGER, value BLOB, old_value BLOB)",
    ])
    func whatIsNotTheTableOfKineIsRefused(schema: String) throws {
        let files = try KineFiles()
        defer { files.remove() }
        try files.python("import sqlite3; sqlite3.connect('0.db').executescript(\"\"\"\(schema)\"\"\")")
        #expect(throws: KineError.noTable) { _ = try open(files.path("0.db")) }
    }

    /// SQLite follows the pointers of an inner page wherever they lead: twice to one page gives its rows twice.
    @Test func pagesThatCountTwiceAreDamage() throws {
        let rows = (1...400).map { Row(Int64($0), "/registry/secrets/default/name-\($0)", "value \($0)") }
        try with([rows]) { files in
            let file = URL(fileURLWithPath: files.path("0.db"))
            var bytes = [UInt8](try Data(contentsOf: file))
            let root = try #require(Self.innerTablePage(bytes))
            // fileformat2.html, section 1.6: the array of cell pointers is behind the header of 12 bytes.
            let (first, second) = (Self.cell(0, at: root, bytes), Self.cell(1, at: root, bytes))
            bytes.replaceSubrange(second..<second + 4, with: bytes[first..<first + 4])
            try Data(bytes).write(to: file)
            let error = #expect(throws: KineError.self) { _ = try open(file.path) }
            guard case .damagedRow = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    private static func innerTablePage(_ bytes: [UInt8]) -> Int? {
        stride(from: 4096, to: bytes.count, by: 4096).first { bytes[$0] == 0x05 }
    }

    private static func cell(_ index: Int, at page: Int, _ bytes: [UInt8]) -> Int {
        let pointer = page + 12 + 2 * index
        return page + Int(bytes[pointer]) << 8 + Int(bytes[pointer + 1])
    }

    /// Damaged databases and logs end with an error or with rows, and neither with a trap nor with endless work.
    @Test(arguments: [nil, 40])
    func damageNeverTraps(inDatabase: Int?) throws {
        let rows = (1...80).map {
            Row(Int64($0), "/registry/secrets/default/name-\($0 % 30)", String(repeating: "x", count: $0 * 90))
        }
        try with([rows], inDatabase: inDatabase) { files in
            let name = inDatabase == nil ? "0.db" : "0.db-wal"
            let file = URL(fileURLWithPath: files.path(name))
            let sound = [UInt8](try Data(contentsOf: file))
            var random = SeededGenerator(seed: 16)
            var (read, refused) = (0, 0)
            for _ in 0..<600 {
                var bytes = sound
                for _ in 0..<Int.random(in: 1...6, using: &random) {
                    // Half of the damage is where the structure is.
                    let offset =
                        Bool.random(using: &random)
                        ? Int.random(in: 0..<bytes.count, using: &random)
                        : Int.random(in: 0..<bytes.count / 4096, using: &random) * 4096
                            + Int.random(in: 0..<64, using: &random)
                    if offset < bytes.count { bytes[offset] = UInt8.random(in: .min ... .max, using: &random) }
                }
                if Int.random(in: 0..<10, using: &random) == 0 {
                    bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random))
                }
                try Data(bytes).write(to: file)
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSince1970: 1_700_000_000.5)], ofItemAtPath: file.path)
                do {
                    let database = try open(files.path("0.db"))
                    try database.eachRow { _, _ in }
                    read += 1
                } catch is KineError {
                    refused += 1
                }
            }
            #expect(read > 0)
            // A log is read up to the first frame whose checksum is wrong.
            #expect(refused > 0 || inDatabase != nil)
        }
    }

    /// SQLite reads the whole schema before it can say that a table is missing.
    @Test func aSchemaWithoutEndIsRefused() throws {
        let files = try KineFiles()
        defer { files.remove() }
        try files.python(
            """
            import sqlite3
            tables = ''.join(f'CREATE TABLE t{number} (a);' for number in range(10000))
            sqlite3.connect('0.db').executescript('BEGIN;' + tables + 'COMMIT;')
            """)
        #expect(throws: KineError.endless) { _ = try open(files.path("0.db")) }
    }

    /// What SQLite held of a value is gone with the database.
    @Test func valuesAreWipedFromTheMemoryOfSQLite() throws {
        let needle = MemoryNeedle(seed: 16_005)
        let files = try KineFiles()
        defer { files.remove() }
        try needle.bytes.withUnsafeBytes { try Data($0).write(to: URL(fileURLWithPath: files.path("value"))) }
        try files.python(
            """
            import sqlite3
            database = sqlite3.connect('0.db')
            database.execute('''CREATE TABLE kine (id INTEGER PRIMARY KEY, name TEXT, deleted INTEGER,
                prev_revision INTEGER, value BLOB, old_value BLOB)''')
            database.execute("INSERT INTO kine VALUES (1, '/a', 0, 0, ?, NULL)", (open('value', 'rb').read(),))
            database.commit()
            """)
        var seen = 0
        do {
            let database = try open(files.path("0.db"))
            try database.eachRow { _, _ in seen = try needle.occurrences() }
        }
        #expect(seen > 0)
        #expect(try needle.occurrences() == 0)
    }
}
