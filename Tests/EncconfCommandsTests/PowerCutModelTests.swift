import TestSupport
import Testing

/// The model loses what a disk may lose, and no more.
struct PowerCutModelTests {
    private static let old = PowerCutModel.File(bytes: Array(repeating: 1, count: 1024), mode: 0o600)
    private static let new = PowerCutModel.File(bytes: Array(repeating: 2, count: 1024), mode: 0o600)

    private func disks(_ calls: (inout PowerCutModel) throws -> Void) rethrows -> [PowerCutModel.Disk] {
        var model = PowerCutModel(["a": Self.old])
        try calls(&model)
        var random = SeededGenerator(seed: 1)
        return model.cuts(atMost: 100_000, using: &random).disks
    }

    /// Writes a file and puts it in the place of another one, with or without the sync of the file.
    private func replace(_ model: inout PowerCutModel, isSynced: Bool) throws {
        model.create("new", mode: 0o600)
        let inode = try #require(model.seen["new"])
        model.write(Self.new.bytes, to: inode, at: 0)
        if isSynced { model.synchronize(inode) }
        model.rename("new", to: "a")
        model.synchronize(folder: "")
    }

    @Test func aSyncedFileIsWholeAfterARename() throws {
        let disks = try disks { try replace(&$0, isSynced: true) }
        #expect(Set(disks.compactMap { $0["a"] }) == [Self.old, Self.new])
        #expect(disks.allSatisfy { $0["a"] != nil }, "a rename leaves both names or none")
    }

    @Test func anUnsyncedFileIsEmptyTornOrZero() throws {
        let disks = try disks { try replace(&$0, isSynced: false) }
        let found = Set(disks.compactMap { $0["a"]?.bytes })
        #expect(found.contains([]), "a file without its size is not among the disks")
        #expect(found.contains(Array(repeating: 0, count: 1024)), "a size without its bytes is not among the disks")
        let torn = Array(repeating: UInt8(0), count: 512) + Array(repeating: UInt8(2), count: 512)
        #expect(found.contains(torn), "a torn file is not among the disks")
    }

    @Test func aNameIsLostUntilItsFolderIsSynced() throws {
        let disks = try disks { model in
            model.create("f/b", mode: 0o600)
            let inode = try #require(model.seen["f/b"])
            model.write([7], to: inode, at: 0)
            model.synchronize(inode)
            model.synchronize(folder: "")
            model.unlink("a")
        }
        #expect(disks.contains { $0["a"] == nil && $0["f/b"] == nil }, "a later change cannot be on the disk first")
        #expect(disks.contains { $0["a"] != nil && $0["f/b"]?.bytes == [7] })
    }

    /// Sectors of one write are on the disk or not, each by itself; the size is that of the file.
    @Test func anOverwrittenFileIsTornAtSectors() throws {
        let disks = try disks { model in
            let inode = try #require(model.seen["a"])
            model.write(Array(repeating: 2, count: 700), to: inode, at: 0)
            model.truncate(inode, to: 700)
        }
        let found = Set(disks.compactMap { $0["a"]?.bytes.count })
        #expect(found == [700, 1024], "the size is \(found)")
        let kinds = Set(
            disks.compactMap { $0["a"].map { [$0.bytes[0], $0.bytes[511], $0.bytes[512], $0.bytes[699]] } })
        #expect(kinds == [[1, 1, 1, 1], [2, 2, 1, 1], [1, 1, 2, 2], [2, 2, 2, 2]])
    }

    /// The calls of a trace, with the escapes of strace.
    @Test func aTraceIsRead() throws {
        var model = PowerCutModel(["a": Self.old])
        var trace = FileCallTrace(folder: "/w")
        try trace.replay(
            #"""
            7 openat(AT_FDCWD</w>, "b", O_WRONLY|O_CREAT|O_EXCL, 0600) = 3</w/b>
            7 write(3</w/b>, "x\n\"\\\0\3771" <unfinished ...>
            8 openat(AT_FDCWD</w>, "/elsewhere", O_RDONLY) = 4</elsewhere>
            7 <... write resumed>, 7) = 5
            7 write(3</w/b>, "\0011", 2) = 2
            7 fsync(3</w/b>) = 0
            7 fsync(5</w>) = -1 EIO (Input/output error)
            7 renameat2(AT_FDCWD</w>, "b", AT_FDCWD</w>, "a", RENAME_NOREPLACE) = -1 EEXIST (File exists)
            7 rename("/w/b", "a") = 0
            7 unlinkat(5</w>, "a", 0) = ?
            """#, on: &model)
        #expect(model.last["a"]?.bytes == [120, 10, 34, 92, 0, 1, 49], "\(model.last)")
        #expect(model.last.count == 1)
        #expect(throws: FileCallTrace.Unmodelled.self) {
            try trace.replay(#"7 pwrite64(3</w/a>, "x", 1, 0) = 1"#, on: &model)
        }
    }
}
