internal import Glibc

/// Writes to the standard input of a child as it reads.
struct InputFeed: ~Copyable {
    private let end: PipeEnd?
    private var offset = 0
    private(set) var isOpen: Bool

    init(_ end: PipeEnd?) {
        self.end = end
        isOpen = end != nil
        end?.stopBlocking()
    }

    /// What `poll` is to wait for; nil if nothing is left to write.
    var request: pollfd? { isOpen ? end.map { pollfd(fd: $0.raw, events: Int16(POLLOUT), revents: 0) } : nil }

    mutating func close() {
        end?.close()
        isOpen = false
    }

    /// Writes what the pipe takes, and closes it behind the last byte. That the child does not read is no error.
    mutating func write(_ input: RawSpan) throws(ChildProcessError) {
        guard isOpen, let end else { return }
        let rest = input.extracting(droppingFirst: offset)
        let (written, code) = BrokenPipe.withoutSignal {
            let written = unsafe rest.withUnsafeBytes { unsafe Glibc.write(end.raw, $0.baseAddress, $0.count) }
            return (written, errno)
        }
        if written >= 0 {
            offset += written
            if offset == input.byteCount { close() }
        } else if code == EPIPE {
            close()
        } else if code != EAGAIN, code != EINTR {
            throw .system(code)
        }
    }
}

/// SIGPIPE, which a write to a pipe without a reader raises in the thread that writes. The program ignores it; a library
/// cannot rely on that.
private enum BrokenPipe {
    /// Holds the signal back during `body`, and takes it away if it came.
    static func withoutSignal(_ body: () -> (Int, Int32)) -> (Int, Int32) {
        var (broken, previous, pending) = (sigset_t(), sigset_t(), sigset_t())
        unsafe sigemptyset(&broken)
        unsafe sigaddset(&broken, SIGPIPE)
        unsafe sigpending(&pending)
        // One that was there before is for somebody else.
        guard unsafe sigismember(&pending, SIGPIPE) == 0 else { return body() }
        unsafe pthread_sigmask(SIG_BLOCK, &broken, &previous)
        let result = body()
        if result.0 < 0, result.1 == EPIPE {
            var now = timespec()
            while unsafe sigtimedwait(&broken, nil, &now) == -1, errno == EINTR {}
        }
        unsafe pthread_sigmask(SIG_SETMASK, &previous, nil)
        return result
    }
}
