internal import DurableFiles
internal import EtcdWAL

/// The data directory of a stopped etcd member: its database, and the write-ahead log beside it.
struct MemberDirectory {
    let database: MappedFile
    let log: MemberLog<MappedSegment>

    /// - Parameter path: The folder that `--data-dir` of etcd names, or the folder `member` in it.
    init(_ path: String) throws(FileError) {
        let names = try Folder.names(in: path)
        let member = names.contains("member") ? "\(path)/member" : path
        database = try MappedFile("\(member)/snap/db")
        var segments: [MappedSegment] = []
        for name in try Folder.names(in: "\(member)/wal") where name.hasSuffix(".wal") {
            segments.append(MappedSegment(name, try MappedFile("\(member)/wal/\(name)")))
        }
        log = MemberLog(segments)
    }

    /// Refuses what was read if a file has changed meanwhile.
    func checkUnchanged() throws(FileError) {
        try database.checkUnchanged()
        for segment in log.segments { try segment.file.checkUnchanged() }
    }
}

/// One file of a write-ahead log, mapped into memory.
final class MappedSegment: WALSegment, Sendable {
    let name: String
    let file: MappedFile

    init(_ name: String, _ file: MappedFile) {
        self.name = name
        self.file = file
    }

    var bytes: RawSpan {
        @_lifetime(borrow self)
        get {
            let span = file.span
            // The object keeps the file, and the file its bytes.
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }
}
