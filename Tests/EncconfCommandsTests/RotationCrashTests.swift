import PatientTesting
import TestSupport
import Testing

/// A command that writes is killed, or the system refuses it something, at each call that touches files.
@Suite(.patient) struct RotationCrashTests {
    /// Without the rollout: its threads make calls in an order of their own, so that the number of a call names none.
    private static let commands = WritingCommand.all.filter { $0.name != "rollout until the first delivery" }

    @Test(arguments: Sample.of(commands, 8))
    func killedAtEachCall(_ command: WritingCommand) throws {
        let rehearsal = try Rehearsal(command)
        let folder = rehearsal.folder
        defer { folder.remove() }
        var outcomes: Set<Bool> = []
        for call in Sample.of(rehearsal.calls, 10, command.name) {
            let result = try rehearsal.run(with: .kill, at: call)
            try #require(result.status == 128 + 9, "not killed at \(call): \(result.errors)")
            let found = try folder.entries()
            rehearsal.checkWhole(found, result, "after it was killed at \(call)")
            outcomes.insert(rehearsal.isDone(found))
            try rehearsal.checkAgain(after: found, "after one that was killed at \(call)")
        }
        // A death early leaves the old file, a late one the new one.
        #expect(outcomes == [true, false], "the sample has no early or no late call")
    }

    /// A command, and the error that each of its calls fails with.
    struct Refusal: CustomTestStringConvertible, Sendable {
        let command: WritingCommand
        let error: String

        var testDescription: String { "\(command.name), \(error)" }

        static let all = commands.flatMap { command in
            ["EIO", "ENOSPC", "EDQUOT", "EROFS", "EACCES", "EINTR"].map { Refusal(command: command, error: $0) }
        }
    }

    @Test(arguments: Sample.of(Refusal.all, 8))
    func refusedAtEachCall(_ refusal: Refusal) throws {
        let (command, error) = (refusal.command, refusal.error)
        let rehearsal = try Rehearsal(command)
        let folder = rehearsal.folder
        defer { folder.remove() }
        let calls = rehearsal.calls.filter { call in
            !(call.name == "renameat2" && !command.options.isEmpty)
        }
        try #require(calls.count > 5, "few calls: \(calls)")
        let lastSync = try #require(rehearsal.calls.last { $0.name == "fsync" }, "nothing is synced")
        for call in Sample.of(calls, 8, command.name + error) {
            let result = try rehearsal.run(with: .error(error), at: call)
            let found = try folder.entries()
            let place = "after \(error) at \(call)"
            rehearsal.checkWhole(found, result, place)
            #expect(call.name == "unlink" || found.leftovers.isEmpty, "\(found.leftovers) are left \(place)")
            // The report comes after the work.
            let isReport = call.line.hasPrefix("write(1,") || call.line.hasPrefix("write(2,")
            let problems = result.errors.split(separator: "\n").filter { $0.hasPrefix("encconf: error: ") }
            if rehearsal.isDone(found), call.name == "fsync", call.number == lastSync.number, error != "EINTR" {
                #expect(result.status == 2, "status \(result.status) \(place)")
                #expect(result.errors.contains("\(command.target): written, but a power failure may undo it"))
            } else if result.status == command.status {
                #expect(isReport || command.status == 2 || problems.isEmpty, "\(result.errors) \(place)")
            } else {
                #expect(result.status == 2, "status \(result.status) \(place): \(result.errors)")
                #expect(isReport || problems.count == 1, "\(place): \(result.errors)")
                #expect(isReport || result.text.isEmpty, "a result \(place): \(result.text)")
            }
            // A run that reports no error has done its work; the other way round, the report itself can fail.
            if result.status == command.status, problems.isEmpty || command.status != 2 {
                #expect(rehearsal.isDone(found), "not written, and no error \(place)")
            } else if !isReport, !problems.contains(where: { $0.contains("a power failure may undo it") }) {
                #expect(command.status == 2 || !rehearsal.isDone(found), "written \(place): \(result.errors)")
            }
            // Twice as many runs.
            if Sample.isWhole || !command.changing.isEmpty { try rehearsal.checkAgain(after: found, place) }
        }
    }

    /// Attributes that the system does not let through are left out; the rest of the step is made.
    @Test func attributesAreKept() throws {
        let rehearsal = try Rehearsal(WritingCommand.steps[1])
        defer { rehearsal.folder.remove() }
        let shown = try rehearsal.folder.run(
            "python3 -c 'import os; print(os.getxattr(\"enc.yaml\", \"user.note\"), os.stat(\"enc.yaml\").st_gid)'")
        #expect(shown.text == "b'kept' 34\n")
    }

    // MARK: In place

    /// Nothing that writes in place can be safe, but what was there is never lost, and the next run says so.
    @Test func killedInPlaceTheOldFileIsBesideIt() throws {
        let rehearsal = try Rehearsal(WritingCommand.inPlace)
        let folder = rehearsal.folder
        defer { folder.remove() }
        #expect(rehearsal.new["enc.yaml.encconf-before"] == nil)
        var refusals = 0
        // In the midst of the write, whatever else the sample has.
        let always = rehearsal.calls.filter { $0.name == "ftruncate" }
        for call in Sample.of(rehearsal.calls, 20) + always {
            try folder.reset()
            let run = try folder.trace(
                WritingCommand.inPlace.command, options: RotationFolder.Fault.kill.option(at: call))
            try #require(run.result.status == 128 + 9, "not killed at \(call)")
            let found = try folder.entries()
            let old = folder.start["enc.yaml"]
            #expect(
                found["enc.yaml"] == old || found["enc.yaml.encconf-before"] == old
                    || found.masked["enc.yaml"] == rehearsal.new["enc.yaml"], "\(call)")
            for (name, entry) in found { #expect(entry.mode & 0o77 == 0, "\(name)") }
            let again = try folder.run(WritingCommand.inPlace.command)
            guard again.status != 0 else { continue }
            refusals += 1
            #expect(again.errors.contains("the previous content is in"), "\(again.errors)")
            // Nothing is touched, whatever is in the file.
            #expect(try folder.entries() == found)
        }
        #expect(refusals > 0)
    }

    /// The copy of the old keys is not left behind in silence.
    @Test func aCopyThatStaysIsTold() throws {
        let rehearsal = try Rehearsal(WritingCommand.inPlace)
        let folder = rehearsal.folder
        defer { folder.remove() }
        let call = try #require(rehearsal.calls.last { $0.name == "unlink" && $0.line.contains("encconf-before") })
        try folder.reset()
        let run = try folder.trace(
            WritingCommand.inPlace.command, options: RotationFolder.Fault.error("EPERM").option(at: call))
        #expect(run.result.status == 2)
        #expect(run.result.errors.contains("its previous content is still in "), "\(run.result.errors)")
        #expect(try folder.entries().masking(key: "k2")["enc.yaml"] == rehearsal.new["enc.yaml"])
    }

    /// A disk that fills up in the middle: the old content is put back.
    @Test(arguments: ["ftruncate", "fsync"])
    func refusedInPlaceTheOldFileIsPutBack(_ name: String) throws {
        let rehearsal = try Rehearsal(WritingCommand.inPlace)
        let folder = rehearsal.folder
        defer { folder.remove() }
        // The last sync is that of the folder.
        let calls = rehearsal.calls.filter { $0.name == name }
        let call = try #require(name == "fsync" ? calls.dropLast().last : calls.last)
        try folder.reset()
        let run = try folder.trace(
            WritingCommand.inPlace.command, options: RotationFolder.Fault.error("ENOSPC").option(at: call))
        #expect(run.result.status == 2)
        #expect(run.result.errors.contains("enc.yaml: cannot write: no space left on device"))
        #expect(try folder.entries() == folder.start)
    }
}
