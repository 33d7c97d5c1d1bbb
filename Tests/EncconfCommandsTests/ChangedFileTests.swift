import Foundation
import PatientTesting
import TestSupport
import Testing

/// Files that somebody writes to, or makes shorter, while they are read.
@Suite(.patient) struct ChangedFileTests {
    private static let audit = "encconf audit --config testdata/cluster/config-all.yaml snapshot.db"
    private static let lookup =
        "encconf decrypt-secret --config testdata/cluster/config-all.yaml --snapshot snapshot.db "
        + "--etcd-key /registry/secrets/payments/cbc-one-0"
    private static let shorter = """
        encconf: error: snapshot.db: the file became shorter while it was read, or its disk failed

        """
    private static let changed = """
        : changed while it was read
        encconf: hint: copy the file, and use the copy

        """

    /// Runs a command, which is stopped right after a call that concerns a file, does something else meanwhile, and
    /// lets the command go on.
    private func run(
        _ command: String, stoppedAt call: String, of file: String = "snapshot.db", meanwhile: String
    ) throws -> Program.Result {
        let program = try Program()
        defer { program.remove() }
        return try program.shell(
            """
            cp testdata/cluster/snapshot.db . && cp testdata/cluster/config-all.yaml enc.yaml && chmod 600 enc.yaml
            strace -f -qq -o trace -P "$PWD/\(file)" -e trace=\(call) -e inject=\(call):signal=STOP:when=1 \(command) &
            tracer=$!
            until grep -qs 'stopped by SIGSTOP' trace; do
              kill -0 $tracer || exit 9
              sleep 0.02
            done
            program=$(grep 'stopped by SIGSTOP' trace | head -n 1 | cut -d ' ' -f 1)
            \(meanwhile)
            kill -CONT $program
            wait $tracer
            """)
    }

    // MARK: Shorter

    @Test(arguments: [audit, lookup, "\(audit) --jobs 1", "\(audit) --history --remnants"])
    func aSnapshotBecomesShorter(_ command: String) throws {
        let result = try run(command, stoppedAt: "mmap", meanwhile: "truncate -s 4096 snapshot.db")
        #expect(result.status == 2)
        #expect(result.errors == Self.shorter)
        #expect(result.text == "")
    }

    /// The right one of several files is named.
    @Test func theSecondOfTwoBecomesShorter() throws {
        let result = try run(
            "encconf audit --config testdata/cluster/config-all.yaml testdata/cluster/snapshot.db snapshot.db",
            stoppedAt: "mmap", meanwhile: "truncate -s 4096 snapshot.db")
        #expect(result.status == 2)
        #expect(result.errors == Self.shorter)
    }

    @Test func evidenceBecomesShorter() throws {
        let result = try run(
            "encconf rotate enc.yaml --step retire --evidence snapshot.db --dry-run", stoppedAt: "mmap",
            meanwhile: "truncate -s 4096 snapshot.db")
        #expect(result.status == 2)
        #expect(result.errors.hasSuffix(Self.shorter))
    }

    /// A signal that another process sends has nothing to do with the file.
    @Test func aSignalFromOutsideEndsTheProgram() throws {
        let result = try run(Self.audit, stoppedAt: "mmap", meanwhile: "kill -BUS $program")
        #expect(result.status == 128 + SIGBUS)
        #expect(!result.errors.contains("encconf"))
    }

    // MARK: Changed

    @Test(
        arguments: [audit, lookup, "\(audit) -o json"],
        [
            // The same length, and one byte in a page that no audit needs.
            "printf x | dd of=snapshot.db bs=1 seek=4095 conv=notrunc status=none",
            "cat testdata/cluster/snapshot.db >> snapshot.db",
            // The time of the file is what it was, as is its length.
            "cp -p snapshot.db other.db && mv other.db snapshot.db",
            "rm snapshot.db",
        ])
    func aSnapshotChanges(_ command: String, _ change: String) throws {
        let result = try run(command, stoppedAt: "mmap", meanwhile: change)
        #expect(result.status == 2)
        #expect(result.errors.hasSuffix("encconf: error: snapshot.db\(Self.changed)"), "\(result.errors)")
        #expect(!result.text.contains("cbc-one-0"))
    }

    @Test func aConfigurationChanges() throws {
        let result = try run(
            "encconf verify enc.yaml", stoppedAt: "read", of: "enc.yaml", meanwhile: "echo '# new' >> enc.yaml")
        #expect(result.status == 2)
        #expect(result.errors == "encconf: error: enc.yaml\(Self.changed)")
        #expect(result.text == "")
    }

    /// What only looks like a change is none: the file is read by others, and gets another name beside its own.
    @Test func aFileThatIsReadStaysTheSame() throws {
        let result = try run(
            "\(Self.audit) --fail-on moved", stoppedAt: "mmap",
            meanwhile: "cat snapshot.db > /dev/null; ln snapshot.db b.db")
        #expect(!result.errors.contains("changed"), "\(result.errors)")
        #expect(result.text.contains("snapshot.db"))
    }
}
