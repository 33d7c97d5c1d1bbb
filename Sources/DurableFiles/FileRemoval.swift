internal import Glibc

/// Removes a file so that it stays removed after a power cut.
public enum FileRemoval {
    /// One that is not there is no error.
    public static func remove(_ path: String) throws(FileError) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw FileError(path, .writing(.last)) }
        let folder = path.contains("/") ? String(path[...(path.lastIndex(of: "/") ?? path.startIndex)]) : "."
        do { try FileDescriptor.open(folder, flags: O_RDONLY | O_DIRECTORY).synchronize() } catch {
            throw FileError(path, .notSynced(error))
        }
    }
}
