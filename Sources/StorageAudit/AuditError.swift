public import DurableFiles
public import EnvelopeCrypto
public import EtcdClient
public import EtcdSnapshot
public import KineDatabase

/// Why a source could not be audited, or an object not be read from it.
public enum AuditError: Error, Sendable {
    /// The file cannot be opened.
    case file(FileError)
    /// The file at the path is not a snapshot, or a damaged one.
    case snapshot(String, SnapshotError)
    /// The database of kine at the path cannot be read.
    case kine(String, KineError)
    /// The audit of a database of kine has no such option.
    case notForKine(String, KineLimit)
    /// The etcd of that name cannot be read.
    case etcd(String, EtcdError)
    /// The cipher library failed.
    case cipher(CipherError)
    case place(PlaceError)
    case lookup(LookupError)

    /// The error itself, or that of a library over the source of that name.
    init(_ error: any Error, source: String) {
        self =
            switch error {
            case let error as AuditError: error
            case let error as SnapshotError: .snapshot(source, error)
            case KineError.file(let error): .file(error)
            case let error as KineError: .kine(source, error)
            case let error as EtcdError: .etcd(source, error)
            case let error as CipherError: .cipher(error)
            case let error as FileError: .file(error)
            case let error as PlaceError: .place(error)
            default: .file(FileError(source, .reading(SystemError(code: 0))))
            }
    }
}

/// What an audit of a database of kine cannot do.
public enum KineLimit: Sendable {
    /// Look into free pages.
    case remnants
    /// Go on behind damage.
    case salvage
}

/// Shows how far an audit is.
public protocol AuditProgress: Sendable {
    /// Starts again with this number of objects, if the source knows it.
    func start(total: Int)
    func advance(by count: Int)
    func finish()
}
