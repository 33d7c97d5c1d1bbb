internal import CSpawn
internal import Glibc

/// One end of a pipe, closed at the end of its life at the latest. Children do not inherit it.
final class PipeEnd {
    private(set) var raw: Int32

    /// Takes over `raw`, and moves it away from the three standard streams, which a child has others in the place of.
    private init(owning raw: Int32) throws(ChildProcessError) {
        self.raw = raw
        guard raw <= STDERR_FILENO else { return }
        let moved = fcntl(raw, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
        let code = errno
        Glibc.close(raw)
        self.raw = moved
        guard moved >= 0 else { throw .system(code) }
    }

    deinit { close() }

    /// Closes it now.
    func close() {
        if raw >= 0 { Glibc.close(raw) }
        raw = -1
    }

    /// A pipe. Both ends are closed in a child that another thread starts at this moment (`O_CLOEXEC`).
    static func pipe() throws(ChildProcessError) -> (reading: PipeEnd, writing: PipeEnd) {
        var raw: [Int32] = [-1, -1]
        guard unsafe pipe2(&raw, O_CLOEXEC) == 0 else { throw .system(errno) }
        let reading: PipeEnd
        do {
            reading = try PipeEnd(owning: raw[0])
        } catch {
            Glibc.close(raw[1])
            throw error
        }
        return (reading, try PipeEnd(owning: raw[1]))
    }

    /// From now on a call that would have to wait fails with `EAGAIN`. It concerns this end alone.
    func stopBlocking() { _ = fcntl(raw, F_SETFL, fcntl(raw, F_GETFL) | O_NONBLOCK) }
}
