internal import DurableFiles
internal import EncryptionConfig
internal import Explanations
internal import KeyTransition
internal import KubernetesResources
internal import Reports
internal import SecretMemory
internal import StorageAudit
internal import Terminal

extension Evidence {
    /// What is missing to a proof, and what would give it.
    func problem(with pattern: ResourcePattern, _ gap: Gap) -> CommandFailure.Problem {
        let (name, path) = (pattern.description.printable, fileName(file.path))
        let all = sources.map(\.name).joined(separator: ", ")
        switch gap {
        case .unseen where isWholeStore:
            return CommandFailure.Problem(
                message:
                    "\(all): shows nothing of \(name): the etcd of that server holds nothing that was written with what \(path) writes",
                hint: "is it the etcd of that server? if it is, write one object anew")
        case .unseen:
            return CommandFailure.Problem(
                message: "\(all): shows nothing of \(name): holds no object of it", hint: wholeStoreHint)
        case .openEnded:
            return CommandFailure.Problem(
                message: "\(all): does not show all that \(name) covers: what it lacks may live in another etcd",
                hint: wholeStoreHint)
        case .unnamed(let resource):
            return CommandFailure.Problem(
                message:
                    "\(all): holds \(resource.description.printable), which this program has not heard of: their etcd "
                    + "keys lack the group, so that they may be \(name)",
                hint: "`encconf audit --resources \(resource.description.printable)` shows what they are stored with")
        case .strange(let source, let census) where census.needsPlugin > 0:
            return CommandFailure.Problem(
                message:
                    "\(source.name): whether it is of the cluster that runs \(path) cannot be told: no value opens "
                    + "with what the file writes, and KMS plugins gave no answer",
                hint: "--kms-endpoint tells where a plugin is" + (isWholeStore ? "" : "; or \(wholeStoreHint)"))
        case .strange(let source, let census) where census.current > 0:
            return CommandFailure.Problem(
                message:
                    "\(source.name): nothing shows that it is of the cluster that runs \(path), which writes \(name) in "
                    + "plaintext: that carries no key",
                hint: wholeStoreHint)
        case .strange(let source, let census):
            return CommandFailure.Problem(
                message:
                    "\(source.name): nothing shows that it is of the cluster that runs \(path): no value opens with "
                    + "what the file writes; of \(name) it holds \(census.objects)",
                hint: isWholeStore
                    ? "is it the etcd of that server? if it is, write one object anew"
                    : "take the right cluster; if it is, write one object anew")
        }
    }

    private var wholeStoreHint: String {
        "--discover-from MANIFEST of a server that runs \(fileName(file.path)) reads every etcd that it uses"
    }

    /// What of a change the evidence leaves open: the entries that it shows too little of.
    func gaps(in proof: TransitionProof) -> [CommandFailure.Problem] {
        let open = proof.resources.filter { $0.counterexamples.contains { $0.certainty == .possible } }
        let patterns = Set(open.compactMap(\.old.pattern))
        return ResourceResolution(file.configuration).rules.map(\.pattern).filter(patterns.contains)
            .compactMap { pattern in gap(in: pattern).map { problem(with: pattern, $0) } }
    }
}

extension TransitionReport {
    /// Judges a change, and tells what the evidence leaves open of it.
    ///
    /// - Parameter evidence: What is stored; nil if nobody looked.
    init(
        from old: EncryptionConfiguration, to new: EncryptionConfiguration, resources: [GroupResource]? = nil,
        _ evidence: Evidence?, _ console: Console
    ) {
        let proof = TransitionProof(
            from: old, to: new, resources: resources, stored: { evidence?.labels(of: $0) ?? .unknown })
        self.init(proof, gaps: evidence?.gaps(in: proof) ?? [])
        for gap in gaps { console.warning(gap.message, hint: gap.hint) }
    }
}
