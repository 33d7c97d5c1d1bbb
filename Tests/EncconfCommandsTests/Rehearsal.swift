import EnvelopeCrypto
import TestSupport
import Testing

/// A command run once without disturbance: what there was, what there is then, and the calls on the way.
struct Rehearsal {
    let command: WritingCommand
    let folder: RotationFolder
    let old: [String: RotationFolder.Entry]
    let new: [String: RotationFolder.Entry]
    let calls: [SystemCall]
    /// Every secret that a file has before or after the command.
    let secrets: Set<String>
    /// Servers that the command asks; they end with this value.
    private let servers: [AnyObject]

    /// - Parameter source: What `enc.yaml` holds at first; a small file unless it is given.
    init(_ command: WritingCommand, source: [UInt8]? = nil) throws {
        let source = try source ?? TestData.bytes("edits/documented.yaml")
        var variables = "true"
        switch command.service {
        case nil: servers = []
        case .etcd:
            let etcd = try EtcdMember()
            variables = "ETCD=\(etcd.endpoint)"
            servers = [etcd]
        case .cluster:
            let cluster = try FakeCluster(String(decoding: source, as: UTF8.self))
            variables = "ETCD=\(cluster.etcd.endpoint) KUBE=\(cluster.kubeconfigPath)"
            try cluster.makeSecrets(1)
            servers = [cluster]
        }
        self.command = command
        folder = try RotationFolder(source, preparation: command.preparation, variables: variables)
        old = folder.start.masked
        let run = try folder.trace(command.command, options: command.options, target: command.target)
        try #require(run.result.status == command.status, "\(run.result.text) \(run.result.errors)")
        calls = run.calls
        let entries = try folder.entries()
        new = entries.masked
        secrets = folder.start.secrets.union(entries.secrets)
        try #require(new[command.target] != old[command.target], "the command wrote nothing")
        try #require(new.leftovers.isEmpty, "files left over: \(new.leftovers)")
    }

    /// Runs the command from the start under strace, with a fault at one call.
    func run(with fault: RotationFolder.Fault, at call: SystemCall) throws -> Program.Result {
        try folder.reset()
        let options = "\(command.options) \(fault.option(at: call))"
        return try folder.trace(command.command, options: options, target: command.target).result
    }

    /// Whether the command wrote the file that it is there to write.
    func isDone(_ found: [String: RotationFolder.Entry]) -> Bool {
        found.masked[command.target] == new[command.target]
    }

    /// Each file is the old one or the new one, whole, with its mode and owner, and no key is lost or printed.
    func checkWhole(_ found: [String: RotationFolder.Entry], _ result: Program.Result, _ place: String) {
        let masked = found.masked
        for name in new.keys where !command.changing.contains(name) {
            #expect(
                masked[name] == old[name] || masked[name] == new[name],
                "\(command.name): \(name) is neither the old file nor the new one \(place)")
        }
        let unknown = Set(masked.keys).subtracting(new.keys).subtracting(found.leftovers)
        #expect(unknown.isEmpty, "\(command.name): other files \(place): \(unknown)")
        let named = found.filter { !$0.key.hasSuffix(".tmp") }
        #expect(named.secrets.isSuperset(of: folder.start.secrets), "\(command.name): a key is lost \(place)")
        let text = result.text + result.errors
        #expect(!secrets.contains(where: text.contains), "\(command.name): a key is printed \(place): \(text)")
        #expect(
            found.leftovers.count { $0.hasSuffix(".tmp") } <= 1, "\(command.name): several temporary files \(place)")
        let mode = old["enc.yaml"]?.mode ?? 0
        for name in found.leftovers {
            #expect((found[name]?.mode ?? 0) | mode == mode, "\(command.name): others can read \(name) \(place)")
        }
    }

    /// The same command after a run that was stopped, without disturbance: it completes the work, or refuses to do it
    /// twice, and removes what the stopped run left.
    func checkAgain(after found: [String: RotationFolder.Entry], _ place: String) throws {
        let again = try folder.run(command.command)
        let entries = try folder.entries()
        let masked = entries.masked
        // A rollout that finds its file written does not write its record again, and leaves a half one without keys.
        let left = entries.leftovers.filter { name in
            command.changing.isEmpty || !(entries[name].map { [name: $0].secrets.isEmpty } ?? true)
        }
        #expect(left.isEmpty, "\(command.name): left over after a run \(place): \(left)")
        switch command.repetition {
        case .refused where isDone(found):
            #expect(again.status == 2 && again.errors.contains("already exists"), "\(place): \(again.errors)")
            #expect(masked == new, "\(command.name): changed by a run that refused \(place)")
        case .same, .refused:
            #expect(again.status == command.status, "\(command.name) again \(place): \(again.errors)")
            let isComplete = new.allSatisfy { command.changing.contains($0.key) || masked[$0.key] == $0.value }
            #expect(isComplete, "\(command.name): not complete \(place)")
            let unknown = Set(masked.keys).subtracting(new.keys).subtracting(entries.leftovers)
            #expect(unknown.isEmpty, "\(command.name): other files \(place): \(unknown)")
        case .superseding:
            // The name of the kept file has the second in it.
            let isSameSecond = again.errors.contains("run the command again in a second")
            #expect(again.status == (isSameSecond ? 2 : 0), "\(command.name) again \(place): \(again.errors)")
            #expect(isSameSecond || isDone(entries), "\(command.name): not complete \(place)")
            #expect(
                entries.secrets.isSuperset(of: folder.start.secrets), "\(command.name): a key is lost \(place)")
        }
    }
}

extension [String: RotationFolder.Entry] {
    /// The same with everything masked that differs between two runs of one command: the secret of the new key, times,
    /// hashes, and a snapshot, of which counts only whether it is whole.
    var masked: Self {
        var result: Self = [:]
        for (name, entry) in masking(key: "k2") {
            let name = name.replacing(#/\.replaced-[0-9TZ]+$/#, with: ".replaced-TIME")
            var bytes = entry.bytes
            if name.hasSuffix(".db"), bytes.count > 32 {
                let isWhole =
                    (try? Digest.sha256(Array(bytes.dropLast(32)).span.rawBytes))?.elementsEqual(bytes.suffix(32))
                    == true
                if isWhole { bytes = Array("a whole snapshot".utf8) }
            } else if name.hasSuffix(".rollout") || name.hasSuffix(".json") {
                let text = String(decoding: bytes, as: UTF8.self)
                    .replacing(#/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z/#, with: "TIME")
                    .replacing(#/sha256:[0-9a-f]{64}/#, with: "HASH")
                    .replacing(#/"revision": [0-9]+/#, with: "REVISION")
                bytes = Array(text.utf8)
            }
            result[name] = RotationFolder.Entry(bytes: bytes, mode: entry.mode, owner: entry.owner)
        }
        return result
    }
}
