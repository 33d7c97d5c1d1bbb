import Foundation
import PatientTesting
import TestSupport
import Testing

/// Whatever ends the program, nothing of its memory is shown.
@Suite(.patient) struct CrashReportTests {
    /// The signals that the Swift runtime handles, and one that it does not.
    @Test(arguments: [SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP, SIGSYS])
    func noBacktraceIsMade(_ signal: Int32) throws {
        let program = try Program()
        defer { program.remove() }
        // What the runtime takes for the program that prints registers and memory.
        let backtracer = program.workingFolder.appendingPathComponent("swift-backtrace")
        try Data("#!/bin/sh\ntouch ran\necho registers >&2\n".utf8).write(to: backtracer)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: backtracer.path)
        let (run, pipe) = try readingRun(
            of: program, environment: ["SWIFT_BACKTRACE": "enable=yes,swift-backtrace=\(backtracer.path)"])
        defer { try? pipe.fileHandleForWriting.close() }
        kill(run.process.processIdentifier, signal)
        let result = try run.result()
        #expect(result.status == 128 + signal)
        #expect(result.output.isEmpty)
        #expect(result.errors == "")
        #expect(!FileManager.default.fileExists(atPath: program.workingFolder.appendingPathComponent("ran").path))
    }

    /// What whoever started the program wants ignored stays ignored.
    @Test func anIgnoredSignalStaysIgnored() throws {
        let program = try Program()
        defer { program.remove() }
        let (run, pipe) = try readingRun(of: program, ignoring: "QUIT")
        kill(run.process.processIdentifier, SIGQUIT)
        try pipe.fileHandleForWriting.close()
        let result = try run.result()
        #expect(result.status == 1)
        #expect(result.text.contains("rejected by kube-apiserver"))
    }

    /// A run that has begun to read standard input, which shows that it is at its work.
    private func readingRun(
        of program: Program, environment: [String: String] = [:], ignoring ignored: String? = nil
    ) throws -> (Program.Run, Pipe) {
        let pipe = Pipe()
        let run = try program.start(
            ["verify", "-"], environment: environment, input: pipe.fileHandleForReading, ignoring: ignored)
        try pipe.fileHandleForWriting.write(contentsOf: Data("#".utf8))
        var unread: Int32 = 1
        while unread > 0, run.process.isRunning {
            _ = ioctl(pipe.fileHandleForReading.fileDescriptor, UInt(FIONREAD), &unread)
            usleep(1000)
        }
        return (run, pipe)
    }
}

/// The width of the terminal is what others say it is.
@Suite(.patient) struct ColumnsTests {
    @Test(
        arguments: [
            "0", "-1", "1", "26", "-9223372036854775808", "9223372036854775807", "99999999999999999999", "wide", "",
        ], ["--help", "audit --help", "explain ENC0401", "--no-such-option"])
    func anyWidthIsSurvived(_ columns: String, _ arguments: String) throws {
        let program = try Program()
        defer { program.remove() }
        let result = try program.shell("COLUMNS='\(columns)' LINES='\(columns)' encconf \(arguments)")
        #expect(result.status == (arguments == "--no-such-option" ? 64 : 0), "\(result.errors)")
        #expect(!result.text.isEmpty || result.errors.contains("Unknown option"))
    }

    @Test func theVariableCounts() throws {
        let program = try Program()
        defer { program.remove() }
        func widest(_ columns: Int) throws -> Int {
            let lines = try program.shell("COLUMNS=\(columns) encconf explain ENC0401").text.split(separator: "\n")
            return lines.map(\.count).max() ?? 0
        }
        #expect(try widest(50) <= 50)
        #expect(try widest(90) > 50)
    }
}
