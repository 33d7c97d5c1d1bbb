internal import Glibc
internal import SecretMemory

/// Reads one stream of a child into memory that is wiped.
struct OutputCapture: ~Copyable {
    private let end: PipeEnd?
    private var content = SecretBuffer()
    private(set) var isOpen: Bool

    init(_ end: PipeEnd?) {
        self.end = end
        isOpen = end != nil
        end?.stopBlocking()
    }

    /// What `poll` is to wait for; nil at the end of the stream.
    var request: pollfd? { isOpen ? end.map { pollfd(fd: $0.raw, events: Int16(POLLIN), revents: 0) } : nil }

    /// Reads what there is, at most a piece. Answers whether it is within the limit.
    mutating func read(limit: Int) throws(ChildProcessError) -> Bool {
        guard isOpen, let end else { return true }
        var (count, code) = (0, Int32(0))
        content.append(upTo: 64 << 10) { space in
            unsafe space.withUnsafeMutableBytes { buffer, initializedCount in
                count = unsafe Glibc.read(end.raw, buffer.baseAddress, buffer.count)
                code = errno
                initializedCount = max(count, 0)
            }
        }
        if count == 0 { close() }
        if count < 0, code != EAGAIN, code != EINTR { throw .system(code) }
        return content.count <= limit
    }

    /// Wipes what was read.
    mutating func discard() { content.truncate(to: 0) }

    mutating func close() {
        end?.close()
        isOpen = false
    }

    consuming func finish() -> SecretBytes { content.finish() }
}
