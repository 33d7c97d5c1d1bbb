import Foundation
import PatientTesting
import TestSupport
import Testing

/// Two at work on one file.
@Suite(.patient) struct RotationRaceTests {
    private static let add = "encconf rotate enc.yaml --step add --key-name k2"
    private static let other = "encconf rotate enc.yaml --step add --key-name k3"

    /// Whether a run said that another one changed the file, after it was read or during that.
    private func tellsOfChange(_ errors: String) -> Bool {
        ["changed by another process during this run", "changed while it was read"].contains {
            errors.contains("encconf: error: enc.yaml: \($0)")
        }
    }

    /// The calls of a run between reading the file and putting the new one in its place.
    private func calls(_ folder: RotationFolder) throws -> [SystemCall] {
        let calls = try folder.trace(Self.add).calls
        try folder.reset()
        return Array(calls.prefix { $0.name != "rename" })
    }

    @Test func aLockedFileIsRefused() throws {
        let folder = try RotationFolder(TestData.bytes("edits/documented.yaml"))
        defer { folder.remove() }
        let result = try folder.run("flock enc.yaml \(Self.add)")
        #expect(result.status == 2)
        #expect(
            result.errors == """
                encconf: error: enc.yaml: locked by another encconf
                encconf: hint: wait for it, then run the command again

                """)
        #expect(try folder.entries() == folder.start)
    }

    /// While one run holds the lock, another one refuses.
    @Test func theSecondRunRefuses() throws {
        let folder = try RotationFolder(TestData.bytes("edits/documented.yaml"))
        defer { folder.remove() }
        let last = try #require(try calls(folder).last { $0.name == "fsync" })
        let result = try folder.interleave(Self.add, behind: last, with: Self.other)
        #expect(result.text == "second 2\nfirst 0\n", "\(result.errors)")
        #expect(result.errors.contains("locked by another encconf"))
        let text = String(decoding: try folder.entries()["enc.yaml"]?.bytes ?? [], as: UTF8.self)
        // A secret may have these letters too.
        #expect(text.contains("name: \"k2\"") && !text.contains("name: \"k3\""))
    }

    /// Another whole run, between any two calls of the first one before it has the lock: nothing of it is lost.
    @Test func aRunThatCameFirstIsNotOverwritten() throws {
        let folder = try RotationFolder(TestData.bytes("edits/documented.yaml"))
        defer { folder.remove() }
        let calls = try calls(folder)
        let locking = try #require(calls.firstIndex { $0.name == "flock" })
        // Where the other run comes before the first look, both keys are in the file; otherwise the first run refuses.
        for call in calls[..<locking] where ["openat", "read", "readlink"].contains(call.name) {
            try folder.reset()
            let result = try folder.interleave(Self.add, behind: call, with: Self.other)
            #expect(result.text.hasPrefix("second 0\n"), "\(call): \(result.errors)")
            let text = String(decoding: try folder.entries()["enc.yaml"]?.bytes ?? [], as: UTF8.self)
            #expect(text.contains("k3"), "\(call): \(result.errors)")
            if result.text != "second 0\nfirst 0\n" {
                #expect(result.text == "second 0\nfirst 2\n" && tellsOfChange(result.errors))
            }
        }
    }

    /// Somebody who pays no heed to the lock, at any call before the rename: what he wrote stays.
    @Test(arguments: [
        "printf '# note\\n' >> enc.yaml", "cp enc.yaml new && printf '# note\\n' >> new && mv new enc.yaml",
    ])
    func aForeignChangeIsNotOverwritten(_ change: String) throws {
        let folder = try RotationFolder(TestData.bytes("edits/documented.yaml"))
        defer { folder.remove() }
        let calls = try calls(folder)
        // What the last check reads is the last that can be compared.
        let lastLook = try #require(calls.lastIndex { $0.name == "newfstatat" })
        for call in calls[..<lastLook] where ["openat", "flock", "lseek", "fchmod", "write"].contains(call.name) {
            try folder.reset()
            let result = try folder.interleave(Self.add, behind: call, with: change)
            #expect(result.text.hasPrefix("second 0\n"), "\(call): \(result.errors)")
            let found = try folder.entries()
            let text = String(decoding: found["enc.yaml"]?.bytes ?? [], as: UTF8.self)
            #expect(text.hasSuffix("# note\n"), "\(call)")
            #expect(found.leftovers.isEmpty)
            // What came before the first look is simply what the file holds.
            guard !text.contains("k2") else {
                #expect(result.text == "second 0\nfirst 0\n" && call.line.contains("\"enc.yaml\""), "\(call)")
                continue
            }
            #expect(result.text == "second 0\nfirst 2\n" && tellsOfChange(result.errors), "\(call)")
        }
    }

    /// The archive is looked at in the same way.
    @Test func aForeignChangeOfTheArchiveIsNotOverwritten() throws {
        let step = WritingCommand.all[5]
        let folder = try RotationFolder(TestData.bytes("edits/documented.yaml"), preparation: step.preparation)
        defer { folder.remove() }
        let calls = try folder.trace(step.command).calls
        try folder.reset()
        let before = try #require(calls.prefix { $0.name != "flock" }.last)
        let result = try folder.interleave(step.command, behind: before, with: "printf '# note\\n' >> archive.yaml")
        #expect(result.text == "second 0\nfirst 2\n", "\(result.errors)")
        #expect(result.errors.contains("archive.yaml: changed by another process during this run"))
        #expect(try folder.entries()["enc.yaml"] == folder.start["enc.yaml"])
    }

    // MARK: The archive that is the file

    /// It holds the keys already, until the step takes them out of it.
    @Test(arguments: ["./enc.yaml", "../work/enc.yaml", "link.yaml"])
    func theArchiveIsNotTheFile(_ archive: String) throws {
        let folder = try RotationFolder(
            TestData.bytes("edits/documented.yaml"), preparation: WritingCommand.promoted)
        defer { folder.remove() }
        let result = try folder.run(
            "ln -s enc.yaml link.yaml; encconf rotate enc.yaml --step retire --without-evidence "
                + "\(Program.loaded) --archive \(archive)")
        #expect(result.status == 2)
        #expect(result.errors.contains("encconf: error: \(archive): the archive is the file itself\n"))
        #expect(try folder.entries()["enc.yaml"] == folder.start["enc.yaml"])
    }
}
