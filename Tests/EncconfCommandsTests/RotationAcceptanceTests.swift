import Foundation
import PatientTesting
import TestSupport
import Testing

/// Whole changes through the program, on files of every format, with a look at each file on the way.
@Suite(.patient) struct RotationAcceptanceTests {
    struct File: CustomTestStringConvertible, Sendable {
        let path: String
        var testDescription: String { path }
        var options: String { path.hasSuffix("headerless.yaml") ? "--headerless" : "" }

        /// Those that kube-apiserver takes.
        static let all: [File] = {
            do {
                return try ["edits", "cluster"].flatMap { folder in
                    try FileManager.default.contentsOfDirectory(atPath: TestData.path(folder)).sorted()
                        .filter { $0.hasSuffix(".yaml") || folder == "edits" && $0.hasSuffix(".json") }
                        .filter { $0 != "empty-lists.yaml" && !$0.hasPrefix("config-invalid-") }
                        .map { File(path: "\(folder)/\($0)") }
                }
            } catch {
                fatalError("\(error)")
            }
        }()
    }

    /// A step as it is made, and what `diff` must say of it.
    struct Step {
        let arguments: String
        let answers: Set<Int32>

        static func add(_ target: String = "") -> Step {
            Step(arguments: "--step add \(target)", answers: [0])
        }
        static func promote(_ target: String = "") -> Step {
            Step(arguments: "--step promote \(Program.loaded) \(target)", answers: [0])
        }
        /// Whether the retired keys are needed depends on what is stored.
        static func retire(_ target: String = "") -> Step {
            Step(
                arguments: "--step retire \(Program.loaded) --without-evidence --archive archive.yaml \(target)",
                answers: [0, 3])
        }
        static let abort = Step(
            arguments: "--step abort --without-evidence --archive gone.yaml", answers: [3])
    }

    @Test func thereAreManyFiles() {
        #expect(File.all.count { $0.path.hasPrefix("edits/") } >= 30)
        #expect(File.all.count { $0.path.hasPrefix("cluster/") } >= 8)
    }

    @Test(arguments: Sample.of(File.all, 8, "fullRotationAndAbort"))
    func fullRotationAndAbort(_ file: File) throws {
        let trial = try Trial(file)
        defer { trial.folder.remove() }
        // Where plaintext writes before keys, they write first.
        if try trial.writers().contains("identity") {
            let before = try trial.bytes()
            let result = try trial.rotate("--step promote \(Program.loaded)")
            guard result.status == 0 else {
                #expect(
                    result.status == 2
                        && ["every entry has only identity", "cannot tell which key"].contains(
                            where: result.errors.contains)
                )
                #expect(try trial.bytes() == before)
                return
            }
        }
        // The keys of plugins are not rotated here; nothing is touched.
        guard try trial.writers().isDisjoint(with: ["kmsv1", "kmsv2"]) else {
            let before = try trial.bytes()
            let result = try trial.rotate("--step promote \(Program.loaded)")
            #expect(result.text.contains("is done already") || result.errors.contains("there is no key to rotate"))
            #expect(try trial.bytes() == before)
            return
        }
        // What others began is brought to its end first.
        let ended = try trial.rotate("--step retire \(Program.loaded) --without-evidence --archive archive.yaml")
        #expect(ended.status == 0 || ended.errors.contains("also reads other providers"))
        let settled = try trial.bytes()
        let value = try trial.encrypt()
        try trial.make(.add())
        try trial.make(.abort)
        #expect(try trial.bytes() == settled)
        try trial.make(.add())
        try trial.make(.promote())
        try trial.make(.retire())
        try trial.decrypt(value)
        #expect(try trial.bytes() != settled)
    }

    @Test(arguments: Sample.of(File.all, 8, "switchOfProvider"))
    func switchOfProvider(_ file: File) throws {
        let trial = try Trial(file)
        defer { trial.folder.remove() }
        let provider = try trial.writers().contains("secretbox") ? "aesgcm" : "secretbox"
        let target = try "--to \(provider) --key-name key-20991231t000000z \(trial.allResources)"
        let before = try trial.bytes()
        let value = try trial.encrypt()
        try trial.make(Step(arguments: "--step add \(target)", answers: [0]))
        // An entry that had the provider already keeps its place, so only what was added goes.
        if try trial.bytes() != before, !(String(decoding: before, as: UTF8.self).contains(provider)) {
            let added = try trial.bytes()
            #expect(
                try trial.rotate("--step abort --without-evidence --archive gone.yaml \(target)").status == 0)
            #expect(try trial.bytes() == before)
            try trial.put(added)
        }
        try trial.make(.promote(target))
        try trial.make(.retire(target))
        #expect(try trial.writers() == [provider])
        try trial.decrypt(value)
    }

    @Test(arguments: Sample.of(File.all, 8, "disabling"))
    func disabling(_ file: File) throws {
        let trial = try Trial(file)
        defer { trial.folder.remove() }
        let value = try trial.encrypt()
        let target = try "--to identity \(trial.allResources)"
        try trial.make(Step(arguments: "--step add \(target)", answers: [0]))
        try trial.make(.promote(target))
        #expect(try trial.writers() == ["identity"])
        try trial.make(.retire(target))
        try trial.decrypt(value)
    }
}

/// One file on its way, with what must hold at each step.
private struct Trial {
    let file: RotationAcceptanceTests.File
    let folder: RotationFolder
    private static let plaintext = "apiVersion: v1, not really"

    init(_ file: RotationAcceptanceTests.File) throws {
        self.file = file
        folder = try RotationFolder(
            TestData.bytes(file.path), preparation: "chmod 640 enc.yaml && chown 12:34 enc.yaml")
    }

    private var path: String { folder.work.appendingPathComponent("enc.yaml").path }

    func bytes() throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

    /// Puts other content into the file as it is.
    func put(_ bytes: [UInt8]) throws {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: Data(bytes))
        try handle.close()
    }

    func rotate(_ arguments: String) throws -> Program.Result {
        try folder.run("encconf rotate enc.yaml \(file.options) \(arguments)")
    }

    /// Makes a step, and looks at everything that must hold between the two files.
    func make(_ step: RotationAcceptanceTests.Step) throws {
        let before = try bytes()
        try Data(before).write(to: folder.work.appendingPathComponent("before.yaml"))
        let result = try rotate(step.arguments)
        try #require(result.status == 0, "\(step.arguments): \(result.errors)")
        let after = try bytes()
        let isDone = result.text.contains("is done already")
        #expect(isDone == (before == after), "\(step.arguments)")
        let entry = try #require(try folder.entries()["enc.yaml"])
        #expect(entry.mode == 0o640 && entry.owner == 12)
        let verdict = try folder.run("encconf verify --feature-gates KMSv1=true \(file.options) enc.yaml")
        #expect(verdict.status == 0, "\(step.arguments): \(verdict.text)")
        let proof = try folder.run(
            "encconf diff --feature-gates KMSv1=true \(file.options) before.yaml enc.yaml")
        #expect(isDone ? proof.status == 0 : step.answers.contains(proof.status), "\(step.arguments): \(proof.text)")
        let changes = LineChanges(before, after)
        #expect(changes.areIntended(by: step.arguments), "\(step.arguments):\n\(changes)")
        let again = try rotate(step.arguments)
        #expect(
            again.text.contains("is done already") || again.errors.contains("also reads other providers"),
            "\(step.arguments): \(again.text) \(again.errors)")
    }

    private func summary() throws -> [String: Any] {
        let shown = try folder.run("encconf show -o json \(file.options) enc.yaml")
        return try #require(JSONSerialization.jsonObject(with: Data(shown.output)) as? [String: Any])
    }

    /// The providers that write any of the resources.
    func writers() throws -> Set<String> {
        let resources = try #require(try summary()["resources"] as? [[String: Any]])
        return Set(resources.compactMap { ($0["write"] as? [String: Any])?["provider"] as? String })
    }

    /// All resources of the file, named: those of entries of identity alone take part then.
    var allResources: String {
        get throws {
            let resources = try #require(try summary()["resources"] as? [[String: Any]])
            let names = resources.compactMap { $0["resource"] as? String }.map { $0.replacing("'", with: "'\\''") }
            return "--resources '\(names.joined(separator: ","))'"
        }
    }

    private func resource() throws -> String {
        let resources = try #require(try summary()["resources"] as? [[String: Any]])
        let names = resources.compactMap { $0["resource"] as? String }
        let first = try #require(names.first)
        return first.hasPrefix("*") ? (first == "*.apps" ? "deployments.apps" : "secrets") : first
    }

    /// A value as a server that runs the file would write it; nil if only a plugin could.
    func encrypt() throws -> String? {
        guard try writers().isDisjoint(with: ["kmsv1", "kmsv2"]) else { return nil }
        let resource = try resource()
        let result = try folder.run(
            """
            printf '%s' '\(Self.plaintext)' | encconf encrypt --config enc.yaml \(file.options) \
            --etcd-key /registry/\(resource)/default/x --resource \(resource) > value
            """)
        try #require(result.status == 0, "\(result.errors)")
        return resource
    }

    /// The file and the archive together open what the first file wrote.
    func decrypt(_ resource: String?) throws {
        guard let resource else { return }
        let archive = try folder.entries()["archive.yaml"] == nil ? "" : "--config archive.yaml"
        if !archive.isEmpty { #expect(try folder.entries()["archive.yaml"]?.mode == 0o600) }
        let result = try folder.run(
            """
            encconf decrypt-secret --config enc.yaml \(archive) \(file.options) --etcd-key \
            /registry/\(resource)/default/x --resource \(resource) --format raw -o raw value
            """)
        #expect(result.text == Self.plaintext, "\(result.errors)")
    }
}

/// What is different between two texts.
struct LineChanges: CustomStringConvertible {
    /// Lines that one text has and the other has not.
    let removed: [String]
    let added: [String]
    private let old: [UInt8]
    private let new: [UInt8]

    init(_ old: [UInt8], _ new: [UInt8]) {
        (self.old, self.new) = (old, new)
        removed = Self.subtract(Self.lines(new), from: Self.lines(old))
        added = Self.subtract(Self.lines(old), from: Self.lines(new))
    }

    var description: String { (removed.map { "-\($0)" } + added.map { "+\($0)" }).joined(separator: "\n") }

    /// Whether a step has changed nothing else: to add only adds, to promote only moves, to retire and to abort only
    /// take away, and lines of the header or of resources stay, unless the providers share the line.
    func areIntended(by step: String) -> Bool {
        let isConfined =
            if step.contains("add") {
                Self.isPart(old, of: new) && removed.allSatisfy { line in added.contains { Self.isPart(line, of: $0) } }
            } else if step.contains("promote") {
                old.sorted() == new.sorted()
            } else {
                Self.isPart(new, of: old) && added.allSatisfy { line in removed.contains { Self.isPart(line, of: $0) } }
            }
        return isConfined
            && (removed + added).allSatisfy { line in
                line.contains("providers") || !line.contains("resources") && !line.contains("kind")
            }
    }

    private static func lines(_ bytes: [UInt8]) -> [String] {
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private static func subtract(_ other: [String], from lines: [String]) -> [String] {
        var counts: [String: Int] = other.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        return lines.filter { line in
            guard let count = counts[line], count > 0 else { return true }
            counts[line] = count - 1
            return false
        }
    }

    private static func isPart(_ line: String, of other: String) -> Bool {
        isPart(Array(line.utf8), of: Array(other.utf8))
    }

    private static func isPart(_ bytes: [UInt8], of other: [UInt8]) -> Bool {
        var rest = bytes[...]
        for byte in other where byte == rest.first { rest = rest.dropFirst() }
        return rest.isEmpty
    }
}
