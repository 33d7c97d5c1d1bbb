public import ShownText
public import EnvelopeCrypto
internal import EtcdSnapshot
internal import SecretMemory
public import StorageAudit

extension AuditError {
    /// What to tell a person.
    public var failure: CommandFailure {
        switch self {
        case .file(let error): error.failure(canBeStream: false)
        case .snapshot(let path, let error):
            CommandFailure("\(path): \(error.explanation)", hint: error.hint)
        case .kine(let path, let error): error.failure(path)
        case .notForKine(let path, let limit):
            CommandFailure("\(path): \(limit.explanation)", hint: "leave \(limit.option) out")
        case .etcd(let name, let error): error.failure(name)
        case .cipher(let error): CommandFailure(libraryProblem(error))
        case .place(let error): error.failure
        case .lookup(let error): error.failure
        }
    }
}

extension PlaceError {
    /// What to tell a person.
    public var failure: CommandFailure {
        switch self {
        case .bookkeeping(let key):
            CommandFailure(
                "\(String(decoding: key, as: UTF8.self)): kube-apiserver keeps this key for itself; it is no "
                    + "object and never encrypted")
        case .noResource(let key):
            CommandFailure(
                "\(String(decoding: key, as: UTF8.self)): this etcd key fits no resource",
                hint: "keys look like /registry/secrets/NAMESPACE/NAME; --resource tells the resource of another")
        }
    }
}

extension LookupError {
    fileprivate var failure: CommandFailure {
        switch self {
        case .absent(let source, let key, let deleted, let revision):
            CommandFailure(
                "\(source): there is no \(key)"
                    + (deleted.map { "; it was deleted at revision \($0)" } ?? ""),
                hint: deleted.map { "--revision \($0 - 1) shows it as it was" }
                    ?? (revision == nil ? "" : "at that revision it was not made yet, or: ")
                    + "arguments are NAMESPACE/NAME of --resource; --etcd-key names anything")
        case .compacted(let source, let revision, let oldest):
            CommandFailure(
                "\(source): revision \(revision) was compacted away",
                hint: "history begins at revision \(oldest)")
        case .future(let source, let last):
            CommandFailure("\(source): the snapshot ends with revision \(last)")
        }
    }
}

/// Runs something that fails only if the cipher library lacks a cipher, which is nobody's input's fault.
public func cipherCall<Result>(_ body: () throws(CipherError) -> Result) throws(CommandFailure) -> Result {
    do { return try body() } catch { throw CommandFailure(libraryProblem(error)) }
}

/// What to say when the cipher library fails.
public func libraryProblem(_ error: CipherError) -> Phrase {
    guard case .library(let failure) = error else { return "the cipher library failed" }
    let reasons = failure.reasons.isEmpty ? "" : ": " + failure.reasons.joined(separator: "; ")
    return "the cipher library failed in \(failure.call)\(reasons)"
}
