import Foundation
import PatientTesting
import TestSupport
import Testing

/// A disk that is full, a limit on the size of files, and too little memory: a command writes its files, or leaves
/// each of them whole.
@Suite(.patient) struct ShortageTests {
    /// Larger than two pages of memory, which are the units of a disk in memory.
    private static func source() throws -> [UInt8] {
        let comment = String(
            repeating: "# A comment, so that the file takes up several pages of a disk in memory.\n", count: 120)
        return Array(comment.utf8) + (try TestData.bytes("edits/documented.yaml"))
    }

    /// Runs the command under a limit, with its output to nowhere: a limit of files holds for a report in a file too.
    private func run(_ rehearsal: Rehearsal, _ limit: String) throws -> Program.Result {
        try rehearsal.folder.run(
            """
            :
            { timeout -s KILL 20 prlimit \(limit) \(rehearsal.command.command)
              echo $? > ../status; } 2>&1 > /dev/null | cat >&2
            exit $(cat ../status)
            """)
    }

    /// - Returns: Whether the command wrote its files.
    private func check(_ rehearsal: Rehearsal, _ result: Program.Result, _ place: String) throws -> Bool {
        let found = try rehearsal.folder.entries()
        rehearsal.checkWhole(found, result, place)
        let isDone = rehearsal.isDone(found)
        let isSuccess = result.status == rehearsal.command.status && !result.errors.contains("cannot write")
        #expect(isDone || !isSuccess, "\(rehearsal.command.name): no error \(place), and the file is not written")
        try rehearsal.checkAgain(after: found, place)
        return isDone
    }

    /// A write is cut short at the limit, and the next one fails (RLIMIT_FSIZE, setrlimit(2)).
    @Test(arguments: Sample.of(WritingCommand.all, 4))
    func writesAreCutShort(_ command: WritingCommand) throws {
        let rehearsal = try Rehearsal(command)
        defer { rehearsal.folder.remove() }
        // A snapshot is larger than the others.
        let largest = try rehearsal.folder.entries().values.map(\.bytes.count).max() ?? 0
        var outcomes: Set<Bool> = []
        let limits =
            [0, 1, 2, 7, 64, 100, 255, 256, 300, 400, 512, 1000, 4096, 10000].filter { $0 < largest } + [largest]
        for limit in Sample.of(limits, 3, command.name) {
            try rehearsal.folder.reset()
            let result = try run(rehearsal, "--fsize=\(limit)")
            outcomes.insert(try check(rehearsal, result, "with files of \(limit) bytes at most"))
        }
        #expect(outcomes == [true, false], "\(command.name): the limits do not show both outcomes")
    }

    /// Whether a user may have a file system in memory of their own, in a namespace of its own.
    private static let hasOwnMounts: Bool = {
        let program = try? Program()
        defer { program?.remove() }
        let result = try? program?.shell("mkdir m && unshare -rm mount -t tmpfs -o size=4k none m")
        return result?.status == 0
    }()

    /// The last page of a disk is written, and the rest of the same write is not (ENOSPC).
    @Test(
        .enabled(if: hasOwnMounts, "file systems in memory cannot be mounted here"),
        arguments: Sample.of(
            (WritingCommand.steps + WritingCommand.others).filter { !$0.preparation.contains("chown") }, 2))
    func theDiskIsFull(_ command: WritingCommand) throws {
        let rehearsal = try Rehearsal(command, source: Self.source())
        let folder = rehearsal.folder
        defer { folder.remove() }
        var outcomes: Set<Bool> = []
        // The files of the start take up three pages each, and an inode each.
        let pages = (0...10).map { "size=\(($0 + 3) * 4)k" }
        let inodes = (1...8).map { "size=1m,nr_inodes=\($0 + 1)" }
        for size in Sample.of(pages, 4, command.name) + Sample.of(inodes, 2, command.name) {
            try folder.reset()
            let result = try folder.run(
                """
                :
                cat > ../script <<'END'
                mkdir ../disk && mount -t tmpfs -o \(size),mode=700 none ../disk || exit 70
                cp -a ../start/. ../disk 2> /dev/null || exit 71
                cd ../disk
                \(command.command) > /dev/null
                status=$?
                rm -rf ../work/* ../work/.enc*
                cp -a . ../work || exit 72
                exit $status
                END
                rm -rf ../disk
                unshare -rm sh ../script
                """)
            // The disk is too small for the files of the start.
            guard result.status != 71 else { continue }
            try #require(![70, 72].contains(result.status), "\(result.errors)")
            outcomes.insert(try check(rehearsal, result, "on a disk with \(size)"))
        }
        #expect(outcomes.contains(true), "\(command.name): not written on any disk")
        #expect(!Sample.isWhole || outcomes.contains(false), "\(command.name): written on every disk")
    }

    /// From too little memory to start a program to enough, in steps of 64 KiB where the outcome changes.
    ///
    /// A run ends with a message, or with a signal where Swift cannot have memory; neither shows a key.
    ///
    /// Where no thread can be made, Dispatch tries again without end (libdispatch, `_dispatch_temporary_resource_shortage`),
    /// so commands that ask several servers are ended after a while.
    @Test(arguments: Sample.isWhole ? WritingCommand.all : Sample.of(WritingCommand.steps + WritingCommand.others, 2))
    func thereIsNoMemory(_ command: WritingCommand) throws {
        let rehearsal = try Rehearsal(command)
        let folder = rehearsal.folder
        defer { folder.remove() }
        func isDone(_ limit: Int) throws -> Bool {
            try folder.reset()
            let result = try run(rehearsal, "--as=\(limit << 10)")
            return try check(rehearsal, result, "with \(limit) KiB of memory")
        }
        // Between the largest that is too little and the smallest that is enough, in KiB.
        var (little, enough) = (1 << 10, 2 << 20)
        try #require(try isDone(enough), "2 GiB are not enough")
        while enough - little > 1 << 10 {
            let middle = (enough + little) / 2
            if try isDone(middle) { enough = middle } else { little = middle }
        }
        // The limit moves with the random layout of memory.
        let steps = stride(from: max(64, little - 8192), through: enough + 2048, by: 64)
        for limit in Sample.of(Array(steps), 3, command.name) { _ = try isDone(limit) }
    }
}
