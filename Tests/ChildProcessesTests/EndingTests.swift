import ChildProcesses
import Foundation
import SecretMemory
import Synchronization
import TestSupport
import Testing

/// Children that do not end by themselves.
struct EndingTests {
    /// The script writes the number of a process that it started, and both sleep.
    private func family(_ trap: String = "") throws -> (ChildProcess, String) {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("pid-\(UUID().uuidString)").path
        return (shell("\(trap) sleep 300 & echo $! > \(file); sleep 300"), file)
    }

    private func isGone(_ file: String) throws -> Bool {
        defer { try? FileManager.default.removeItem(atPath: file) }
        let text = try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        let process = try #require(Int32(text))
        for _ in 0..<200 {
            // An orphan may stay a zombie where nobody reaps it.
            guard let state = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return true }
            if state.contains(") Z ") { return true }
            usleep(10_000)
        }
        return false
    }

    @Test func timeoutEndsGrandchildren() throws {
        var (child, file) = try family()
        child.timeout = .milliseconds(400)
        let start = ContinuousClock.now
        #expect(throws: ChildProcessError.timedOut) { _ = try child.run() }
        #expect(.now - start < .seconds(2))
        #expect(try isGone(file))
    }

    @Test func whoIgnoresTheFirstSignalGetsTheSecond() throws {
        var (child, file) = try family("trap '' TERM;")
        child.timeout = .milliseconds(200)
        let start = ContinuousClock.now
        #expect(throws: ChildProcessError.timedOut) { _ = try child.run() }
        #expect(.now - start > .seconds(2) && .now - start < .seconds(20))
        #expect(try isGone(file))
    }

    @Test func whoEndsByTheFirstSignalCanTidyUp() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("tidy-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        var child = shell("trap 'echo done > \(file); exit' TERM; while true; do sleep 0.05; done")
        child.timeout = .milliseconds(300)
        #expect(throws: ChildProcessError.timedOut) { _ = try child.run() }
        #expect(FileManager.default.fileExists(atPath: file))
    }

    @Test(arguments: ["", " >&2"]) func tooMuchOutput(to stream: String) throws {
        var child = shell("while true; do printf 0123456789\(stream); done")
        child.outputByteCountLimit = 100_000
        child.timeout = .seconds(60)
        #expect(throws: ChildProcessError.tooMuchOutput) { _ = try child.run() }
        child = shell("printf 0123456789\(stream)")
        child.outputByteCountLimit = 10
        #expect(try child.run().status == .exit(0))
        child.outputByteCountLimit = 9
        #expect(throws: ChildProcessError.tooMuchOutput) { _ = try child.run() }
    }

    @Test func cancelled() throws {
        let start = ContinuousClock.now
        var (child, file) = try family()
        child.isCancelled = { .now - start > .milliseconds(400) }
        #expect(throws: ChildProcessError.cancelled) { _ = try child.run() }
        #expect(try isGone(file))
    }

    /// A daemon that keeps the streams of its parent is no reason to wait for it.
    @Test func daemonThatHoldsTheStreams() throws {
        let start = ContinuousClock.now
        let ended = try shell("setsid sleep 20 & echo out").run()
        #expect(ended.output.text == "out\n")
        #expect(.now - start < .seconds(10))
    }

    /// On a thread of its own: the kernel lists the children of each thread, and those of other tests come and go.
    @Test func noZombieIsLeft() throws {
        let (child, file) = try family("kill -9 $$;")
        try? FileManager.default.removeItem(atPath: file)
        let zombies = try onNewThread {
            _ = try child.run()
            for name in ["true", "false"] { _ = try ChildProcess(name).run() }
            var slow = ChildProcess("sleep", arguments: ["77.125"])
            slow.timeout = .milliseconds(50)
            // It times out, as another test shows.
            _ = try? slow.run()
            let own = try String(contentsOfFile: "/proc/thread-self/children", encoding: .utf8)
            return own.split(separator: " ").filter {
                (try? String(contentsOfFile: "/proc/\($0)/stat", encoding: .utf8))?.contains(") Z ") == true
            }
        }
        #expect(zombies.isEmpty)
    }

    /// The result of `body`, from a thread that has done nothing else.
    private func onNewThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) throws -> Result {
        let result = Mutex<Swift.Result<Result, any Error>?>(nil)
        let isDone = DispatchSemaphore(value: 0)
        Thread {
            let outcome = Swift.Result { try body() }
            result.withLock { $0 = outcome }
            isDone.signal()
        }.start()
        isDone.wait()
        return try #require(result.withLock { $0 }).get()
    }

    @Test func severalThreadsAtOnce() throws {
        let failures = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 40) { index in
            let input = SecretBytes(Array(repeating: UInt8(index), count: 200_000))
            do {
                var cat = ChildProcess("cat")
                cat.timeout = .seconds(60)
                let ended = try cat.run(input: input.bytes)
                if !ended.output.isEqual(to: input) { failures.withLock { $0.append("other output") } }
            } catch {
                failures.withLock { $0.append("\(error)") }
            }
        }
        #expect(failures.withLock { $0 } == [])
    }
}
