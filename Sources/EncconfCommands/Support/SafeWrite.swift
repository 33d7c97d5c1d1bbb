internal import CLinux
internal import Glibc
internal import SecretMemory

/// Writes files that are there whole or not at all: a temporary file in the same folder, synced, then renamed, then
/// the folder synced.
enum SafeWrite {
    /// Creates a file with mode 0600.
    /// - Parameter replacing: Whether a file of that name may be replaced; its mode and owner are then kept.
    static func write(_ content: RawSpan, to path: String, replacing: Bool) throws(CommandFailure) {
        // A link is followed, so that it still points to the file afterwards.
        let target = replacing ? resolved(path) : path
        do {
            try writeThroughTemporaryFile(content, to: target, replacing: replacing)
        } catch {
            switch error.code {
            case EEXIST:
                throw CommandFailure(
                    "\(path.printable): exists already", hint: "give --force to replace it, or another name")
            default: throw CommandFailure("\(path.printable): cannot write: \(error)")
            }
        }
    }

    private static func writeThroughTemporaryFile(
        _ content: RawSpan, to path: String, replacing: Bool
    ) throws(SystemError) {
        let folder = folder(of: path)
        var existing = stat()
        let exists = unsafe lstat(path, &existing) == 0
        if exists, !replacing { throw SystemError(code: EEXIST) }
        if exists, existing.st_mode & S_IFMT != S_IFREG { throw SystemError(code: EINVAL) }
        let temporary = "\(folder)/.encconf-\(getpid())-\(UInt32.random(in: .min ... .max)).tmp"
        do throws(SystemError) {
            let file = try FileDescriptor.open(temporary, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
            if exists {
                // Owner first: changing it may clear bits of the mode.
                if existing.st_uid != geteuid() || existing.st_gid != getegid() {
                    guard fchown(file.raw, existing.st_uid, existing.st_gid) == 0 else { throw .last }
                }
                guard fchmod(file.raw, existing.st_mode & 0o7777) == 0 else { throw .last }
            }
            try file.write(content)
            try file.synchronize()
            let status =
                unsafe replacing
                ? Glibc.rename(temporary, path) : encconf_rename_without_replacing(temporary, path)
            guard status == 0 else { throw .last }
        } catch {
            _ = unsafe unlink(temporary)
            throw error
        }
        try FileDescriptor.open(folder, flags: O_RDONLY | O_DIRECTORY).synchronize()
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func resolved(_ path: String) -> String {
        guard let real = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(real) }
        return unsafe String(cString: real)
    }
}
