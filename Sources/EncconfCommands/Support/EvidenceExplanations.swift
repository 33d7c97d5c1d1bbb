internal import EncryptionConfig
internal import StorageAudit

extension Evidence {
    /// What is missing to a proof, and what would give it.
    func problem(with pattern: ResourcePattern, _ gap: Gap) -> CommandFailure.Problem {
        let (name, path) = (pattern.description.printable, InputFile.name(file.path))
        switch gap {
        case .unseen where isWholeStore:
            return CommandFailure.Problem(
                message:
                    "\(sources.map(\.name).joined(separator: ", ")): holds no object of \(name), and nothing that was "
                    + "written with what \(path) writes",
                hint: "is it the etcd of that server? if it is, write one object anew")
        case .unseen:
            return CommandFailure.Problem(
                message:
                    "\(sources.map(\.name).joined(separator: ", ")): shows nothing of \(name): holds no object of it",
                hint:
                    "--discover-from MANIFEST of a server that runs \(path) reads every etcd that it uses, and shows that "
                    + "there is none")
        case .strange(let source, let census) where census.needsPlugin > 0:
            return CommandFailure.Problem(
                message:
                    "\(source.name): whether it is of the cluster that runs \(path) cannot be told: no value opens "
                    + "with what the file writes, and KMS plugins gave no answer",
                hint: "--kms-endpoint tells where a plugin is; --discover-from MANIFEST tells the cluster")
        case .strange(let source, let census) where census.current > 0:
            return CommandFailure.Problem(
                message:
                    "\(source.name): nothing shows that it is of the cluster that runs \(path), which writes \(name) in "
                    + "plaintext: that carries no key",
                hint: "--archive FILE keeps what goes; or give --discover-from MANIFEST of a server that runs the file")
        case .strange(let source, let census):
            return CommandFailure.Problem(
                message:
                    "\(source.name): nothing shows that it is of the cluster that runs \(path): no value opens with "
                    + "what the file writes; of \(name) it holds \(census.objects)",
                hint: "take the right cluster; if it is, write one object anew, or give --discover-from MANIFEST")
        }
    }

    /// What of a change the evidence leaves open: the entries that it shows too little of.
    func gaps(in proof: TransitionProof) -> [CommandFailure.Problem] {
        let open = proof.resources.filter { $0.counterexamples.contains { $0.certainty == .possible } }
        let patterns = Set(open.compactMap(\.old.pattern))
        return ResourceResolution(file.configuration).rules.map(\.pattern).filter(patterns.contains)
            .compactMap { pattern in gap(in: pattern).map { problem(with: pattern, $0) } }
    }
}
