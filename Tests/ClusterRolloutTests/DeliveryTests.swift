import ClusterRollout
import Foundation
import PatientTesting
import SecretMemory
import TestSupport
import Testing

/// A file comes to another machine over a real sshd on loopback.
@Suite(.patient) struct DeliveryTests {
    private static func content(_ text: String) -> SecretKey {
        let bytes = Array(text.utf8)
        return SecretKey(SecretBytes(copying: bytes.span.rawBytes))
    }

    private static func deliver(
        _ text: String, hash: String? = nil, to path: String, _ server: SSHServer
    ) throws(DeliveryError) {
        let target = "ssh://\(server.user)@127.0.0.1:\(server.port)\(path)"
        let delivery = Delivery(
            .ssh(SSHTarget(target).map { [$0] } ?? []), option: "--deliver",
            sshConfiguration: server.clientConfiguration,
            isCancelled: { false })
        let cargo = Delivery.Cargo(
            file: "enc.yaml", content: content(text), hash: hash ?? TestHash.sha256(text), phase: .added)
        try delivery.run(cargo)
    }

    /// It is there as a whole, with the mode and owner that it had; links are followed.
    @Test func copies() throws {
        let server = try SSHServer()
        let file = server.folder.appendingPathComponent("it's enc.yaml").path
        try Data("before".utf8).write(to: URL(fileURLWithPath: file))
        chmod(file, 0o640)
        let link = server.folder.appendingPathComponent("link").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
        let text = String(repeating: "keys: 'and quotes'\n", count: 20_000)
        try Self.deliver(text, to: link, server)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
        let attributes = try FileManager.default.attributesOfItem(atPath: file)
        #expect(attributes[.posixPermissions] as? Int == 0o640)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == file)
        // A new one is for its owner alone.
        let new = server.folder.appendingPathComponent("new.yaml").path
        try Self.deliver("new", to: new, server)
        #expect(try FileManager.default.attributesOfItem(atPath: new)[.posixPermissions] as? Int == 0o600)
        let left = try FileManager.default.contentsOfDirectory(atPath: server.folder.path).filter {
            $0.hasPrefix(".encconf")
        }
        #expect(left.isEmpty)
    }

    /// What does not arrive as it was sent takes no file's place.
    @Test func refusesHalfAFile() throws {
        let server = try SSHServer()
        let file = server.folder.appendingPathComponent("enc.yaml").path
        try Data("before".utf8).write(to: URL(fileURLWithPath: file))
        let error = #expect(throws: DeliveryError.self) {
            try Self.deliver("half", hash: TestHash.sha256("half and half"), to: file, server)
        }
        #expect(error?.reason == .failed(.exit(65)))
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "before")
        #expect(throws: DeliveryError.self) { try Self.deliver("x", to: "/no/such/folder/enc.yaml", server) }
    }

    @Test(arguments: [
        ("ssh://root@10.0.0.1/etc/enc.yaml", "ssh://root@10.0.0.1/etc/enc.yaml"),
        ("ssh://node-1:2222/etc/enc.yaml", "ssh://node-1:2222/etc/enc.yaml"),
        ("ssh://root@[2001:db8::1]:22/e", "ssh://root@[2001:db8::1]:22/e"), ("ssh://-oProxyCommand=x/e", nil),
        ("ssh://a@-x/e", nil), ("ssh://host", nil), ("ssh://host/", nil), ("ssh:///e", nil), ("ssh://h:0/e", nil),
        ("ssh://h:x/e", nil), ("ssh://a b@h/e", nil), ("http://h/e", nil), ("ssh://h/e\nx", nil), ("ssh://-l@h/e", nil),
    ]) func readsTargets(_ text: String, target: String?) {
        #expect(SSHTarget(text)?.description == target)
    }

    /// A tool is told of the file in its environment, and its failure stops the rollout.
    @Test func commands() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("deliver-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let seen = folder.appendingPathComponent("seen").path
        let cargo = Delivery.Cargo(file: "/f", content: Self.content("secret"), hash: "sha256:0", phase: .promoted)
        let server = Delivery.Server(id: "apiserver-1", host: "h", address: "192.0.2.1:6443")
        try Delivery(.command("env | grep ^ENCCONF_ | sort > \(seen)"), option: "--deliver", isCancelled: { false })
            .run(cargo, for: server)
        #expect(
            try String(contentsOfFile: seen, encoding: .utf8) == """
                ENCCONF_FILE=/f
                ENCCONF_HASH=sha256:0
                ENCCONF_PHASE=promoted
                ENCCONF_SERVER_ADDRESS=192.0.2.1:6443
                ENCCONF_SERVER_HOST=h
                ENCCONF_SERVER_ID=apiserver-1

                """)
        let error = #expect(throws: DeliveryError.self) {
            try Delivery(.command("exit 7"), option: "--restart", isCancelled: { false }).run(cargo)
        }
        #expect(error?.reason == .failed(.exit(7)))
    }
}

/// OpenSSH's server on loopback, for the person who runs the tests. It needs Debian's `openssh-server`.
private final class SSHServer {
    struct Failure: Error {}

    let folder: URL
    let port: Int
    let user: String
    private let process = Process()

    var clientConfiguration: String { folder.appendingPathComponent("client").path }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("sshd-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        port = try FreePort.next()
        user = NSUserName()
        let setup = Process()
        setup.executableURL = URL(fileURLWithPath: "/bin/sh")
        setup.currentDirectoryURL = folder
        setup.arguments = [
            "-ec",
            """
            ssh-keygen -q -t ed25519 -N '' -f host; ssh-keygen -q -t ed25519 -N '' -f client-key
            cp client-key.pub authorized; chmod 600 authorized
            [ "$(id -u)" != 0 ] || mkdir -p /run/sshd
            printf '%s\\n' "Port \(port)" "ListenAddress 127.0.0.1" "HostKey $PWD/host" "AuthorizedKeysFile $PWD/authorized" \
                "StrictModes no" "UsePAM no" "PasswordAuthentication no" "PidFile none" > server
            printf '%s\\n' "Host *" "  IdentityFile $PWD/client-key" "  IdentitiesOnly yes" "  UserKnownHostsFile $PWD/known" \
                "  StrictHostKeyChecking accept-new" "  LogLevel ERROR" > client
            """,
        ]
        try setup.runWithAllSignals()
        setup.waitUntilExit()
        guard setup.terminationStatus == 0 else { throw Failure() }
        process.executableURL = URL(fileURLWithPath: "/usr/sbin/sshd")
        process.arguments = ["-D", "-e", "-f", folder.appendingPathComponent("server").path]
        process.standardError = FileHandle.nullDevice
        try process.runWithAllSignals()
        for _ in 0..<200 {
            if FreePort.isTaken(port) { return }
            Thread.sleep(forTimeInterval: 0.05)
        }
        throw Failure()
    }

    deinit {
        kill(process.processIdentifier, SIGTERM)
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }
}
