import Foundation
import PatientTesting
import TestSupport
import Testing

/// `encconf snapshot save`, from a real etcd that holds the recorded cluster.
@Suite(.patient) struct SnapshotSaveTests {
    private static func recordedCluster() throws -> EtcdMember {
        try EtcdMember(restoring: TestData.path("cluster/snapshot.db"))
    }

    /// What it saves is what etcdctl saves: etcdctl takes it, and an audit finds the same in it.
    @Test func savesWhatEtcdctlSaves() throws {
        let (etcd, program) = (try Self.recordedCluster(), try Program())
        defer { program.remove() }
        let saved = try program.shell("umask 0; encconf snapshot save ours.db --endpoints \(etcd.endpoint) -o json")
        #expect(saved.status == 0 && saved.errors == "")
        struct Report: Decodable {
            let kind: String
            let revision: Int
            let bytes: Int
            let sha256: String
            let etcdVersion: String
        }
        let report = try JSONDecoder().decode(Report.self, from: Data(saved.output))
        #expect(report.kind == "SnapshotReport" && report.revision == 412 && report.etcdVersion == "3.4.23")
        let facts = try program.shell(
            """
            stat -c '%a %s' ours.db
            head -c -32 ours.db | sha256sum | cut -d' ' -f1
            tail -c 32 ours.db | xxd -p -c 32
            ETCDCTL_API=3 etcdctl snapshot status ours.db | cut -d, -f2
            ls -A | grep -v -e '^testdata$' -e '^ours.db$'
            """
        ).text.split(separator: "\n")
        let digest = String(report.sha256.dropFirst("sha256:".count))
        #expect(facts == ["600 \(report.bytes + 32)", Substring(digest), Substring(digest), " 412"])
        try Data(try etcd.snapshot()).write(to: program.workingFolder.appendingPathComponent("theirs.db"))
        let same = try program.shell(
            """
            for file in ours theirs; do
                encconf audit --config testdata/cluster/config-static-only.yaml $file.db -o json > $file.json
                grep -v -e elapsedSeconds -e '"path"' $file.json > $file.plain
            done
            cmp ours.plain theirs.plain
            """)
        #expect(same.status == 0, "\(same.text)")
    }

    @Test func replacesNothingUnasked() throws {
        let (etcd, program) = (try Self.recordedCluster(), try Program())
        defer { program.remove() }
        let refused = try program.shell(
            "echo mine > s.db; encconf snapshot save s.db --endpoints \(etcd.endpoint); echo $?; cat s.db")
        #expect(refused.text == "2\nmine\n" && refused.errors.contains("s.db: already exists"))
        let forced = try program.shell("encconf snapshot save s.db --force --endpoints \(etcd.endpoint)")
        #expect(forced.status == 0 && forced.text.hasPrefix("s.db: revision 412, "))
    }

    /// What a member sends as it announced it can be damaged all the same; it does not take the place of a good file.
    @Test func keepsTheOldFileWhereTheNewOneIsDamaged() throws {
        let (server, program) = (try PluginProcess(), try Program())
        defer { program.remove() }
        try server.misbehave("EtcdStatus alarmed")
        let result = try program.shell(
            "echo mine > s.db; encconf snapshot save s.db --force --endpoints unix://\(server.socket); echo $?; cat s.db"
        )
        #expect(result.text == "2\nmine\n")
        #expect(result.errors.contains("s.db: damaged on the member"))
        // Whose snapshot it is counts for a good one too.
        for warning in ["a learner, which may lag", "has an alarm: NOSPACE", "has no leader, so newer writes may be"] {
            #expect(result.errors.contains(warning), "\(warning)")
        }
        #expect(!result.errors.contains("has an alarm: etcdserver"))
        #expect(try program.shell("ls -A").text == "s.db\ntestdata\n")
    }

    /// What is announced has to fit before a byte is written: the disk may be etcd's own.
    @Test func refusesWhatDoesNotFit() throws {
        let (server, program) = (try PluginProcess(), try Program())
        defer { program.remove() }
        try server.misbehave("EtcdSnapshot huge")
        let result = try program.shell("encconf snapshot save s.db --endpoints unix://\(server.socket); echo $?; ls -A")
        #expect(result.text == "2\ntestdata\n")
        #expect(
            result.errors.contains("s.db: no room for the snapshot: 1099511627776 MiB are needed"), "\(result.errors)")
    }

    /// A user who may read every key may not have a snapshot.
    @Test func saysWhoMaySaveASnapshot() throws {
        let (etcd, program) = (try EtcdMember(), try Program())
        defer { program.remove() }
        for command in [
            "user add root:secret", "user add reader:secret", "role add all",
            "role grant-permission all readwrite --prefix=true /",
            "user grant-role reader all", "user grant-role root root", "auth enable",
        ] { try etcd.etcdctl(command.split(separator: " ").map(String.init)) }
        let save = "encconf snapshot save s.db --endpoints \(etcd.endpoint)"
        let nobody = try program.shell(save)
        #expect(nobody.status == 2 && nobody.errors.contains("pass --user NAME and set ETCDCTL_PASSWORD"))
        let reader = try program.shell("ETCDCTL_USER=reader:secret \(save)")
        #expect(reader.status == 2 && reader.errors.contains("users with the role root only"), "\(reader.errors)")
        #expect(try program.shell("ETCDCTL_USER=root:secret \(save)").status == 0)
    }

    /// Whatever goes wrong, no half of a file stays behind.
    @Test func leavesNothingBehind() throws {
        let (etcd, program) = (try Self.recordedCluster(), try Program())
        defer { program.remove() }
        let full = try program.shell(
            "trap '' XFSZ; ulimit -f 100; encconf snapshot save s.db --endpoints \(etcd.endpoint)")
        #expect(full.status == 2 && full.errors.contains("s.db: cannot write: file too large"))
        let unreached = try program.shell("encconf snapshot save s.db --endpoints 127.0.0.1:1")
        #expect(unreached.status == 2)
        let folder = try program.shell("encconf snapshot save none/s.db --endpoints \(etcd.endpoint)")
        #expect(folder.status == 2 && folder.errors.contains("none/s.db: cannot write: no such file or directory"))
        #expect(try program.shell("ls -A").text == "testdata\n")
        // A member that hangs while a person waits who has waited enough.
        etcd.pause()
        defer { etcd.resume() }
        let stopped = try program.shell(
            """
            encconf snapshot save s.db --endpoints \(etcd.endpoint) --command-timeout 10m & id=$!
            until ls -A | grep -q encconf; do sleep 0.02; done
            # The shell lets programs in the background ignore the first one.
            kill -INT $id; kill -TERM $id; wait $id; echo $?
            """)
        #expect(stopped.text == "143\n", "\(stopped.errors)")
        #expect(try program.shell("ls -A").text == "testdata\n")
    }
}
