import Foundation
import PatientTesting
import TestSupport
import Testing

/// The terminal at the prompt for a password, and after it.
@Suite(.patient) struct PasswordPromptTests {
    private static let audit =
        "encconf audit --config testdata/cluster/config-static-only.yaml --etcd --endpoints http://127.0.0.1:1 --user root"

    /// Runs what Python shall do at a terminal of its own. It has `ask()`, which starts the program and waits for the
    /// prompt, `typed(bytes)`, and `echoes()`.
    private func atTheTerminal(_ script: String) throws -> Program.Result {
        let program = try Program()
        defer { program.remove() }
        let library = """
            import fcntl, os, pty, signal, subprocess, sys, termios, time
            ours, theirs = pty.openpty()
            fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)
            # What is put in front by somebody in the background has to ignore this.
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)
            def front():
                os.setpgid(0, 0)
                os.tcsetpgrp(theirs, os.getpid())
                signal.signal(signal.SIGTTOU, signal.SIG_DFL)
            def echoes():
                return bool(termios.tcgetattr(theirs)[3] & termios.ECHO)
            def until(condition):
                end = time.monotonic() + 20
                while not condition():
                    if time.monotonic() > end:
                        sys.exit("it took too long")
                    time.sleep(.01)
            def typed(characters):
                os.write(ours, characters)
            def ask():
                program = subprocess.Popen(sys.argv[1:], stdin=theirs, stdout=theirs, stderr=theirs, preexec_fn=front)
                until(lambda: not echoes())
                return program

            """
        try Data((library + script).utf8).write(to: program.workingFolder.appendingPathComponent("script.py"))
        return try program.shell("setsid -w python3 script.py \(Self.audit)")
    }

    @Test func everySignalRestoresTheTerminal() throws {
        let signals = InterruptionTests.ending.filter { $0 != SIGPIPE && $0 != SIGXFSZ }
        let result = try atTheTerminal(
            """
            for number in \(signals):
                program = ask()
                program.send_signal(number)
                print(-program.wait(), echoes())
            """)
        #expect(result.text == signals.map { "\($0) True\n" }.joined(), "\(result.errors)")
    }

    @Test(arguments: [(3, SIGINT), (28, SIGQUIT)])
    func aCharacterRestoresTheTerminal(_ character: Int, _ signal: Int32) throws {
        let result = try atTheTerminal(
            """
            program = ask()
            typed(b'half a pass' + bytes([\(character)]))
            print(-program.wait(), echoes())
            """)
        #expect(result.text == "\(signal) True\n", "\(result.errors)")
    }

    /// While the program is stopped, the terminal shows what is typed; the prompt comes again when it goes on.
    @Test func stoppedAtThePrompt() throws {
        let result = try atTheTerminal(
            """
            program = ask()
            for _ in range(2):
                typed(b'half a pass' + bytes([26]))
                stopped = os.waitpid(program.pid, os.WUNTRACED)[1]
                print(os.WIFSTOPPED(stopped) and os.WSTOPSIG(stopped) == signal.SIGTSTP, echoes())
                program.send_signal(signal.SIGCONT)
                until(lambda: not echoes())
            typed(b'word' + bytes([10]))
            until(echoes)
            seen = b''
            program.wait()
            print(os.read(ours, 10000).count(b'assword'), program.returncode)
            """)
        // Nobody answers at port 1.
        #expect(result.text == "True True\nTrue True\n3 3\n", "\(result.errors)")
    }

    /// In the background the program stops before it touches the terminal.
    @Test func notAskedInTheBackground() throws {
        let result = try atTheTerminal(
            """
            program = subprocess.Popen(sys.argv[1:], stdin=theirs, stdout=theirs, stderr=theirs,
                preexec_fn=lambda: (os.setpgid(0, 0), signal.signal(signal.SIGTTOU, signal.SIG_DFL)))
            stopped = os.waitpid(program.pid, os.WUNTRACED)[1]
            print(os.WIFSTOPPED(stopped) and os.WSTOPSIG(stopped) == signal.SIGTTOU, echoes())
            program.kill()
            """)
        #expect(result.text == "True True\n", "\(result.errors)")
    }
}
