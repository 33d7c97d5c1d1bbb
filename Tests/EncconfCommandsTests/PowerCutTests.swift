import Foundation
import TestSupport
import Testing

/// The power fails at any point of a command, and any part of what no `fsync` covers is lost.
///
/// All commands together see 100,000 cuts with `ENCCONF_TESTS=all`, and 10,000 otherwise.
@Suite(.patient) struct PowerCutTests {
    private static let local = WritingCommand.steps + WritingCommand.others
    private static let cutsOfAll = Sample.isWhole ? 100_000 : 10_000
    private static var cutsOfOne: Int { cutsOfAll / (WritingCommand.all.count + 1) + 1 }

    /// A file of several sectors, so that a cut can tear it.
    private static func source() throws -> [UInt8] {
        let comment = String(
            repeating: "# A comment, so that the file takes up several sectors of the disk.\n", count: 30)
        return Array(comment.utf8) + (try TestData.bytes("edits/documented.yaml"))
    }

    /// Each file is the old or the new one, no file is gone, and no key is lost.
    private struct Promise {
        let old: PowerCutModel.Disk
        let new: PowerCutModel.Disk
        /// Whole contents that a file has on the way.
        var between: [String: Set<[UInt8]>] = [:]

        private static func secrets(_ bytes: [UInt8]) -> [String] {
            let text = String(decoding: bytes, as: UTF8.self)
            return text.matches(of: #/secret: (\S+)/#).map { String($0.1) }
        }

        private var needed: Set<String> { Set(old.values.flatMap { Self.secrets($0.bytes) }) }

        /// The disks that break it, each with what is wrong.
        func broken(by disks: [PowerCutModel.Disk]) -> [(disk: PowerCutModel.Disk, problem: String)] {
            let needed = needed
            var known: [[UInt8]: [String]] = [:]
            return disks.compactMap { disk in
                let named = disk.filter { !$0.key.hasSuffix(".tmp") && !$0.key.hasSuffix(".rollout.lock") }
                for (name, file) in named {
                    let isWhole =
                        file == old[name] || file == new[name] || between[name]?.contains(file.bytes) == true
                    guard !isWhole else { continue }
                    return (disk, "\(name) has \(file.bytes.count) bytes that are not the old or the new content")
                }
                for name in old.keys where named[name] == nil { return (disk, "\(name) is gone") }
                var found: Set<String> = []
                for file in named.values {
                    let secrets = known[file.bytes] ?? Self.secrets(file.bytes)
                    known[file.bytes] = secrets
                    found.formUnion(secrets)
                }
                return found.isSuperset(of: needed) ? nil : (disk, "a key is lost")
            }
        }
    }

    /// Reports the first of the disks that break a promise.
    private func expectNone(
        _ broken: [(disk: PowerCutModel.Disk, problem: String)], of count: Int, _ place: String
    ) {
        let first = broken.first.map { broken in
            let files = broken.disk.map { "\($0.key) (\($0.value.bytes.count) bytes)" }.sorted()
            return "\(broken.problem), on a disk with \(files.joined(separator: ", "))"
        }
        #expect(broken.isEmpty, "\(place): \(broken.count) of \(count) disks after a power cut: \(first ?? "")")
    }

    /// Gives a folder the files of a disk.
    private func write(_ disk: PowerCutModel.Disk, to folder: RotationFolder) throws {
        try folder.reset()
        for name in try folder.entries().keys where disk[name] == nil {
            try FileManager.default.removeItem(at: folder.work.appendingPathComponent(name))
        }
        for (name, file) in disk {
            let path = folder.work.appendingPathComponent(name).path
            try Data(file.bytes).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes([.posixPermissions: NSNumber(value: file.mode)], ofItemAtPath: path)
        }
    }

    /// Disks that differ in the files that have names; temporary files differ only in whether they are there.
    private func distinct(_ disks: [PowerCutModel.Disk]) -> [PowerCutModel.Disk] {
        var seen: Set<PowerCutModel.Disk> = []
        return disks.filter { disk in
            let files = disk.map { name, file in
                name.hasSuffix(".tmp") ? (".tmp", PowerCutModel.File(bytes: [], mode: 0)) : (name, file)
            }
            return seen.insert(Dictionary(files) { first, _ in first }).inserted
        }
    }

    /// What the cuts of a command showed, for people who want to know how much was tried.
    private func note(_ name: String, _ cuts: PowerCutModel.Cuts) {
        guard Sample.isWhole else { return }
        print("\(name): \(cuts.count) power cuts, \(cuts.disks.count) different disks")
    }

    @Test(arguments: WritingCommand.all)
    func everyFileIsWhole(_ command: WritingCommand) throws {
        let rehearsal = try Rehearsal(command, source: Self.source())
        let folder = rehearsal.folder
        defer { folder.remove() }
        try folder.reset()
        var model = try folder.model()
        let old = model.last
        let result = try folder.record(command.command, options: command.options, on: &model)
        #expect(result.status == command.status, "\(result.errors)")
        let new = try folder.model().last
        try #require(model.last == new, "the model does not have the files that the run left")
        var random = SeededGenerator(seed: Sample.seed)
        let cuts = model.cuts(atMost: Self.cutsOfOne, using: &random)
        note(command.name, cuts)
        let between = command.changing.map { ($0, model.contents(of: $0)) }
        let promise = Promise(old: old, new: new, between: Dictionary(uniqueKeysWithValues: between))
        expectNone(promise.broken(by: cuts.disks), of: cuts.disks.count, command.name)
        // What was reported as done is on the disk.
        let undone = model.disksAtTheEnd().filter { $0 != new }
        #expect(undone.isEmpty, "\(command.name): a power cut after the end of the run undoes it")
        for disk in Sample.of(distinct(cuts.disks), 2, command.name) {
            try write(disk, to: folder)
            let names = disk.keys.sorted().joined(separator: ", ")
            try rehearsal.checkAgain(after: try folder.entries(), "after a power cut that left \(names)")
        }
    }

    /// A run is killed, the same command completes its work, and the power fails during that: what the first run wrote
    /// and did not sync must not be lost.
    @Test(arguments: local)
    func everyFileIsWholeAfterARunWasKilled(_ command: WritingCommand) throws {
        let rehearsal = try Rehearsal(command, source: Self.source())
        let folder = rehearsal.folder
        defer { folder.remove() }
        let calls = rehearsal.calls.filter { call in
            ["write", "fchmod", "fsync", "rename", "renameat2", "link", "unlink", "ftruncate"].contains(call.name)
        }
        for call in Sample.of(calls, 3, command.name) {
            try folder.reset()
            var model = try folder.model()
            let old = model.last
            let options = "\(command.options) \(RotationFolder.Fault.kill.option(at: call))"
            let killed = try folder.record(command.command, options: options, on: &model)
            try #require(killed.status == 128 + 9, "not killed at \(call): \(killed.errors)")
            let first = model.callCount
            _ = try folder.record(command.command, options: command.options, on: &model)
            let new = try folder.model().last
            try #require(model.last == new, "the model does not have the files that the runs left after \(call)")
            var random = SeededGenerator(seed: Sample.seed)
            let cuts = model.cuts(after: first, atMost: Self.cutsOfOne / 4, using: &random)
            let promise = Promise(old: old, new: new)
            expectNone(
                promise.broken(by: cuts.disks), of: cuts.disks.count,
                "\(command.name), repeated after it was killed at \(call)")
            let undone = model.disksAtTheEnd().filter { $0 != new }
            #expect(undone.isEmpty, "\(command.name): undone by a power cut after it was repeated, killed at \(call)")
        }
    }

    // MARK: In place

    /// The file can be torn, but then the old content is whole beside it, and the next run says so.
    @Test func inPlaceTheOldFileIsBesideATornOne() throws {
        var command = WritingCommand.inPlace
        // Without a second name, which the model does not have.
        command.preparation = WritingCommand.added
        let rehearsal = try Rehearsal(command, source: Self.source())
        let folder = rehearsal.folder
        defer { folder.remove() }
        let calls = rehearsal.calls.filter { ["write", "fsync", "rename", "renameat2", "unlink"].contains($0.name) }
        // Nil: no earlier run was killed.
        for call in [nil] + Sample.of(calls, 3).map(Optional.some) {
            try folder.reset()
            var model = try folder.model()
            let old = model.last
            if let call {
                let options = RotationFolder.Fault.kill.option(at: call)
                _ = try folder.record(command.command, options: options, on: &model)
            }
            let first = model.callCount
            let result = try folder.record(command.command, on: &model)
            guard result.status == 0 else {
                #expect(result.errors.contains("the previous content is in"), "\(result.errors)")
                continue
            }
            try check(command, model, after: first, old: old, call.map { "killed at \($0)" } ?? "first run", folder)
        }
    }

    private func check(
        _ command: WritingCommand, _ model: PowerCutModel, after first: Int, old: PowerCutModel.Disk, _ place: String,
        _ folder: RotationFolder
    ) throws {
        let new = try folder.model().last
        try #require(model.last == new, "the model does not have the files that the run left, \(place)")
        var random = SeededGenerator(seed: Sample.seed)
        let cuts = model.cuts(after: first, atMost: Self.cutsOfOne, using: &random)
        note("in place, \(place)", cuts)
        let copy = "enc.yaml.encconf-before"
        let content = old["enc.yaml"]?.bytes
        let lost = cuts.disks.filter { disk in
            disk["enc.yaml"] != old["enc.yaml"] && disk["enc.yaml"] != new["enc.yaml"] && disk[copy]?.bytes != content
        }
        #expect(lost.isEmpty, "in place, \(place): \(lost.count) disks have a torn file and no copy of the old one")
        let undone = model.disksAtTheEnd().filter { $0 != new }
        #expect(undone.isEmpty, "in place, \(place): a power cut after the end of the run undoes a part of it")
        for disk in Sample.of(distinct(cuts.disks), 4, place) {
            try write(disk, to: folder)
            let again = try folder.run(command.command)
            let isTorn = disk["enc.yaml"] != old["enc.yaml"] && disk["enc.yaml"] != new["enc.yaml"]
            #expect(!isTorn || again.status == 2, "in place, \(place): a torn file is accepted")
            if again.status != 0 {
                #expect(again.errors.contains("the previous content is in"), "in place, \(place): \(again.errors)")
            }
        }
    }
}
