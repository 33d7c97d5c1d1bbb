import ChildProcesses
import Foundation
import SecretMemory
import TestSupport
import Testing

/// What a child has of this process: nothing that it was not given.
struct InheritanceTests {
    @Test func noOtherDescriptors() throws {
        // One without O_CLOEXEC, as some library may open it.
        let leaked = open("/etc/passwd", O_RDONLY)
        defer { close(leaked) }
        #expect(fcntl(leaked, F_GETFD) & FD_CLOEXEC == 0)
        // The shell lists its own with the one that it reads the folder by.
        let ended = try shell("for fd in /proc/$$/fd/*; do echo ${fd##*/}; done").run(
            input: SecretBytes(Array("x".utf8)).bytes)
        #expect(Set(ended.output.text.split(separator: "\n")).isSubset(of: ["0", "1", "2", "3", "10", "255"]))
        let links = try shell("ls -l /proc/$$/fd").run().output.text
        #expect(!links.contains("/etc/passwd"))
        #expect(links.contains("/dev/null"))
    }

    @Test func signalsAreAsIfNobodyHadChangedThem() throws {
        var (blocked, previous) = (sigset_t(), sigset_t())
        sigemptyset(&blocked)
        sigaddset(&blocked, SIGTERM)
        sigaddset(&blocked, SIGHUP)
        pthread_sigmask(SIG_BLOCK, &blocked, &previous)
        let ignored = signal(SIGXFSZ, SIG_IGN)
        defer {
            pthread_sigmask(SIG_SETMASK, &previous, nil)
            signal(SIGXFSZ, ignored)
        }
        let status = try ChildProcess("grep", arguments: ["^Sig[BI]", "/proc/self/status"]).run().output.text
        let masks = status.split(separator: "\n").map { UInt64($0.suffix(16), radix: 16) }
        // Signals 32 and 33 are glibc's own, and ignored by all that it starts (sysdeps/unix/sysv/linux/spawni.c).
        #expect(masks.count == 2 && masks.allSatisfy { $0 == 0 || $0 == 0x1_8000_0000 })
    }

    @Test func sessionOfItsOwn() throws {
        let numbers = try shell("ps -o pid=,pgid=,sid= -p $$ || cut -d' ' -f1,5,6 /proc/$$/stat").run().output.text
            .split { $0 == " " || $0 == "\n" }
        #expect(numbers.count == 3 && Set(numbers).count == 1)
    }

    /// Input, output and what goes into the environment.
    @Test(arguments: [1, 3000]) func nothingIsLeftInMemory(repeats: Int) throws {
        let needle = MemoryNeedle(seed: UInt64(4000 + repeats))
        func live() throws -> Int {
            let text = SecretKey(SecretBase64.encode(needle.bytes))
            let input = SecretBytes.filling(capacity: repeats * needle.bytes.byteCount) { output in
                for _ in 0..<repeats { output.append(contentsOf: needle.bytes) }
            }
            var cat = shell("tee /dev/stderr")
            cat.secretEnvironment = [("HIDDEN", text)]
            let ended = try cat.run(input: input.bytes)
            let isSame = ended.output.isEqual(to: input)
            #expect(isSame)
            return try needle.occurrences()
        }
        #expect(try live() == 3 * repeats)
        #expect(try needle.occurrences() == 0)
        #expect(try MemoryNeedle(copying: SecretBase64.encode(needle.bytes).bytes).occurrences() == 0)
    }

    @Test func nothingIsLeftOfAChildThatWasEnded() throws {
        let needle = MemoryNeedle(seed: 4711)
        var cat = shell("cat; cat /dev/zero")
        cat.outputByteCountLimit = 10_000_000
        func run() throws {
            let input = SecretBytes(copying: needle.bytes)
            _ = try cat.run(input: input.bytes)
        }
        #expect(throws: ChildProcessError.tooMuchOutput) { try run() }
        #expect(try needle.occurrences() == 0)
    }
}
