import RemoteCalls
import SecretMemory
import TestSupport
import Testing

/// `HTTPChannel.stream`: the body as it comes.
struct StreamTests {
    @Test func handsOverPieces() throws {
        let server = try AnsweringServer.clear()
        let channel = HTTPChannel(.local(server.port))
        var (pieces, text) = (0, [UInt8]())
        let head = try channel.stream(.get, "/gzip") { head, bytes in
            // The head is there with the first piece.
            #expect(head.status == 200 && head["content-length"] != nil && bytes.byteCount > 0)
            pieces += 1
            text += bytes.copiedToArray()
            return true
        }
        #expect(head.status == 200 && pieces > 0)
        #expect(text == Array((0..<20000).map { "line \($0)\n" }.joined().utf8))
    }

    /// Who has enough of an endless answer gets the head, and can ask again.
    @Test func givesUpInTheMiddle() throws {
        let server = try AnsweringServer.clear()
        let channel = HTTPChannel(.local(server.port), connectionLimit: 1)
        for _ in 0..<3 {
            var count = 0
            let head = try channel.stream(.get, "/endless", options: CallOptions(timeout: .seconds(20))) { _, bytes in
                count += bytes.byteCount
                return count < 100_000
            }
            #expect(head.status == 200 && count >= 100_000)
        }
        #expect(try channel.fields()["host"] != nil)
    }

    /// The limit counts, whoever looks at it.
    @Test func endsAtTheLimit() throws {
        let server = try AnsweringServer.clear()
        let channel = HTTPChannel(.local(server.port))
        var count = 0
        let error = #expect(throws: RemoteCallError.self) {
            _ = try channel.stream(.get, "/endless", options: CallOptions(messageByteCountLimit: 100_000)) { _, bytes in
                count += bytes.byteCount
                return true
            }
        }
        #expect(error?.code == .resourceExhausted && count <= 100_000)
    }
}
