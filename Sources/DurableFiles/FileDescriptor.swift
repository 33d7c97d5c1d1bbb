public import Glibc
public import SecretMemory

/// An open file. Owned descriptors are closed at the end of their life; the standard streams are not.
public struct FileDescriptor: ~Copyable {
    public let raw: Int32
    private let isOwned: Bool

    public static var standardInput: FileDescriptor { FileDescriptor(raw: STDIN_FILENO, isOwned: false) }
    public static var standardOutput: FileDescriptor { FileDescriptor(raw: STDOUT_FILENO, isOwned: false) }
    public static var standardError: FileDescriptor { FileDescriptor(raw: STDERR_FILENO, isOwned: false) }

    private init(raw: Int32, isOwned: Bool) {
        self.raw = raw
        self.isOwned = isOwned
    }

    deinit { if isOwned { close(raw) } }

    public static func open(_ path: String, flags: Int32, mode: mode_t = 0) throws(SystemError) -> FileDescriptor {
        while true {
            let raw = unsafe Glibc.open(path, flags | O_CLOEXEC, mode)
            if raw >= 0 { return FileDescriptor(raw: raw, isOwned: true) }
            guard errno == EINTR else { throw .last }
        }
    }

    public func status() throws(SystemError) -> stat {
        var status = stat()
        guard unsafe fstat(raw, &status) == 0 else { throw .last }
        return status
    }

    /// Writes all of `bytes`.
    public func write(_ bytes: RawSpan) throws(SystemError) {
        var rest = bytes
        while rest.byteCount > 0 {
            let written = unsafe rest.withUnsafeBytes { unsafe Glibc.write(raw, $0.baseAddress, $0.count) }
            if written < 0 {
                try waitOrThrow(for: POLLOUT)
            } else {
                rest = rest.extracting(droppingFirst: written)
            }
        }
    }

    /// Reads to the end, into memory that is wiped.
    /// - Returns: Nil if there are more than `limit` bytes.
    public func readAll(limit: Int) throws(SystemError) -> SecretBytes? {
        var content = SecretBuffer(capacity: 64 << 10)
        while true {
            let before = content.count
            try read(upTo: 64 << 10, appendingTo: &content)
            if content.count == before { return content.finish() }
            if content.count > limit { return nil }
        }
    }

    /// Reads what there is, at least a byte unless this is the end.
    public func read(upTo count: Int, appendingTo content: inout SecretBuffer) throws(SystemError) {
        while true {
            var failure: SystemError?
            content.append(upTo: count) { space in
                unsafe space.withUnsafeMutableBytes { buffer, initializedCount in
                    let count = unsafe Glibc.read(raw, buffer.baseAddress, buffer.count)
                    if count < 0 { failure = .last } else { initializedCount = count }
                }
            }
            guard let failure else { return }
            try waitOrThrow(failure, for: POLLIN)
        }
    }

    /// Whether there is something to read, now or after so many milliseconds at most.
    public func isReadable(within milliseconds: Int32) throws(SystemError) -> Bool {
        var request = pollfd(fd: raw, events: Int16(POLLIN), revents: 0)
        let count = unsafe poll(&request, 1, milliseconds)
        guard count >= 0 || errno == EINTR else { throw .last }
        return count > 0
    }

    /// After a call that failed: returns when it is worth another try.
    ///
    /// A standard stream can be without blocking, because another program that shares it wanted it so.
    private func waitOrThrow(_ failure: SystemError = .last, for event: Int32) throws(SystemError) {
        switch failure.code {
        case EINTR: return
        case EAGAIN:
            var request = pollfd(fd: raw, events: Int16(event), revents: 0)
            _ = unsafe poll(&request, 1, -1)
        default: throw failure
        }
    }

    /// How many bytes this user may still write to the file system of the file; nil if it does not say.
    public func availableByteCount() -> Int64? {
        var status = statvfs()
        guard unsafe fstatvfs(raw, &status) == 0 else { return nil }
        let (count, overflows) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return overflows ? Int64.max : Int64(clamping: count)
    }

    public func synchronize() throws(SystemError) { guard fsync(raw) == 0 else { throw .last } }
}
