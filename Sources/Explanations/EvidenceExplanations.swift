public import EncryptionConfig
public import KeyTransition
internal import KubernetesResources
internal import ShownText
internal import StorageAudit
public import StorageEvidence

extension EvidenceGap {
    /// What is missing, and what closes the gap.
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
                    "\(all) proves nothing about \(name): the etcd of the server holds nothing that was "
                    + "encrypted with a write key of \(file)",
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
                    "\(all) holds \(resource.description), which encconf does not know. Their etcd keys have no group, "
                    + "so they may be \(name).",
                hint: "`encconf audit` with --resources \(resource.description) shows their keys")
        case .sharedName(let label, let resource):
            return CommandFailure.Problem(
                message:
                    "\(all) holds \(resource.description) encrypted with \(label.text), and \(file) has several keys of that "
                    + "name. The values do not show which of them they need.",
                hint: "rotate \(name) to a key with a name of its own first")
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
                    "\(source.name) may be from another cluster: \(file) writes \(name) as plaintext, which carries no key",
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
                    "\(source.name) may be too early: it shows revision \(source.revision), and the revision from which every "
                    + "server ran \(file) is not known",
                hint:
                    "pass that revision with --after-revision N or --receipt FILE, or read etcd itself with --etcd and "
                    + "--servers-loaded HASH")
        case .before(let revision):
            CommandFailure.Problem(
                message:
                    "\(source.name) is too early: it shows revision \(source.revision), and every server runs \(file) only "
                    + "from revision \(revision) on",
                hint: "save a new snapshot with `encconf snapshot save`, and use that")
        case .otherCluster:
            CommandFailure.Problem(
                message: "\(source.name) is not known to be of the cluster of the receipt",
                hint: "use a snapshot of that cluster with its namespace kube-system, or a receipt of this cluster")
        }
    }
}

extension EvidenceGap.Incompleteness {
    fileprivate var explanation: Phrase {
        switch self {
        case .kineFile: "it is a database of kine, which may be an old copy or lack writes of its WAL"
        case .noDigest: "it has no digest, as the db of a member, and writes may still be in the WAL beside it"
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
    /// What of a change the evidence leaves open: the entries that it shows too little of.
    public func gaps(in proof: TransitionProof) -> [CommandFailure.Problem] {
        let open = proof.resources.filter { $0.counterexamples.contains { $0.certainty == .possible } }
        let patterns = Set(open.compactMap(\.old.pattern))
        return ResourceResolution(file.configuration).rules.map(\.pattern).filter(patterns.contains)
            .compactMap { pattern in gap(in: pattern)?.problem(in: self) }
    }
}

extension StorageEvidence.UnusableSource {
    /// What to tell a person.
    public func failure(_ file: ConfigurationFile) -> CommandFailure {
        switch self {
        case .changed(let name):
            CommandFailure(
                "\(name): cannot be used as evidence: its digest does not match, so it was modified after it was saved",
                hint: "take a new snapshot")
        case .noObjects(let name):
            CommandFailure(
                "\(name): cannot be used as evidence: it contains no Kubernetes objects",
                hint: "use the etcd that --etcd-servers names, or a snapshot of it")
        case .unknownKeys(let name, let count):
            CommandFailure(
                "\(name): cannot be used as evidence: it holds \(counted(count, "encrypted value")) under etcd keys that name no "
                    + "resource",
                hint:
                    "pass the etcd prefix of kube-apiserver with --etcd-prefix; an etcd that two clusters share is evidence for "
                    + "neither")
        case .nothingConfigured(let names):
            CommandFailure(
                "\(names.listed): cannot be used as evidence: it contains no object of what \(fileName(file.path)) names",
                hint: "check that this is the etcd of that kube-apiserver, and all of it", status: .unproven)
        }
    }
}
