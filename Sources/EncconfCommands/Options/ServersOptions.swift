internal import ArgumentParser
internal import DurableFiles
internal import Explanations
internal import KeyRotation
internal import Reports
internal import SecretMemory
internal import ShownText
internal import StorageEvidence

/// How it is known that every server runs a file, and since when.
struct ServersOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Every server runs the file with this hash: you have checked it on each. At least 8 hex digits.",
            valueName: "hash"))
    var serversLoaded: String?
    @Option(
        name: .long,
        help: ArgumentHelp("A receipt that every server runs the file (kind ConvergenceReceipt).", valueName: "path"))
    var receipt: String?
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Every server ran the file at this revision of etcd. A snapshot counts from it on.", valueName: "revision"))
    var afterRevision: Int64?

    var isGiven: Bool { serversLoaded != nil || receipt != nil || afterRevision != nil }

    func validate() throws {
        guard serversLoaded.map({ HashPrefix($0) != nil }) ?? true else {
            throw ValidationError(
                "--servers-loaded is the hash of the file that every server runs, at least 8 hex digits of it")
        }
        guard receipt == nil || serversLoaded == nil && afterRevision == nil else {
            throw ValidationError("--receipt holds what --servers-loaded and --after-revision tell; give one of them")
        }
        guard afterRevision ?? 1 > 0 else { throw ValidationError("--after-revision is a number from 1 on") }
    }

    /// Why every server is known to run a file; nil if nobody says.
    func fact() throws(CommandFailure) -> ServersFact? {
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
}
