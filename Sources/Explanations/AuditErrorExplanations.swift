public import ShownText
public import EnvelopeCrypto
internal import EtcdSnapshot
internal import SecretMemory
public import StorageAudit

extension AuditError {
    /// The error of a command.
    public var failure: CommandFailure {
        switch self {
        case .file(let error): error.failure(canBeStream: false)
        case .snapshot(let path, let error):
            CommandFailure("\(path): \(error.explanation)", hint: error.hint)
        case .kine(let path, let error): error.failure(path)
        case .notForKine(let path, let limit):
            CommandFailure("\(path): \(limit.explanation)", hint: "omit \(limit.option)")
        case .etcd(let name, let error): error.failure(name)
        case .cipher(let error): CommandFailure(libraryProblem(error))
        case .place(let error): error.failure
        case .lookup(let error): error.failure
        }
    }
}

extension PlaceError {
    /// The error of a command.
    public var failure: CommandFailure {
        switch self {
        case .bookkeeping(let key):
            CommandFailure(
                "\(String(decoding: key, as: UTF8.self)): internal key of kube-apiserver; it is not an object and "
                    + "never encrypted")
        case .noResource(let key):
            CommandFailure(
                "\(String(decoding: key, as: UTF8.self)): not the etcd key of a resource",
                hint: "use a key such as /registry/secrets/NAMESPACE/NAME, or set --resource")
        }
    }
}

extension LookupError {
    fileprivate var failure: CommandFailure {
        switch self {
        case .absent(let source, let key, let deleted, let revision):
            CommandFailure(
                "\(source): \(key) not found"
                    + (deleted.map { "; it was deleted at revision \($0)" } ?? ""),
                hint: deleted.map { "read the previous revision with --revision \($0 - 1)" }
                    ?? (revision == nil ? "" : "choose a later revision; or ")
                    + "pass NAMESPACE/NAME and --resource, or the full --etcd-key")
        case .compacted(let source, let revision, let oldest):
            CommandFailure(
                "\(source): revision \(revision) was compacted",
                hint: "choose revision \(oldest) or later")
        case .future(let source, let last):
            CommandFailure("\(source): the last revision is \(last)")
        }
    }
}

/// Runs a call that fails only if the cipher library lacks a cipher, whatever the input.
public func cipherCall<Result>(_ body: () throws(CipherError) -> Result) throws(CommandFailure) -> Result {
    do { return try body() } catch { throw CommandFailure(libraryProblem(error)) }
}

/// The error text of a failure of the cipher library.
public func libraryProblem(_ error: CipherError) -> Phrase {
    guard case .library(let failure) = error else { return "The cipher library failed." }
    let reasons = failure.reasons.isEmpty ? "" : ": " + failure.reasons.joined(separator: "; ")
    return "The cipher library failed in \(failure.call)\(reasons)."
}
