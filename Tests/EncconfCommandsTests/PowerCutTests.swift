import EnvelopeCrypto
import Foundation
import PatientTesting
import TestSupport
import Testing

/// The power fails at any point of a command, and any part of what no `fsync` covers is lost.
///
/// With `ENCCONF_TESTS=all` all commands together see more than 100,000 cuts.
@Suite(.patient) struct PowerCutTests {
    private static let local = WritingCommand.steps + WritingCommand.others
    private static let cutsOfOne = Sample.isWhole ? 8_000 : 600

    /// A file of several sectors, so that a cut can tear it.
    private static func source() throws -> [UInt8] {
        let comments = String(
            repeating: "# A comment, so that the file takes up several sectors of the disk.\n", count: 60)
        // After the keys too, so that a new key moves sectors.
        return Array(comments.utf8) + (try TestData.bytes("edits/documented.yaml")) + Array(comments.utf8)
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

        /// Whether the record of a rollout has the hash of the file, unless the rollout did not begin.
        private func isRecorded(_ disk: PowerCutModel.Disk) -> Bool {
            guard new["enc.yaml.rollout"] != nil, let file = disk["enc.yaml"], file != old["enc.yaml"] else {
                return true
            }
            let hash = (try? Digest.sha256(file.bytes.span.rawBytes)).map { Digest.hexadecimal($0) } ?? ""
            return String(decoding: disk["enc.yaml.rollout"]?.bytes ?? [], as: UTF8.self).contains(hash)
        }

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
                if !isRecorded(named) { return (disk, "the record of the rollout does not know enc.yaml") }
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
        // The bytes of the disks would fill the log.
        let isKept = broken.isEmpty
        #expect(isKept, "\(place): \(broken.count) of \(count) disks after a power cut: \(first ?? "")")
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

    /// Whether a cut after the end of a run loses nothing. The lock of a rollout may come back; it locks nothing then.
    private func isDurable(_ files: PowerCutModel.Disk, in model: PowerCutModel) -> Bool {
        model.disksAtTheEnd().allSatisfy { disk in disk.filter { !$0.key.hasSuffix(".rollout.lock") } == files }
    }

    /// What the cuts of a command showed, for people who want to know how much was tried.
    private func note(_ name: String, _ cuts: PowerCutModel.Cuts) {
        guard Sample.isWhole else { return }
        print("\(name): \(cuts.count) power cuts, \(cuts.disks.count) different disks")
    }

    @Test(arguments: Sample.of(WritingCommand.all, 6))
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
        let isDone = isDurable(new, in: model)
        #expect(isDone, "\(command.name): a power cut after the end of the run undoes it")
        for disk in Sample.of(distinct(cuts.disks), 2, command.name) {
            try write(disk, to: folder)
            let names = disk.keys.sorted().joined(separator: ", ")
            try rehearsal.checkAgain(after: try folder.entries(), "after a power cut that left \(names)")
        }
    }

    /// A run is killed, the same command completes its work, and the power fails during that: what the first run wrote
    /// and did not sync must not be lost.
    @Test(arguments: Sample.of(local, 3))
    func everyFileIsWholeAfterARunWasKilled(_ command: WritingCommand) throws {
        let rehearsal = try Rehearsal(command, source: Self.source())
        let folder = rehearsal.folder
        defer { folder.remove() }
        let calls = rehearsal.calls.filter { call in
            ["write", "fchmod", "fsync", "rename", "renameat2", "link", "unlink", "ftruncate"].contains(call.name)
        }
        for call in Sample.of(calls, 2, command.name) {
            try folder.reset()
            var model = try folder.model()
            let old = model.last
            let options = "\(command.options) \(RotationFolder.Fault.kill.option(at: call))"
            let killed = try folder.record(command.command, options: options, on: &model)
            try #require(killed.status == 128 + 9, "not killed at \(call): \(killed.errors)")
            let first = model.callCount
            let again = try folder.record(command.command, options: command.options, on: &model)
            let new = try folder.model().last
            try #require(model.last == new, "the model does not have the files that the runs left after \(call)")
            var random = SeededGenerator(seed: Sample.seed)
            let cuts = model.cuts(after: first, atMost: Self.cutsOfOne / 4, using: &random)
            note("\(command.name), killed at \(call.name) \(call.number)", cuts)
            // The file of the killed run is superseded too.
            let isTwice = command.repetition == .superseding
            let between = isTwice ? ["enc.yaml": model.contents(of: "enc.yaml")] : [:]
            let promise = Promise(old: old, new: new, between: between)
            expectNone(
                promise.broken(by: cuts.disks), of: cuts.disks.count,
                "\(command.name), repeated after it was killed at \(call)")
            let isDone = isDurable(new, in: model)
            #expect(
                isDone || again.status != command.status,
                "\(command.name): undone by a power cut after it was repeated, killed at \(call)")
        }
    }

    /// All steps of a rollout, with three servers.
    @Test(.enabled(if: Sample.isWhole, "only with ENCCONF_TESTS=all"))
    func everyFileOfARolloutIsWhole() throws {
        let cluster = try FakeCluster(String(decoding: try Self.source(), as: UTF8.self))
        try cluster.makeSecrets(3)
        let folder = try RotationFolder(
            try Self.source(), variables: "ETCD=\(cluster.etcd.endpoint) KUBE=\(cluster.kubeconfigPath)")
        defer { folder.remove() }
        // Not `cp`, which copies without a call that the trace shows.
        let copies = cluster.servers.map { server in
            let path = server.configuration.path
            return "sed '' \"$ENCCONF_FILE\" > \(path).new && mv \(path).new \(path)"
        }
        let script = folder.program.workingFolder.appendingPathComponent("deliver")
        try Data((["#!/bin/sh", "set -e"] + copies).joined(separator: "\n").utf8).write(to: script)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: script.path)
        var model = try folder.model()
        let old = model.last
        let result = try folder.record(
            """
            encconf rollout enc.yaml --yes --key-name k2 --deliver ../deliver --archive archive.yaml --no-snapshots \
            --settle 0s --timeout 20s --max-rate 0 --kubeconfig $KUBE --etcd --endpoints $ETCD
            """, on: &model)
        try #require(result.status == 0, "\(result.text) \(result.errors)")
        let new = try folder.model().last
        try #require(model.last == new, "the model does not have the files that the run left")
        var random = SeededGenerator(seed: Sample.seed)
        let cuts = model.cuts(atMost: Self.cutsOfOne * 2, using: &random)
        note("rollout", cuts)
        let names = ["enc.yaml", "archive.yaml", "enc.yaml.rollout"]
        let promise = Promise(
            old: old, new: new, between: Dictionary(uniqueKeysWithValues: names.map { ($0, model.contents(of: $0)) }))
        expectNone(promise.broken(by: cuts.disks), of: cuts.disks.count, "rollout")
        #expect(isDurable(new, in: model), "a power cut after the end of the rollout undoes it")
    }

    // MARK: In place

    /// The file can be torn, but then the old content is whole beside it, and the next run says so.
    @Test func inPlaceTheOldFileIsBesideATornOne() throws {
        // Without a second name, which the model does not have; and a step that changes several sectors.
        let command = WritingCommand(name: "add in place", command: "\(WritingCommand.add) --in-place")
        let rehearsal = try Rehearsal(command, source: Self.source())
        let folder = rehearsal.folder
        defer { folder.remove() }
        let calls = rehearsal.calls.filter { ["write", "fsync", "rename", "renameat2", "unlink"].contains($0.name) }
        // Nil: no earlier run was killed.
        for call in [nil] + Sample.of(calls, 2).map(Optional.some) {
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
        let isKept = lost.isEmpty
        #expect(isKept, "in place, \(place): \(lost.count) disks have a torn file and no copy of the old one")
        let isDone = isDurable(new, in: model)
        #expect(isDone, "in place, \(place): a power cut after the end of the run undoes a part of it")
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
