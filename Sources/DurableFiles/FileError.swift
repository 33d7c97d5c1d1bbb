/// Why a file could not be read or written. The words are `Explanations`' to give.
public struct FileError: Error, Equatable, Sendable {
    public enum Reason: Equatable, Sendable {
        /// A system call failed while the file was read.
        case reading(SystemError)
        /// A system call failed while the file was written.
        case writing(SystemError)
        /// The standard stream was closed before the program began.
        case closedStream
        case directory
        /// A FIFO, which might never end.
        case fifo
        case notRegular
        case empty
        /// There are more bytes than ``InputFile/limit``.
        case tooLarge
        /// A file of that name is there, and must not be replaced.
        case exists
        /// The file has several hard links, of which only one would change.
        case severalNames(Int)
        /// The file, or the link, belongs to the user with this ID, who could gain by what is written.
        case foreignOwner(UInt32)
        /// The file is a mount point, which cannot be replaced.
        case mounted
        /// Another run of the program holds the lock.
        case locked
        /// Another program holds the lock, as a running etcd member that of its `db`.
        case held
        /// The content is not what it was when it was read.
        case changed
        /// The file changed while it was read.
        case changedWhileRead
        /// Overwriting failed, and so did putting the old content back. The old content is in `copy`.
        case notRestored(writing: SystemError, restoring: SystemError, copy: String)
        /// The file is overwritten, but the copy of the old content could not be removed.
        case notRemoved(SystemError, copy: String)
        /// An earlier run that overwrote the file was interrupted. The old content is in `copy`.
        case interrupted(copy: String)
        /// The file is written, but its folder could not be synced.
        case notSynced(SystemError)
    }

    /// The path as the person gave it; `-` is a standard stream.
    public let path: String
    public let reason: Reason

    public init(_ path: String, _ reason: Reason) {
        self.path = path
        self.reason = reason
    }
}
