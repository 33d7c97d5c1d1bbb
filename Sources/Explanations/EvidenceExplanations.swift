public import EncryptionConfig
public import KeyTransition
internal import KubernetesResources
internal import ShownText
internal import StorageAudit
public import StorageEvidence

extension EvidenceGap {
    /// The gap, and how to close it.
    ///
    /// - Parameter evidence: The evidence that has it.
    public func problem(in evidence: StorageEvidence) -> CommandFailure.Problem {
        let (name, file) = ("\(entry.description)" as Phrase, fileName(evidence.file.path))
        let all = evidence.sources.map(\.name).listed
        let wholeStore: Phrase = "read every etcd of a server that runs \(file) with --discover-from MANIFEST"
        switch kind {
        case .silentStore:
            return CommandFailure.Problem(
                message:
                    "\(all) proves nothing about \(name): no value in the etcd of the server uses a write key of "
                    + "\(file)",
                hint: "check that it is the etcd of that server; if it is, re-encrypt one object")
        case .unseen:
            return CommandFailure.Problem(
                message: "\(all) proves nothing about \(name): it contains none", hint: wholeStore)
        case .openEnded:
            return CommandFailure.Problem(
                message: "\(all) may not contain all of \(name): a server can store resources in another etcd",
                hint: wholeStore)
        case .unknownGroup(let resource):
            return CommandFailure.Problem(
                message:
                    "\(all) contains \(resource.description), unknown to encconf. Their etcd keys have no group, so "
                    + "they may belong to \(name).",
                hint: "find their keys with `encconf audit` and --resources \(resource.description)")
        case .sharedName(let label, let resource):
            return CommandFailure.Problem(
                message:
                    "\(all) contains \(resource.description) encrypted with \(label.text), and \(file) has several "
                    + "keys of that name. Cannot tell which of them they need.",
                hint: "rotate \(name) to a key with another name first")
        case .silentPlugins(let source):
            return CommandFailure.Problem(
                message:
                    "\(source.name) may be from another cluster: no value in it uses a static write key of \(file), and "
                    + "no KMS plugin answered",
                hint: evidence.isWholeStore
                    ? "set the socket of the plugin with --kms-endpoint"
                    : "set the socket of the plugin with --kms-endpoint, or \(wholeStore)")
        case .plaintextCluster(let source):
            return CommandFailure.Problem(
                message:
                    "\(source.name) may be from another cluster: \(file) writes \(name) as plaintext, which has no "
                    + "key",
                hint: "add a snapshot of the same cluster from before the change, or \(wholeStore)")
        case .otherCluster(let source, let objects):
            return CommandFailure.Problem(
                message: "\(source.name) may be from another cluster: no value in it uses a write key of \(file) "
                    + "(\(counted(objects, "value")) of \(name))",
                hint: "use a snapshot of the right cluster; if it is right, re-encrypt one object first")
        case .incomplete(let source, let reason):
            return CommandFailure.Problem(
                message: "\(source.name) can lack values: \(reason.explanation)", hint: reason.hint)
        case .early(let source, let reason): return reason.problem(source, file)
        }
    }
}

extension EvidenceGap.Earliness {
    fileprivate func problem(_ source: EvidenceSource, _ file: Phrase) -> CommandFailure.Problem {
        switch self {
        case .unknown where source.isRunning:
            CommandFailure.Problem(
                message:
                    "\(source.name) may be too early: not every server is known to run \(file), and one that runs an older "
                    + "file may still write with the removed key",
                hint: "confirm that every server runs the file with --servers-loaded HASH, or pass a --receipt")
        case .unknown:
            CommandFailure.Problem(
                message:
                    "\(source.name) may be too early: it is of revision \(source.revision), and the revision from "
                    + "which every server ran \(file) is unknown",
                hint:
                    "pass that revision with --after-revision or --receipt, or read etcd with --etcd and "
                    + "--servers-loaded HASH")
        case .before(let revision):
            CommandFailure.Problem(
                message:
                    "\(source.name) is too early: it is of revision \(source.revision), and every server ran "
                    + "\(file) only from revision \(revision) on",
                hint: "save a new snapshot with `encconf snapshot save`, and use that")
        case .otherCluster:
            CommandFailure.Problem(
                message: "\(source.name) may be from another cluster than the receipt",
                hint: "use a snapshot of that cluster with its namespace kube-system, or a receipt of this cluster")
        }
    }
}

extension EvidenceGap.Incompleteness {
    fileprivate var explanation: Phrase {
        switch self {
        case .kineFile: "it is a database of kine; it may be an old copy, or lack writes of its WAL"
        case .noDigest: "it has no digest; more writes may be in the WAL of the member"
        case .changed: "its digest does not match, so it was modified after it was saved"
        case .damaged: "it is damaged"
        case .lagging: "the member that answered may lag behind (--serializable)"
        case .partOfKeys: "only keys below --etcd-prefix were read"
        }
    }

    fileprivate var hint: Phrase {
        switch self {
        case .kineFile: "read the running datastore with --etcd"
        case .noDigest, .changed, .damaged: "save a snapshot with `encconf snapshot save`, and use that"
        case .lagging: "omit --serializable"
        case .partOfKeys: "omit --etcd-prefix"
        }
    }
}

extension StorageEvidence {
    /// The gaps of the evidence for a change: one for each entry of which it shows too little.
    public func gaps(in proof: TransitionProof) -> [CommandFailure.Problem] {
        let open = proof.resources.filter { $0.counterexamples.contains { $0.certainty == .possible } }
        let patterns = Set(open.compactMap(\.old.pattern))
        return ResourceResolution(file.configuration).rules.map(\.pattern).filter(patterns.contains)
            .compactMap { pattern in gap(in: pattern)?.problem(in: self) }
    }
}

extension StorageEvidence.UnusableSource {
    /// The error of a command.
    public func failure(_ file: ConfigurationFile) -> CommandFailure {
        switch self {
        case .changed(let name):
            CommandFailure(
                "\(name): cannot be used as evidence: its digest does not match, so it was modified after it was saved",
                hint: "save a new snapshot")
        case .noObjects(let name):
            CommandFailure(
                "\(name): cannot be used as evidence: it contains no Kubernetes objects",
                hint: "use the etcd of --etcd-servers, or a snapshot of it")
        case .unknownKeys(let name, let count):
            CommandFailure(
                "\(name): cannot be used as evidence: it contains \(counted(count, "encrypted value")) under etcd "
                    + "keys of no known resource",
                hint:
                    "pass the etcd prefix of kube-apiserver with --etcd-prefix; an etcd that two clusters share "
                    + "cannot be used")
        case .nothingConfigured(let names):
            CommandFailure(
                "\(names.listed): cannot be used as evidence: it contains no object of the resources of "
                    + "\(fileName(file.path))",
                hint: "check that this is the right etcd and not a part of it", status: .unproven)
        }
    }
}
