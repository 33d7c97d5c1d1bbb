internal import Glibc
internal import SecretMemory

/// A file of any size, mapped into memory and only read. Its pages are the file's own and not wiped.
@safe public final class MappedFile: @unchecked Sendable {
    // Sendable because nothing writes to the mapping.
    private let mapping: UnsafeRawBufferPointer
    public let path: String

    /// Maps a regular file.
    ///
    /// A file that somebody shortens while it is read ends the program (SIGBUS, mmap(2)); a snapshot that is complete
    /// is not written any more.
    public init(_ path: String) throws(FileError) {
        do {
            let file = try FileDescriptor.open(path, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
            let status = try file.status()
            guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(path, .notRegular) }
            guard status.st_size > 0 else { throw FileError(path, .empty) }
            let length = Int(status.st_size)
            guard let base = unsafe mmap(nil, length, PROT_READ, MAP_PRIVATE, file.raw, 0), unsafe base != MAP_FAILED
            else { throw SystemError.last }
            unsafe mapping = UnsafeRawBufferPointer(start: base, count: length)
            self.path = path
        } catch let error as FileError {
            throw error
        } catch {
            throw FileError(path, .reading(error as? SystemError ?? SystemError(code: EIO)))
        }
    }

    deinit { unsafe munmap(UnsafeMutableRawPointer(mutating: mapping.baseAddress), mapping.count) }

    /// The bytes of the file.
    public var span: RawSpan {
        @_lifetime(borrow self)
        get { unsafe _overrideLifetime(mapping.bytes, borrowing: self) }
    }
}
