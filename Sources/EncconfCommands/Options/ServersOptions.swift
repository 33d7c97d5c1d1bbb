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

/// How it is known that every server runs a file, and since when.
struct ServersOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Every server runs the file with this hash: you have checked it on each. At least 8 hex digits.",
            valueName: "hash"))
    var serversLoaded: String?
    @Flag(name: .long, help: "Ask every kube-apiserver itself whether it runs the file, as `encconf servers` does.")
    var servers = false
    @Option(
        name: .long,
        help: ArgumentHelp("A receipt that every server runs the file (kind ConvergenceReceipt).", valueName: "path"))
    var receipt: String?
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Every server ran the file at this revision of etcd. A snapshot counts from it on.", valueName: "revision"))
    var afterRevision: Int64?

    @OptionGroup(title: "Kubernetes") var kubernetes: KubernetesOptions

    var isGiven: Bool {
        serversLoaded != nil || servers || receipt != nil || afterRevision != nil || kubernetes.isGiven
    }

    func validate() throws {
        guard serversLoaded.map({ HashPrefix($0) != nil }) ?? true else {
            throw ValidationError(
                "--servers-loaded is the hash of the file that every server runs, at least 8 hex digits of it")
        }
        guard receipt == nil || serversLoaded == nil && afterRevision == nil else {
            throw ValidationError("--receipt holds what --servers-loaded and --after-revision tell; give one of them")
        }
        guard !servers || serversLoaded == nil && receipt == nil && afterRevision == nil else {
            throw ValidationError("--servers finds out what the other options tell; give one of them")
        }
        guard servers || !kubernetes.isGiven else {
            throw ValidationError("the options of the Kubernetes connection are for --servers")
        }
        guard afterRevision ?? 1 > 0 else { throw ValidationError("--after-revision is a number from 1 on") }
    }

    /// The versions of the servers that are asked; none if they are not.
    func versions(
        before evidence: EvidenceOptions, _ console: Console
    ) throws(CommandFailure) -> [KubernetesVersion] {
        guard servers else { return [] }
        return try ClusterServers(kubernetes, etcd: evidence.etcd, APISettings(), console).versions
    }

    /// Why every server is known to run a file; nil if nobody says.
    ///
    /// - Parameters:
    ///   - file: The file that servers are asked about.
    ///   - evidence: What will be read afterwards, if anything.
    func fact(
        of file: ConfigurationFile, before evidence: EvidenceOptions, _ console: Console
    ) throws(CommandFailure) -> ServersFact? {
        if servers { return .receipt(try ask(file, evidence, console)) }
        if let receipt {
            let content = try Inputs.file(receipt).content
            guard let read = ConvergenceReceipt(json: content.span) else {
                throw CommandFailure(
                    "\(fileName(receipt)): is no receipt of the kind ConvergenceReceipt", hint: "name a receipt")
            }
            return .receipt(read)
        }
        return serversLoaded.flatMap { HashPrefix($0) }.map { .word($0) }
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
                "a server does not say since when it runs the file, so that nothing is known to be late enough",
                hint: "wait a minute, and give --servers-loaded with the hash of the file", status: .unproven)
        }
        return ConvergenceReceipt(hash: file.hash, clusterUID: report.clusterUID, revision: report.revision)
    }
}
