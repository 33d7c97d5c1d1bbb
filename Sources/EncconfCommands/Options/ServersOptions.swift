internal import ArgumentParser
internal import DurableFiles
internal import EncryptionConfig
internal import Explanations
internal import KeyRotation
internal import KubernetesAPI
internal import KubernetesVersions
internal import Reports
internal import SecretMemory
internal import ShownText
internal import StorageEvidence
internal import Terminal

/// How a command learns that every server runs a file, and since when.
struct ConvergenceOptions: ParsableArguments {
    @Flag(name: .long, help: "Ask every server which file it runs.")
    var servers = false
    @Option(name: .long, help: ArgumentHelp("Hash of the file that every server runs.", valueName: "hash"))
    var serversLoaded: String?
    @Option(name: .long, help: ArgumentHelp("Receipt of `encconf servers` for the file.", valueName: "path"))
    var receipt: String?
    @Option(name: .long, help: ArgumentHelp("Revision at which every server ran the file.", valueName: "n"))
    var afterRevision: Int64?
}

/// The proof that every server runs a file, and the connection to the servers that are asked.
struct ServersOptions: ParsableArguments {
    @OptionGroup(title: "Proof") var proof: ConvergenceOptions
    @OptionGroup(title: "Kubernetes") var kubernetes: KubernetesOptions

    var isGiven: Bool {
        proof.serversLoaded != nil || proof.servers || proof.receipt != nil || proof.afterRevision != nil
            || kubernetes.isGiven
    }

    /// Whether the servers are asked.
    var areAsked: Bool { proof.servers }

    var afterRevision: Int64? { proof.afterRevision }

    func validate() throws {
        guard proof.serversLoaded.map({ HashPrefix($0) != nil }) ?? true else {
            throw ValidationError(
                "--servers-loaded needs the hash of the file that every server runs: at least 8 hex digits")
        }
        guard proof.receipt == nil || proof.serversLoaded == nil && proof.afterRevision == nil else {
            throw ValidationError(
                "--receipt cannot be used with --servers-loaded or --after-revision: the receipt contains both")
        }
        guard !proof.servers || proof.serversLoaded == nil && proof.receipt == nil && proof.afterRevision == nil else {
            throw ValidationError("--servers cannot be used with --servers-loaded, --receipt or --after-revision")
        }
        guard proof.servers || !kubernetes.isGiven else {
            throw ValidationError("The options under KUBERNETES are for --servers.")
        }
        guard proof.afterRevision ?? 1 > 0 else { throw ValidationError("--after-revision needs a number from 1") }
    }

    /// The versions of the servers; empty without `--servers`.
    func versions(
        before evidence: EvidenceOptions, _ console: Console
    ) throws(CommandFailure) -> [KubernetesVersion] {
        guard proof.servers else { return [] }
        return try ClusterServers(kubernetes, etcd: evidence.etcd, APISettings(), console).versions
    }

    /// The proof that every server runs a file; nil if no option gives one.
    ///
    /// - Parameters:
    ///   - file: The file that servers are asked about.
    ///   - evidence: The sources that are read afterwards, if any.
    func fact(
        of file: ConfigurationFile, before evidence: EvidenceOptions, _ console: Console
    ) throws(CommandFailure) -> ServersFact? {
        if proof.servers { return .receipt(try ask(file, evidence, console)) }
        if let receipt = proof.receipt {
            let content = try Inputs.file(receipt).content
            do throws(ReceiptFault) {
                return .receipt(try ConvergenceReceipt(json: content.span))
            } catch {
                throw CommandFailure(
                    "\(fileName(receipt)): \(error.explanation)",
                    hint:
                        "create one with `encconf servers \(shellArgument(file.path) ?? "FILE") --receipt receipt.json`"
                )
            }
        }
        return proof.serversLoaded.flatMap { HashPrefix($0) }.map { .word($0) }
    }

    private func ask(
        _ file: ConfigurationFile, _ evidence: EvidenceOptions, _ console: Console
    ) throws(CommandFailure) -> ConvergenceReceipt {
        let servers = try ClusterServers(kubernetes, etcd: evidence.etcd, APISettings(), console)
        let look = try servers.look(for: file, isThorough: true)
        // What is read afterwards is late enough only when requests from before have ended.
        let report = try servers.report(look, of: file, isSettlingAwaited: evidence.isGiven)
        guard report.status == .success else {
            throw CommandFailure(
                report.problems, status: report.status == .findings ? .failure : .unproven)
        }
        if evidence.isGiven, report.revision == nil {
            throw CommandFailure(
                "Cannot tell since when a server runs the file: it does not report it.",
                hint: "wait a minute, then use --servers-loaded with the hash of the file", status: .unproven)
        }
        return ConvergenceReceipt(hash: file.hash, clusterUID: report.clusterUID, revision: report.revision)
    }
}
