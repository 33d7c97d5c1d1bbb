import ChildProcesses
import Foundation
import SecretMemory
import TestSupport
import Testing

/// What a child gets, and what comes back.
struct ChildProcessTests {
    @Test func outputErrorsAndStatus() throws {
        let ended = try shell("printf out; printf err >&2; exit 3").run()
        #expect(ended.status == .exit(3))
        #expect(ended.output.text == "out" && ended.errorOutput.text == "err")
    }

    @Test func signalThatEndedIt() throws {
        let ended = try shell("kill -KILL $$").run()
        #expect(ended.status == .signal(SIGKILL))
    }

    /// More than both pipes hold, at once. A parent that first wrote and then read would wait for ever.
    @Test func muchInputAndOutput() throws {
        let input = SecretBytes(Array(repeating: UInt8(ascii: "x"), count: 1 << 20))
        var cat = shell("tee /dev/stderr")
        cat.timeout = .seconds(60)
        let ended = try cat.run(input: input.bytes)
        #expect(ended.status == .exit(0))
        let (out, err) = (ended.output.isEqual(to: input), ended.errorOutput.isEqual(to: input))
        #expect(out && err)
    }

    /// The action of SIGPIPE, which is the default one here, would end this process.
    @Test func inputThatNobodyReads() throws {
        let input = SecretBytes(Array(repeating: 0, count: 1 << 20))
        for script in ["exit 4", "exec 0<&-; sleep 0.1; exit 4", "head -c 1 >/dev/null; exit 4"] {
            let ended = try shell(script).run(input: input.bytes)
            #expect(ended.status == .exit(4))
        }
    }

    @Test func withoutInputThereIsAnEnd() throws {
        let ended = try ChildProcess("cat").run()
        #expect(ended.status == .exit(0) && ended.output.count == 0)
    }

    @Test func argumentsAreNotInterpreted() throws {
        let arguments = ["%s|", "$HOME", "a b", "", "*", "é"]
        let ended = try ChildProcess("/usr/bin/printf", arguments: arguments).run()
        #expect(ended.output.text == "$HOME|a b||*|é|")
    }

    @Test func zeroBytesAreRefused() {
        #expect(throws: ChildProcessError.system(EINVAL)) { _ = try ChildProcess("echo", arguments: ["a\0b"]).run() }
        for (name, value) in [("", "v"), ("A=B", "v"), ("A\0", "v"), ("A", "v\0")] {
            var child = ChildProcess("true")
            child.environment = [(name, value)]
            #expect(throws: ChildProcessError.system(EINVAL)) { _ = try child.run() }
            child.environment = []
            child.secretEnvironment = [(name, SecretKey(Array(value.utf8)))]
            #expect(throws: ChildProcessError.system(EINVAL)) { _ = try child.run() }
        }
    }

    @Test func environmentIsAddedAndReplaced() throws {
        var child = ChildProcess("/usr/bin/env")
        child.environment = [("HOME", "/one"), ("NEW", "1"), ("TWICE", "a"), ("TWICE", "b"), ("BOTH", "open")]
        child.secretEnvironment = [("HIDDEN", SecretKey(Array("x=y".utf8))), ("BOTH", SecretKey(Array("hidden".utf8)))]
        let lines = try child.run().output.text.split(separator: "\n").map(String.init)
        for line in ["HOME=/one", "NEW=1", "TWICE=b", "HIDDEN=x=y", "BOTH=hidden"] {
            let name = line.prefix { $0 != "=" } + "="
            #expect(lines.filter { $0.hasPrefix(name) } == [line])
        }
        #expect(lines.contains { $0.hasPrefix("PATH=") })
    }

    @Test func workingFolder() throws {
        var child = ChildProcess("pwd", arguments: ["-P"])
        child.workingFolder = "/usr/bin"
        #expect(try child.run().output.text == "/usr/bin\n")
        child.workingFolder = "/nowhere"
        #expect(throws: ChildProcessError.system(ENOENT)) { _ = try child.run() }
    }

    @Test func programsThatCannotRun() throws {
        for name in ["no-such-program-of-all", "/no/such/program", "/etc/passwd/x", ""] {
            #expect(throws: ChildProcessError.notFound) { _ = try ChildProcess(name).run() }
        }
        for name in ["/etc/passwd", "/usr"] {
            #expect(throws: ChildProcessError.notExecutable) { _ = try ChildProcess(name).run() }
        }
        // A file that is no program is not handed to a shell either.
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("script-\(UUID().uuidString)").path
        try Data("echo shell\n".utf8).write(to: URL(fileURLWithPath: file))
        defer { try? FileManager.default.removeItem(atPath: file) }
        chmod(file, 0o700)
        #expect(throws: ChildProcessError.notExecutable) { _ = try ChildProcess(file).run() }
    }

    @Test func errorsAloneAreHandedOn() throws {
        let ended = try shell("echo kept; exit 0").run(output: .capturedApartFromErrors)
        #expect(ended.output.text == "kept\n" && ended.errorOutput.count == 0)
        let other = try shell("echo >/dev/null").run(output: .standardError)
        #expect(other.status == .exit(0) && other.output.count == 0)
    }
}

func shell(_ script: String) -> ChildProcess { ChildProcess("/bin/sh", arguments: ["-c", script]) }

extension SecretBytes {
    var text: String { String(decoding: bytes.copiedToArray(), as: UTF8.self) }
}
