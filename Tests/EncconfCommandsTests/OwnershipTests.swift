import Foundation
import PatientTesting
import TestSupport
import Testing

/// Files of other users, folders in which everybody may write, and access lists: whoever planted them gains nothing.
@Suite(.patient) struct OwnershipTests {
    private static let add = "encconf rotate enc.yaml --step add --key-name k2"

    private func folder(_ preparation: String = "true") throws -> RotationFolder {
        try RotationFolder(TestData.bytes("edits/documented.yaml"), preparation: preparation)
    }

    /// Another user must not choose where keys are written, nor read them.
    @Test(arguments: [
        ("a link", "mv enc.yaml ../real.yaml && ln -s ../real.yaml enc.yaml && chown -h 12 enc.yaml && chmod 1777 ."),
        ("a file", "chown 12 enc.yaml && chmod 1777 ."),
        ("a file of the group", "chown 12 enc.yaml && chmod 1770 ."),
    ])
    func plantedInASharedFolder(_ what: String, _ preparation: String) throws {
        let folder = try folder()
        defer { folder.remove() }
        for command in [Self.add, "\(Self.add) --in-place"] {
            try folder.reset()
            let result = try folder.run(
                "\(preparation) && chown 11 . && sha256sum enc.yaml > ../before; \(command); echo $?; sha256sum -c --quiet ../before; ls -A"
            )
            #expect(result.text == "2\nenc.yaml\n", "\(what): \(result.errors)")
            #expect(result.errors.contains("enc.yaml: belongs to user 12"), "\(what)")
            _ = try folder.run("rm -f ../real.yaml")
        }
    }

    /// What the caller or the owner of the folder put there is followed and replaced as anywhere.
    @Test(arguments: ["chown -h 0 enc.yaml", "chown -h 11 enc.yaml"])
    func ownLinksInASharedFolder(_ owner: String) throws {
        let folder = try folder(
            "mv enc.yaml real.yaml && ln -s real.yaml enc.yaml && \(owner) && chmod 1777 . && chown 11 .")
        defer { folder.remove() }
        let result = try folder.run("\(Self.add) > /dev/null && test -L enc.yaml && grep -q k2 real.yaml && echo added")
        #expect(result.text == "added\n", "\(result.errors)")
    }

    /// A new configuration is not made readable for the owner of the old one.
    @Test func initReplacesNoFileOfAnotherUser() throws {
        let folder = try folder("chown 12 enc.yaml")
        defer { folder.remove() }
        let result = try folder.run("encconf init --provider aesgcm --file enc.yaml --force; echo $?; ls -A")
        #expect(result.text == "2\nenc.yaml\n")
        #expect(result.errors.contains("enc.yaml: belongs to user 12"))
        #expect(try folder.entries() == folder.start)
    }

    /// A receipt or a snapshot that takes the place of a file of another user is the caller's.
    @Test func aReplacedSnapshotIsTheCallers() throws {
        let (etcd, program) = (
            try EtcdMember(restoring: TestData.path("cluster/snapshot.db")), try Program()
        )
        defer { program.remove() }
        let result = try program.shell(
            """
            echo old > s.db && chown 12:34 s.db && chmod 666 s.db
            encconf snapshot save s.db --force --endpoints \(etcd.endpoint) > /dev/null && stat -c '%u %g %a' s.db
            """)
        #expect(result.text == "0 0 600\n", "\(result.errors)")
    }

    /// The archive of another user, under each of its names.
    @Test(arguments: ["chown 12 a.yaml", "ln a.yaml other", "chmod 640 a.yaml"])
    func anArchiveThatOthersHold(_ preparation: String) throws {
        let retire = "encconf rotate enc.yaml --step retire \(Program.loaded) --without-evidence --archive a.yaml"
        let folder = try folder(
            """
            \(Self.add) > /dev/null \
            && encconf rotate enc.yaml --step promote --key-name k2 \(Program.loaded) > /dev/null \
            && cp enc.yaml start.yaml && \(retire) > /dev/null && mv start.yaml enc.yaml \
            && sed -i s/retired/retired/ a.yaml && sed -i 's/\\(secret: \\)..../\\1AAAA/' enc.yaml && \(preparation)
            """)
        defer { folder.remove() }
        let result = try folder.run("\(retire); echo $?")
        #expect(result.text == "2\n", "\(result.errors)")
        #expect(result.errors.contains("a.yaml"))
        #expect(try folder.entries() == folder.start)
    }

    /// A new file takes the access list over that its folder has for new files; the mode of the old one would open it.
    @Test func noAccessListIsInherited() throws {
        let folder = try folder("chmod 640 enc.yaml")
        defer { folder.remove() }
        try Data(
            """
            import os, struct, sys
            # acl(5), as the kernel has it (linux/posix_acl_xattr.h): version 2; tag, permissions, id.
            def acl(*entries):
                return struct.pack('<I', 2) + b''.join(struct.pack('<HHI', *entry) for entry in entries)
            none = 0xffffffff
            os.setxattr('.', 'system.posix_acl_default', acl((1, 6, none), (2, 6, 12), (4, 0, none), (16, 6, none), (32, 0, none)))
            """.utf8
        ).write(to: folder.program.workingFolder.appendingPathComponent("acl.py"))
        let result = try folder.run(
            """
            python3 ../acl.py && \(Self.add) > /dev/null && stat -c %a enc.yaml \
            && python3 -c "import os; print('system.posix_acl_access' in os.listxattr('enc.yaml'))"
            """)
        #expect(result.text == "640\nFalse\n", "\(result.errors)")
    }

    /// One file is one backup, under whatever names.
    @Test(arguments: ["./s.db", "link.db", "hard.db"])
    func aFileThatIsNamedTwice(_ name: String) throws {
        let program = try Program()
        defer { program.remove() }
        let result = try program.shell(
            """
            cp testdata/cluster/snapshot.db s.db && ln -s s.db link.db && ln s.db hard.db
            encconf audit --config testdata/cluster/config-all.yaml s.db \(name) -o json | grep -c '"kind": "AuditReport"'
            """)
        #expect(result.text == "1\n")
        #expect(result.errors.contains("\(name): the same file as s.db; read once"), "\(result.errors)")
        let evidence = try program.shell(
            """
            cp testdata/cluster/config-all.yaml enc.yaml && chmod 600 enc.yaml
            encconf rotate enc.yaml --step retire --evidence s.db --evidence \(name) --dry-run
            """)
        #expect(evidence.errors.contains("\(name): the same file as s.db; read once"), "\(evidence.errors)")
    }
}
