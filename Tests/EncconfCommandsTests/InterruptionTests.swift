import Foundation
import PatientTesting
import TestSupport
import Testing

/// Signals at the worst moment, and what a killed run leaves behind.
@Suite(.patient) struct InterruptionTests {
    private static let add = "encconf rotate enc.yaml --step add --key-name k2"

    private func folder(_ preparation: String = "true") throws -> RotationFolder {
        try RotationFolder(TestData.bytes("edits/documented.yaml"), preparation: preparation)
    }

    // MARK: While a file is written

    /// All that end a program and can be held back. Two of them the program ignores.
    static let ending =
        [
            SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGUSR1, SIGSEGV, SIGUSR2, SIGPIPE, SIGALRM,
            SIGTERM, 16, SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGSYS,
        ] + Array(34...64)

    @Test(arguments: Sample.of(ending, 16))
    func noKeyStaysBehind(_ signal: Int32) throws {
        let folder = try folder()
        defer { folder.remove() }
        // The first file that is synced is the temporary one.
        let result = try folder.trace(Self.add, options: "-e inject=fsync:signal=\(signal):when=1").result
        let isIgnored = signal == SIGPIPE || signal == SIGXFSZ
        #expect(result.status == (isIgnored ? 0 : 128 + signal), "\(result.errors)")
        let found = try folder.entries()
        #expect(Set(found.keys) == ["enc.yaml"])
        let text = String(decoding: found["enc.yaml"]?.bytes ?? [], as: UTF8.self)
        #expect(text.contains("name: \"k2\""))
    }

    @Test(arguments: ["TSTP", "TTIN", "TTOU"])
    func noKeyStaysBehindWhileTheProgramIsStopped(_ signal: String) throws {
        let folder = try folder()
        defer { folder.remove() }
        let result = try folder.run(
            """
            :
            strace -f -q -o ../trace -e trace=fsync -e inject=fsync:signal=\(signal):when=1 \(Self.add) > ../out & tracer=$!
            until grep -qs -e 'stopped by SIG\(signal)' -e '+++' ../trace; do sleep 0.02; done
            grep -c stopped ../trace
            ls -A
            grep -c 'name: "k2"' enc.yaml
            kill -CONT $(head -n 1 ../trace | cut -d ' ' -f 1)
            wait $tracer
            """)
        #expect(result.text == "1\nenc.yaml\n1\n")
        #expect(result.status == 0)
    }

    // MARK: After a run was killed

    /// Nothing goes but what is surely a file of a run that is gone.
    @Test func whatAKilledRunLeftIsRemoved() throws {
        let kept = """
            .encconf-1-2.tmp.bak .encconf-01-2.tmp .encconf-1-02.tmp .encconf-1.tmp .encconf--1-2.tmp encconf-1-2.tmp \
            .encconf-+1-2.tmp .encconf-1-+2.tmp .encconf-0-2.tmp .encconf-1-4294967296.tmp .encconf-99999999999-2.tmp \
            .encconf-1-2-3.tmp .encconf-1-2.TMP .encconf-x-2.tmp .encconf-1-2 enc.yaml
            """.split(separator: " ").map(String.init)
        let folder = try folder()
        defer { folder.remove() }
        let result = try folder.run(
            """
            :
            touch \(kept.joined(separator: " ")) .encconf-1-2.tmp .encconf-4194304-4294967295.tmp .encconf-$$-0.tmp
            printf key > .encconf-3-1.tmp && chmod 400 .encconf-3-1.tmp
            mkfifo .encconf-3-2.tmp && mkdir .encconf-3-3.tmp && ln -s enc.yaml .encconf-3-4.tmp
            touch .encconf-3-5.tmp ../other && ln ../other .encconf-3-6.tmp && chown 12 .encconf-3-5.tmp
            touch .encconf-3-7.tmp
            touch other && ln other .encconf-3-8.tmp
            flock .encconf-3-7.tmp \(Self.add) > /dev/null && ls -A
            """)
        #expect(result.status == 0, "\(result.errors)")
        let stays = kept + (2...7).map { ".encconf-3-\($0).tmp" } + ["other"]
        #expect(Set(result.text.split(separator: "\n").map(String.init)) == Set(stays))
    }

    /// A run as root gives the file its owner before it takes the place of the old one.
    @Test func whatHadTheOwnerOfTheFileAlreadyIsRemoved() throws {
        let folder = try folder(
            "touch .encconf-1-1.tmp .encconf-1-2.tmp; chown 12 enc.yaml .encconf-1-1.tmp; chown 13 .encconf-1-2.tmp")
        defer { folder.remove() }
        #expect(try folder.run("\(Self.add) > /dev/null; ls -A").text == ".encconf-1-2.tmp\nenc.yaml\n")
    }

    /// What a run writes that is at work stays, whatever else is written in the folder meanwhile.
    @Test func whatARunIsAtWorkOnStays() throws {
        let folder = try folder("cp enc.yaml other.yaml")
        defer { folder.remove() }
        let calls = try folder.trace(Self.add).calls
        try folder.reset()
        let sync = try #require(calls.first { $0.name == "fsync" })
        let result = try folder.interleave(
            Self.add, behind: sync, with: "encconf rotate other.yaml --step add --key-name k3")
        #expect(result.text == "second 0\nfirst 0\n", "\(result.errors)")
        #expect(Set(try folder.entries().keys) == ["enc.yaml", "other.yaml"])
    }

    /// Another run that takes a file for one that was left behind before it is locked.
    @Test func aFileThatIsTakenAwayIsMadeAgain() throws {
        let folder = try folder("cp enc.yaml other.yaml")
        defer { folder.remove() }
        let calls = try folder.trace(Self.add).calls
        try folder.reset()
        let making = try #require(calls.last { $0.name == "openat" && $0.line.contains("O_CREAT") })
        let result = try folder.interleave(
            Self.add, behind: making, with: "encconf rotate other.yaml --step add --key-name k3")
        #expect(result.text == "second 0\nfirst 0\n", "\(result.errors)")
        let found = try folder.entries()
        #expect(Set(found.keys) == ["enc.yaml", "other.yaml"])
        let text = String(decoding: found["enc.yaml"]?.bytes ?? [], as: UTF8.self)
        #expect(text.contains("name: \"k2\""))
    }
}
