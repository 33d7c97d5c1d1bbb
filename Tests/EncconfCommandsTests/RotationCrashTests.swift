import TestSupport
import Testing

/// The program is killed, or the system refuses it something, at each call that touches files.
@Suite(.patient) struct RotationCrashTests {
    /// A step from a known file, with names of keys that do not depend on the time.
    struct Step: CustomTestStringConvertible, Sendable {
        let name: String
        var preparation = "true"
        let command: String
        /// What strace does in any case.
        var options = ""

        var testDescription: String { name }

        static let add = "encconf rotate enc.yaml --step add --key-name k2"
        static let added = "\(add) > /dev/null"
        static let promote = "encconf rotate enc.yaml --step promote --key-name k2 \(Program.loaded)"
        static let promoted = "\(added) && \(promote) > /dev/null"
        static let retire =
            "encconf rotate enc.yaml --step retire \(Program.loaded) --without-evidence --archive archive.yaml"

        static let all = [
            Step(name: "add", command: add),
            Step(
                name: "add to a file of another owner with attributes",
                preparation: """
                    chmod 640 enc.yaml && chown 12:34 enc.yaml \
                    && python3 -c 'import os; os.setxattr("enc.yaml", "user.note", b"kept")'
                    """, command: add),
            Step(name: "promote", preparation: added, command: promote),
            Step(name: "retire", preparation: promoted, command: retire),
            Step(
                name: "retire without rename flags", preparation: promoted, command: retire,
                options: "-e inject=renameat2:error=EINVAL"),
            Step(
                name: "retire into an archive that is there",
                preparation: "\(promoted) && \(retire) > /dev/null "
                    + "&& \(promoted.replacing("k2", with: "k3"))",
                command: retire),
            Step(
                name: "abort", preparation: added,
                command: "encconf rotate enc.yaml --step abort --key-name k2 --without-evidence --archive archive.yaml"),
            Step(
                name: "switch", preparation: "encconf rotate enc.yaml --to secretbox --key-name k2 > /dev/null",
                command: "encconf rotate enc.yaml --to secretbox --step promote \(Program.loaded)"),
        ]
    }

    /// A step run once without disturbance: what there was, what there is then, and the calls on the way.
    private struct Rehearsal {
        let folder: RotationFolder
        let old: [String: RotationFolder.Entry]
        let new: [String: RotationFolder.Entry]
        let calls: [SystemCall]

        init(_ step: Step) throws {
            folder = try RotationFolder(
                TestData.bytes("edits/documented.yaml"), preparation: step.preparation)
            old = folder.start.masking(key: "k2")
            let run = try folder.trace(step.command, options: step.options)
            try #require(run.result.status == 0, "\(run.result.errors)")
            calls = run.calls
            new = try folder.entries().masking(key: "k2")
            try #require(new["enc.yaml"] != old["enc.yaml"])
            try #require(new.leftovers.isEmpty)
        }
    }

    @Test(arguments: Step.all)
    func killedAtEachCall(_ step: Step) throws {
        let rehearsal = try Rehearsal(step)
        let folder = rehearsal.folder
        defer { folder.remove() }
        let needed = folder.start.secrets
        var outcomes: Set<Bool> = []
        for call in Sample.of(rehearsal.calls, 16, step.name) {
            try folder.reset()
            let run = try folder.trace(
                step.command, options: "\(step.options) \(RotationFolder.Fault.kill.option(at: call))")
            try #require(run.result.status == 128 + 9, "not killed at \(call): \(run.result.errors)")
            let found = try folder.entries()
            let masked = found.masking(key: "k2")
            // Each file is the old one or the new one, whole, with the mode and the owner that it had.
            for name in rehearsal.new.keys {
                #expect(
                    masked[name] == rehearsal.old[name] || masked[name] == rehearsal.new[name], "\(name) at \(call)")
            }
            let isNew = masked["enc.yaml"] == rehearsal.new["enc.yaml"]
            outcomes.insert(isNew)
            let named = found.filter { !$0.key.hasSuffix(".tmp") }
            #expect(named.secrets.isSuperset(of: needed), "\(call)")
            #expect(Set(masked.keys).subtracting(rehearsal.new.keys).subtracting(found.leftovers).isEmpty)
            #expect(found.leftovers.count <= 1)
            let mode = rehearsal.old["enc.yaml"]?.mode ?? 0
            for name in found.leftovers { #expect((found[name]?.mode ?? 0) | mode == mode, "\(call)") }

            let again = try folder.run(step.command)
            #expect(again.status == 0, "after \(call): \(again.errors)")
            // What the killed run left behind is gone too.
            #expect(try folder.entries().masking(key: "k2") == rehearsal.new, "after \(call)")
        }
        // A death early leaves the old file, a late one the new one.
        #expect(outcomes == [true, false])
    }

    @Test(arguments: [0, 1, 3, 5].map { Step.all[$0] }, ["EIO", "ENOSPC", "EDQUOT", "EROFS"])
    func refusedAtEachCall(_ step: Step, _ error: String) throws {
        let rehearsal = try Rehearsal(step)
        let folder = rehearsal.folder
        defer { folder.remove() }
        let changing: Set<String> = ["fchmod", "fchown", "flock", "fsync", "rename", "renameat2", "link", "write"]
        let calls = rehearsal.calls.filter { call in
            if call.name == "openat" { return call.line.contains(".encconf-") || call.line.contains("O_DIRECTORY") }
            // What is told afterwards is no part of the step.
            return changing.contains(call.name) && !call.line.hasPrefix("write(1,") && !call.line.hasPrefix("write(2,")
                && !(call.name == "renameat2" && !step.options.isEmpty)
        }
        try #require(calls.count > 5)
        let renamed = try #require(rehearsal.calls.last { $0.name == "rename" }).line
        let lastSync = try #require(rehearsal.calls.last { $0.name == "fsync" })
        #expect(renamed.contains("enc.yaml\""))
        for call in Sample.of(calls, 8, step.name + error) {
            try folder.reset()
            let fault = RotationFolder.Fault.error(error).option(at: call)
            let result = try folder.trace(step.command, options: "\(step.options) \(fault)").result
            let found = try folder.entries().masking(key: "k2")
            #expect(found.leftovers.isEmpty, "\(call)")
            #expect(result.status == 2, "\(call)")
            #expect(result.text.isEmpty)
            let problems = result.errors.split(separator: "\n").filter { $0.hasPrefix("encconf: error: ") }
            #expect(problems.count == 1, "\(call): \(result.errors)")
            if call.name == "fsync", call.number == lastSync.number {
                #expect(found == rehearsal.new, "\(call)")
                #expect(result.errors.contains("enc.yaml: written, but a power failure may undo it"))
            } else {
                #expect(found["enc.yaml"] == rehearsal.old["enc.yaml"], "\(call)")
                for name in found.keys {
                    #expect(found[name] == rehearsal.old[name] || found[name] == rehearsal.new[name], "\(call)")
                }
            }
        }
    }

    /// Attributes that the system does not let through are left out; the rest of the step is made.
    @Test func attributesAreKept() throws {
        let rehearsal = try Rehearsal(Step.all[1])
        defer { rehearsal.folder.remove() }
        let shown = try rehearsal.folder.run(
            "python3 -c 'import os; print(os.getxattr(\"enc.yaml\", \"user.note\"), os.stat(\"enc.yaml\").st_gid)'")
        #expect(shown.text == "b'kept' 34\n")
    }

    // MARK: In place

    private static let inPlace = Step(
        name: "in place", preparation: "\(Step.added) && ln enc.yaml other.yaml",
        command: "\(Step.promote) --in-place")

    /// Nothing that writes in place can be safe, but what was there is never lost, and the next run says so.
    @Test func killedInPlaceTheOldFileIsBesideIt() throws {
        let rehearsal = try Rehearsal(Self.inPlace)
        let folder = rehearsal.folder
        defer { folder.remove() }
        #expect(rehearsal.new["enc.yaml.encconf-before"] == nil)
        var refusals = 0
        for call in rehearsal.calls {
            try folder.reset()
            let run = try folder.trace(
                Self.inPlace.command, options: RotationFolder.Fault.kill.option(at: call))
            try #require(run.result.status == 128 + 9, "not killed at \(call)")
            let found = try folder.entries()
            let old = folder.start["enc.yaml"]
            #expect(
                found["enc.yaml"] == old || found["enc.yaml.encconf-before"] == old
                    || found.masking(key: "k2")["enc.yaml"] == rehearsal.new["enc.yaml"], "\(call)")
            for (name, entry) in found { #expect(entry.mode & 0o77 == 0, "\(name)") }
            let again = try folder.run(Self.inPlace.command)
            guard again.status != 0 else { continue }
            refusals += 1
            #expect(again.errors.contains("the previous content is in"), "\(again.errors)")
            // Nothing is touched, whatever is in the file.
            #expect(try folder.entries() == found)
        }
        #expect(refusals > 0)
    }

    /// A disk that fills up in the middle: the old content is put back.
    @Test(arguments: ["ftruncate", "fsync"])
    func refusedInPlaceTheOldFileIsPutBack(_ name: String) throws {
        let rehearsal = try Rehearsal(Self.inPlace)
        let folder = rehearsal.folder
        defer { folder.remove() }
        let call = try #require(rehearsal.calls.last { $0.name == name })
        try folder.reset()
        let run = try folder.trace(Self.inPlace.command, options: RotationFolder.Fault.error("ENOSPC").option(at: call))
        #expect(run.result.status == 2)
        #expect(run.result.errors.contains("enc.yaml: cannot write: no space left on device"))
        #expect(try folder.entries() == folder.start)
    }
}
