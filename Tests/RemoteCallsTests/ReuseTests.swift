import Foundation
import PatientTesting
import RemoteCalls
import SecretMemory
import Synchronization
import TestSupport
import Testing

/// Stands between a client and a server on Unix sockets, and counts the connections.
private final class Relay: Sendable {
    struct Failure: Error {}

    let path: String
    private let listener: Int32
    private let connections = Mutex<[Int32]>([])

    var connectionCount: Int { connections.withLock { $0.count } }

    init(to server: String) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("r-\(UUID().uuidString)").path
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard Self.address(path, { bind(listener, $0, $1) }) == 0, listen(listener, 8) == 0 else { throw Failure() }
        Thread.detachNewThread { [self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                let server = Self.connection(to: server)
                connections.withLock { $0.append(client) }
                Thread.detachNewThread { Self.copy(from: client, to: server) }
                Thread.detachNewThread { Self.copy(from: server, to: client) }
            }
        }
    }

    deinit { unlink(path) }

    /// Ends all connections, as a server does that is started anew.
    func hangUp() { for client in connections.withLock({ $0 }) { shutdown(client, Int32(SHUT_RDWR)) } }

    /// Accepts no more. The descriptors are left to the end of the process, as threads may wait on them.
    func stop() {
        hangUp()
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private static func connection(to path: String) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        _ = address(path) { connect(descriptor, $0, $1) }
        return descriptor
    }

    private static func address(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    private static func copy(from source: Int32, to target: Int32) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(source, &buffer, buffer.count, 0)
            guard count > 0, send(target, buffer, count, Int32(MSG_NOSIGNAL)) == count else { break }
        }
        shutdown(target, Int32(SHUT_RDWR))
    }
}

@Suite(.patient) struct ReuseTests {
    /// Calls one after the other go over one connection. With libcurl before 7.88 it is not tried.
    @Test func keepsItsConnection() throws {
        let plugin = try PluginProcess()
        let relay = try Relay(to: plugin.socket)
        defer { relay.stop() }
        let channel = GRPCChannel(RemotePeer(.unixSocket(path: relay.path)))
        for count in [0, 1, 100_000, 5] { try Self.echo(channel, count) }
        #expect(relay.connectionCount == 1)
        // A server that was started anew takes a new one; libcurl 7.88 tries one before it that is not used.
        for _ in 0..<3 {
            relay.hangUp()
            try Self.echo(channel, 1000)
            try Self.echo(channel, 10)
        }
        #expect([4, 7].contains(relay.connectionCount))
    }

    private static func echo(_ channel: GRPCChannel, _ count: Int) throws {
        let request = [UInt8](repeating: 7, count: count)
        let answer = try channel.unary("/test.Test/Echo", request.span.rawBytes)
        #expect(answer.bytes.copiedToArray() == request)
    }
}
