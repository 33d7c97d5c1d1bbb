import Foundation
import PatientTesting
import RemoteCalls
import SecretMemory
import Synchronization
import TestSupport
import Testing

/// Calls to a server of another gRPC library.
@Suite(.patient) struct CallTests {
    @Test func sendsAndReceives() throws {
        let plugin = try PluginProcess()
        let channel = GRPCChannel(RemotePeer(.unixSocket(path: plugin.socket)))
        for length in [0, 1, 5, 40_000, 3_000_000] {
            let request = [UInt8](repeating: 0x41, count: length)
            let answer = try Self.echo(channel, request)
            #expect(answer == request)
        }
    }

    @Test func receivesAStream() throws {
        let plugin = try PluginProcess()
        let channel = GRPCChannel(RemotePeer(.unixSocket(path: plugin.socket)))
        for (count, size) in [(0, 0), (1, 0), (200, 0), (300, 1000), (3, 1_000_000)] {
            let messages = try Self.stream(channel, count: count, size: size)
            #expect(messages == (0..<count).map { [UInt8](repeating: UInt8($0 & 255), count: size) })
        }
    }

    /// Who has enough gives up the stream; the next call works.
    @Test func givesUpAStream() throws {
        let plugin = try PluginProcess()
        let channel = GRPCChannel(RemotePeer(.unixSocket(path: plugin.socket)))
        #expect(try Self.stream(channel, count: 1000, size: 10_000, wanted: 3).count == 3)
        #expect(try Self.stream(channel, count: 2, size: 1).count == 2)
    }

    @Test(arguments: 1...16)
    func tellsTheStatus(_ code: UInt32) throws {
        let plugin = try PluginProcess()
        try plugin.misbehave("* code \(code)")
        let error = try #require(Self.error(plugin, "/test.Test/Echo"))
        #expect(error.code == StatusCode(rawValue: code))
        #expect(error.origin == .peer)
        #expect(error.message == "100 % wrong: schlüssel")
        #expect(
            error.description == "/test.Test/Echo at unix://\(plugin.socket): rpc error: code = "
                + "\(StatusCode(rawValue: code)) desc = 100 % wrong: schlüssel")
    }

    @Test func tellsThatNobodyKnowsTheMethod() throws {
        let plugin = try PluginProcess()
        let error = try #require(Self.error(plugin, "/test.Test/Nothing"))
        #expect(error.code == .unimplemented && error.origin == .peer, "\(error)")
    }

    @Test func endsAtTheDeadline() throws {
        let plugin = try PluginProcess()
        try plugin.misbehave("* stall")
        let error = try #require(
            Self.error(plugin, "/test.Test/Echo", CallOptions(timeout: .milliseconds(300))))
        // The server was told of the deadline, and may say so first.
        #expect(error.code == .deadlineExceeded)
    }

    @Test func endsWhenCancelled() throws {
        let plugin = try PluginProcess()
        try plugin.misbehave("* stall")
        let asked = Mutex(0)
        let options = CallOptions(isCancelled: {
            asked.withLock {
                $0 += 1; return $0 > 3
            }
        })
        let error = try #require(Self.error(plugin, "/test.Test/Echo", options))
        #expect(error.goText == "rpc error: code = Canceled desc = context canceled")
        #expect(error.origin == .caller)
    }

    @Test func tellsThatThePeerDied() throws {
        let plugin = try PluginProcess()
        try plugin.misbehave("* die")
        let error = try #require(Self.error(plugin, "/test.Test/Echo"))
        #expect(error.code == .unavailable && error.origin == .caller)
    }

    @Test func tellsThatNobodyIsThere() throws {
        let channel = GRPCChannel(RemotePeer(.unixSocket(path: "/nonexistent/kms.sock")))
        let error = try #require(Self.error(channel, "/test.Test/Echo"))
        #expect(
            error.goText == "rpc error: code = Unavailable desc = connection error: desc = \"transport: Error while "
                + "dialing: dial unix /nonexistent/kms.sock: connect: no such file or directory\"")
    }

    @Test func refusesLargeAnswers() throws {
        let plugin = try PluginProcess()
        let channel = GRPCChannel(RemotePeer(.unixSocket(path: plugin.socket)))
        let request = [UInt8](repeating: 0, count: 1001)
        let error = try #require(
            Self.error(channel, "/test.Test/Echo", request, CallOptions(messageByteCountLimit: 1000)))
        #expect(
            error.goText
                == "rpc error: code = ResourceExhausted desc = grpc: received message larger than max (1001 vs. 1000)")
        // The connection is not spoilt for the next call.
        let answer = try Self.echo(channel, request)
        #expect(answer == request)
    }

    @Test func reachesAbstractSockets() throws {
        let plugin = try PluginProcess()
        let channel = GRPCChannel(RemotePeer(.abstractSocket(name: plugin.socket)))
        #expect(try Self.echo(channel, [1, 2, 3]) == [1, 2, 3])
    }

    /// Messages that came before the peer died were received; that there were to be more is told.
    @Test func tellsThatAStreamBroke() throws {
        let plugin = try PluginProcess()
        try plugin.misbehave("Stream half")
        let channel = GRPCChannel(RemotePeer(.unixSocket(path: plugin.socket)))
        var count = 0
        let request = Array("10 100".utf8)
        let error = #expect(throws: RemoteCallError.self) {
            try channel.serverStream("/test.Test/Stream", request.span.rawBytes) { _ in
                count += 1
                return true
            }
        }
        #expect(error?.code == .unavailable && error?.origin == .caller)
        #expect(count == 5)
    }

    /// Many threads share one channel.
    @Test func servesManyThreads() throws {
        let plugin = try PluginProcess()
        let channel = GRPCChannel(RemotePeer(.unixSocket(path: plugin.socket)), connectionLimit: 3)
        let wrong = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 40) { number in
            let request = [UInt8](repeating: UInt8(number), count: 100)
            if (try? Self.echo(channel, request)) != request { wrong.withLock { $0 += 1 } }
        }
        #expect(wrong.withLock { $0 } == 0)
    }

    private static func echo(_ channel: GRPCChannel, _ request: [UInt8]) throws -> [UInt8] {
        let answer = try channel.unary("/test.Test/Echo", request.span.rawBytes)
        return answer.bytes.copiedToArray()
    }

    private static func stream(
        _ channel: GRPCChannel, count: Int, size: Int, wanted: Int = .max
    ) throws -> [[UInt8]] {
        var messages: [[UInt8]] = []
        let request = Array("\(count) \(size)".utf8)
        try channel.serverStream("/test.Test/Stream", request.span.rawBytes) { message in
            messages.append(message.copiedToArray())
            return messages.count < wanted
        }
        return messages
    }

    private static func error(
        _ plugin: PluginProcess, _ method: String, _ options: CallOptions = CallOptions()
    ) -> RemoteCallError? {
        error(GRPCChannel(RemotePeer(.unixSocket(path: plugin.socket))), method, [], options)
    }

    private static func error(
        _ channel: GRPCChannel, _ method: String, _ request: [UInt8] = [], _ options: CallOptions = CallOptions()
    ) -> RemoteCallError? {
        do throws(RemoteCallError) {
            _ = try channel.unary(method, request.span.rawBytes, options: options)
            return nil
        } catch {
            return error
        }
    }
}
