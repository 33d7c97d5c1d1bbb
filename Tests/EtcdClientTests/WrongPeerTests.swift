import EtcdClient
import Foundation
import PatientTesting
import RemoteCalls
import TestSupport
import Testing

/// Peers that are no member of an etcd cluster, or are spoken to in the wrong way.
@Suite(.patient) struct WrongPeerTests {
    @Test func provesItselfOverTLS() throws {
        let etcd = try EtcdMember(certificates: Certificates())
        try etcd.fill(500)
        let walked = try Walked(etcd.client().walk(.everything, .pages(of: 100)))
        #expect(try walked.entries == etcd.entries(at: 0))
        // In clear to a port of TLS, and without a certificate.
        let inClear = Self.failures(etcd.peer(nil))
        #expect(inClear.map(\.code) == [.unavailable] && inClear.map(\.origin) == [.caller])
        let stranger = TLSSettings(authorityFile: etcd.certificates?.file("ca.pem"))
        #expect(Self.failures(etcd.peer(stranger)).map(\.code) == [.unavailable])
        let others = TLSSettings(authorityFile: etcd.certificates?.file("stranger.pem"))
        let failures = Self.failures(etcd.peer(others))
        #expect(failures.map(\.code) == [.unavailable])
        #expect(failures.first?.message.contains("certificate") == true)
    }

    @Test func tellsTLSToAClearPort() throws {
        let etcd = try EtcdMember()
        let failures = Self.failures(etcd.peer(TLSSettings(verifiesPeer: false)))
        #expect(failures.map(\.code) == [.unavailable] && failures.map(\.origin) == [.caller])
    }

    /// The server of the KMS tests speaks gRPC, and need not know a method of etcd.
    @Test func tellsAnotherServerOfGRPC() throws {
        let plugin = try PluginProcess()
        try plugin.misbehave("etcdserverpb absent")
        let failures = Self.failures(RemotePeer(.unixSocket(path: plugin.socket)))
        #expect(failures.map(\.code) == [.unimplemented] && failures.map(\.origin) == [.peer])
    }

    /// Python's own, which speaks HTTP/1.1 alone.
    @Test func tellsAServerOfHTTP() throws {
        let server = Process()
        server.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        server.arguments = [
            "-c",
            """
            import http.server, sys
            server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
            print(server.server_port, flush=True)
            server.serve_forever()
            """,
        ]
        let output = Pipe()
        server.standardOutput = output
        server.standardError = FileHandle.nullDevice
        try server.run()
        defer {
            kill(server.processIdentifier, SIGKILL)
            server.waitUntilExit()
        }
        let line = try output.fileHandleForReading.firstLine()
        let port = try #require(Int(line))
        let failures = Self.failures(RemotePeer(.host("127.0.0.1", port: port)))
        #expect(failures.map(\.code) == [.unavailable] && failures.map(\.origin) == [.caller])
    }

    private static func failures(_ peer: RemotePeer) -> [RemoteCallError] {
        let error = etcdError { _ = try EtcdClient([peer]).status() }
        guard case .noEndpoint(let failures) = error else {
            Issue.record("\(String(describing: error))")
            return []
        }
        return failures
    }
}
