internal import Glibc
internal import SecretMemory

/// One run of a child, from its start until it is reaped.
struct ChildRun: ~Copyable {
    private let child: ChildProcess
    private let process: pid_t
    private var input: InputFeed
    private var output: OutputCapture
    private var errorOutput: OutputCapture
    private let start = ContinuousClock.now
    /// Why the child is being ended, and since when.
    private var end: (reason: ChildProcessError, since: ContinuousClock.Instant)?

    /// Starts it.
    init(_ child: ChildProcess, hasInput: Bool, output: ChildProcess.Output) throws(ChildProcessError) {
        self.child = child
        let inputPipe = hasInput ? try PipeEnd.pipe() : nil
        let outputPipe = output == .standardError ? nil : try PipeEnd.pipe()
        let errorPipe = output == .captured ? try PipeEnd.pipe() : nil
        Self.keepStatuses()
        process = try Spawn.start(
            child,
            streams: ChildStreams(
                input: inputPipe?.reading.raw ?? (child.sharesTerminal ? STDIN_FILENO : nil),
                output: outputPipe?.writing.raw ?? STDERR_FILENO, error: errorPipe?.writing.raw ?? STDERR_FILENO))
        // The child has its ends now. Here they must go, or there would never be an end of its output.
        inputPipe?.reading.close()
        outputPipe?.writing.close()
        errorPipe?.writing.close()
        input = InputFeed(inputPipe?.writing)
        self.output = OutputCapture(outputPipe?.reading)
        errorOutput = OutputCapture(errorPipe?.reading)
    }

    /// The parent of this program may have ignored SIGCHLD, which is inherited: then the system would discard the
    /// status of a child.
    private static func keepStatuses() {
        var action = sigaction()
        guard unsafe sigaction(SIGCHLD, nil, &action) == 0,
            unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
        else { return }
        _ = Glibc.signal(SIGCHLD, SIG_DFL)
    }

    /// Waits for the end, and ends it if it has to.
    consuming func finish(_ bytes: RawSpan) throws(ChildProcessError) -> ChildProcess.Ended {
        do {
            try attend(bytes)
        } catch {
            // A call failed that cannot fail: no child is left behind. Without a child its number may be another's.
            guard error != .system(ECHILD) else { throw error }
            signal(SIGKILL)
            _ = try? reap()
            throw error
        }
        // As long as it is not reaped, no other process has its number.
        if let end {
            signal(SIGKILL)
            _ = try reap()
            throw end.reason
        }
        return ChildProcess.Ended(try reap(), output.finish(), errorOutput.finish())
    }

    /// Feeds and reads until the child has ended and its streams too.
    private mutating func attend(_ bytes: RawSpan) throws(ChildProcessError) {
        var exited: ContinuousClock.Instant?
        var pause = Pause()
        while true {
            if exited == nil, try hasExited() { exited = .now }
            if let exited {
                input.close()
                if !output.isOpen, !errorOutput.isOpen { return }
                // Something that the child started may hold its streams for as long as it lives.
                if end == nil, .now - exited > Self.grace { return }
            }
            if let end {
                if .now - end.since > ChildProcess.patience { return }
            } else if let reason = reasonToEnd() {
                beginEnd(reason)
            }
            try exchange(bytes, pause.next(isOver: exited != nil))
        }
    }

    /// How long streams are read that stay open behind the end of the child.
    private static let grace = Duration.milliseconds(500)

    private func reasonToEnd() -> ChildProcessError? {
        if child.isCancelled() { return .cancelled }
        if let timeout = child.timeout, .now - start > timeout { return .timedOut }
        return nil
    }

    private mutating func beginEnd(_ reason: ChildProcessError) {
        end = (reason, .now)
        input.close()
        signal(SIGTERM)
    }

    /// One round of writing and reading; without anything to do, `milliseconds` long.
    private mutating func exchange(_ bytes: RawSpan, _ milliseconds: Int32) throws(ChildProcessError) {
        var requests = [input.request, output.request, errorOutput.request].compactMap { $0 }
        let count = unsafe poll(&requests, nfds_t(requests.count), milliseconds)
        guard count >= 0 || errno == EINTR else { throw .system(errno) }
        guard count > 0 else { return }
        try input.write(bytes)
        let limit = child.outputByteCountLimit
        let isWithin = (try output.read(limit: limit), try errorOutput.read(limit: limit))
        if end == nil, isWithin != (true, true) { beginEnd(.tooMuchOutput) }
        if end != nil {
            output.discard()
            errorOutput.discard()
        }
    }

    /// Whether the child has ended. It stays a zombie, so that its number stays its own.
    private func hasExited() throws(ChildProcessError) -> Bool {
        var info = unsafe siginfo_t()
        while unsafe waitid(P_PID, id_t(process), &info, WEXITED | WNOHANG | WNOWAIT) != 0 {
            guard errno == EINTR else { throw .system(errno) }
        }
        return unsafe info.si_signo == SIGCHLD
    }

    private func reap() throws(ChildProcessError) -> ChildProcess.Ended.Status {
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) != process {
            guard errno == EINTR else { throw .system(errno) }
        }
        // WIFEXITED, WEXITSTATUS and WTERMSIG of <sys/wait.h>.
        return status & 0x7f == 0 ? .exit(status >> 8 & 0xff) : .signal(status & 0x7f)
    }

    /// To the whole process group, if the child has one of its own.
    private func signal(_ number: Int32) { _ = kill(child.sharesTerminal ? process : -process, number) }
}

/// How long to wait for news: short at first, since most programs are, and never so long that a user would notice.
private struct Pause {
    private var milliseconds: Int32 = 1

    mutating func next(isOver: Bool) -> Int32 {
        defer { milliseconds = min(milliseconds * 2, 20) }
        return isOver ? 1 : milliseconds
    }
}
