public import DurableFiles
public import EtcdWAL

/// The data directory of a stopped etcd member: its database, and the write-ahead log beside it.
struct MemberDirectory {
    let database: MappedFile
    let log: MemberLog<MappedFile>

    /// - Parameter path: The folder that `--data-dir` of etcd names, or the folder `member` in it.
    init(_ path: String) throws(FileError) {
        let names = try Folder.names(in: path)
        let member = names.contains("member") ? "\(path)/member" : path
        database = try MappedFile("\(member)/snap/db")
        var segments: [MappedFile] = []
        for name in try Folder.names(in: "\(member)/wal") where name.hasSuffix(".wal") {
            segments.append(try MappedFile("\(member)/wal/\(name)"))
        }
        log = MemberLog(segments)
    }

    /// Refuses what was read if a file has changed meanwhile.
    func checkUnchanged() throws(FileError) {
        try database.checkUnchanged()
        for segment in log.segments { try segment.checkUnchanged() }
    }
}

/// A file of a write-ahead log, mapped into memory.
extension MappedFile: WALSegment {
    public var name: String { path.utf8.split(separator: UInt8(ascii: "/")).last.flatMap { String($0) } ?? path }

    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get { span }
    }
}
