public import DurableFiles
public import EnvelopeCrypto
public import EtcdClient
public import EtcdSnapshot

/// Why a source could not be audited, or an object not be read from it.
public enum AuditError: Error, Sendable {
    /// The file cannot be opened.
    case file(FileError)
    /// The file at the path is not a snapshot, or a damaged one.
    case snapshot(String, SnapshotError)
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
            case let error as EtcdError: .etcd(source, error)
            case let error as CipherError: .cipher(error)
            case let error as FileError: .file(error)
            case let error as PlaceError: .place(error)
            default: .file(FileError(source, .reading(SystemError(code: 0))))
            }
    }
}

/// Shows how far an audit is.
public protocol AuditProgress: Sendable {
    /// Begins anew with so many objects, as far as the source says.
    func start(total: Int)
    func advance(by count: Int)
    func finish()
}
