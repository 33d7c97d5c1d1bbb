import Foundation
import RemoteCalls
import SecretMemory
import TestSupport
import Testing

/// `CallOptions.allowsCompression`.
struct CompressionTests {
    private static let text = (0..<20000).map { "line \($0)\n" }.joined()

    private static func options(_ isAllowed: Bool = true, limit: Int = 4 << 20) -> CallOptions {
        var options = CallOptions(timeout: .seconds(60), messageByteCountLimit: limit)
        options.allowsCompression = isAllowed
        return options
    }

    @Test func arrivesDecompressed() throws {
        let server = try AnsweringServer.clear()
        let channel = HTTPChannel(.local(server.port))
        #expect(try channel.fields(Self.options())["accept-encoding"] == "gzip")
        // Nothing of it is kept for the next request.
        #expect(try channel.fields(Self.options(false))["accept-encoding"] == nil)
        for (path, isAllowed) in [("/gzip", true), ("/gzip", false), ("/gzip-in-pieces", true)] {
            let answer = try channel.send(.get, path, options: Self.options(isAllowed))
            let (isSame, encoding) = (
                answer.body.bytes.copiedToArray() == Array(Self.text.utf8), answer.field("content-encoding")
            )
            #expect(isSame && (encoding == "gzip") == isAllowed, "\(path) \(isAllowed)")
        }
    }

    /// The limit is for what it becomes.
    @Test func limitsWhatItBecomes() throws {
        let server = try AnsweringServer.clear()
        let channel = HTTPChannel(.local(server.port))
        let count = Self.text.utf8.count
        #expect(channel.failure("/gzip", Self.options(limit: count)) == nil)
        for limit in [0, 1, 60_000, count - 1] {
            #expect(channel.failure("/gzip", Self.options(limit: limit))?.code == .resourceExhausted, "\(limit)")
        }
        #expect(channel.failure("/gzip", Self.options(limit: count)) == nil)
    }

    @Test func refusesWhatIsNone() throws {
        let server = try AnsweringServer.clear()
        let channel = HTTPChannel(.local(server.port))
        let error = channel.failure("/no-gzip", Self.options())
        #expect(error?.code == .unavailable && error?.reach == .maybeSent, "\(String(describing: error))")
        #expect(channel.failure("/gzip", Self.options()) == nil)
    }

    /// Three gibibytes behind three mebibytes, and one behind one. Nothing of that size is ever held.
    @Test(arguments: [1 << 30, 3 << 30]) func refusesABomb(_ byteCount: Int) throws {
        let server = try AnsweringServer.clear()
        let channel = HTTPChannel(.local(server.port))
        let before = try Self.peakByteCount()
        #expect(channel.failure("/bomb/\(byteCount)", Self.options(limit: 1 << 20))?.code == .resourceExhausted)
        // What is not held can be as large as it likes.
        var count = 0
        _ = try channel.stream(.get, "/bomb/\(byteCount)", options: Self.options(limit: 100 << 20)) { _, bytes in
            count += bytes.byteCount
            return count < 50 << 20
        }
        #expect(count >= 50 << 20)
        // Other tests take some, too.
        #expect(try Self.peakByteCount() - before < 700 << 20)
    }

    /// The most memory that this process ever had.
    private static func peakByteCount() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(line.split(separator: " ").compactMap { Int($0) }.first) << 10
    }
}
