import SecretMemory
import TestSupport
import Testing

@testable import RemoteCalls

struct GRPCHeadTests {
    @Test func readsHeaderFieldsAndTrailers() throws {
        let head = Self.head([
            "HTTP/2 100", "", "HTTP/2 200 ", "Content-Type: application/grpc+proto", "x: y", "", "grpc-status: 5",
            "grpc-message:  not %66ound: %E2%82%AC 100 % %zz \t", "",
        ])
        try head.checkGRPC()
        #expect(head.status == 200)
        #expect(
            try head.grpcStatus() == CallFailure(code: .notFound, message: "not found: € 100 % %zz", origin: .peer))
    }

    /// What an interim answer says is forgotten.
    @Test func startsAnewWithEachStatusLine() throws {
        let head = Self.head(["HTTP/2 103", "grpc-status: 0", "", "HTTP/2 200", "content-type: application/grpc"])
        #expect(try head.grpcStatus() == nil)
    }

    @Test(arguments: [
        "application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8", "Application/GRPC",
    ])
    func takesAsGRPC(_ type: String) throws { try Self.head(["HTTP/2 200", "content-type: \(type)"]).checkGRPC() }

    @Test(
        arguments: [
            (["HTTP/2 200", "content-type: text/html"], .unknown, "received unexpected content-type \"text/html\""),
            (
                ["HTTP/2 200", "content-type: application/grpcx"], .unknown,
                "received unexpected content-type \"application/grpcx\""
            ),
            (["HTTP/2 200"], .unknown, "malformed header: missing HTTP content-type"),
            (
                ["HTTP/2 404", "content-type: text/html; charset=utf-8"], .unimplemented,
                "unexpected HTTP status code received from server: 404; transport: received unexpected content-type "
                    + "\"text/html; charset=utf-8\""
            ),
            (
                ["HTTP/2 503"], .unavailable,
                "unexpected HTTP status code received from server: 503; transport: missing content-type field"
            ),
        ] as [([String], StatusCode, String)])
    func tellsWhatIsNotGRPC(lines: [String], code: StatusCode, text: String) {
        #expect(throws: CallFailure(code: code, message: text)) { try Self.head(lines).checkGRPC() }
    }

    @Test(arguments: ["", "x", "-1", "+5", "4294967296", "5 5"])
    func refusesStatus(_ text: String) {
        #expect(throws: CallFailure(code: .unknown, message: "transport: malformed grpc-status: \(text)")) {
            try Self.head(["HTTP/2 200", "grpc-status: \(text)"]).grpcStatus()
        }
    }

    /// The names of all seventeen codes, and of one that does not exist.
    @Test func namesCodesAsGoDoes() {
        #expect(
            (0...17).map { StatusCode(rawValue: $0).description } == [
                "OK", "Canceled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound", "AlreadyExists",
                "PermissionDenied", "ResourceExhausted", "FailedPrecondition", "Aborted", "OutOfRange",
                "Unimplemented", "Internal", "Unavailable", "DataLoss", "Unauthenticated", "Code(17)",
            ])
    }

    /// Lines of any bytes never trap, and what a message resolves to is never longer than it was.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func arbitraryLinesNeverTrap(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var head = HTTPHead()
        let beginnings = ["", "HTTP/", "HTTP/2 ", "grpc-status:", "grpc-message:", "content-type:", ":"]
        for _ in 0..<20 {
            var line = Array((beginnings.randomElement(using: &random) ?? "").utf8)
            line += random.bytes(Int.random(in: 0...12, using: &random)).map { Bool.random() ? $0 : $0 % 64 }
            head.read(line.span.rawBytes)
            _ = try? head.grpcStatus()
            _ = try? head.checkGRPC()
        }
        let text = String(decoding: random.bytes(40).map { $0 % 3 == 0 ? 0x25 : $0 & 0x7f }, as: UTF8.self)
        #expect(HTTPHead.percentDecoded(text).unicodeScalars.count <= text.unicodeScalars.count)
    }

    @Test(arguments: [
        (Duration.milliseconds(3000), "3000m"), (.nanoseconds(1), "1m"), (.milliseconds(99_999_999), "99999999m"),
        (.seconds(100_000), "100000S"), (.seconds(1_000_000_000), "99999999S"),
    ])
    func writesTimeouts(_ timeout: Duration, text: String) {
        #expect(GRPCChannel.timeoutText(timeout) == text)
    }

    private static func head(_ lines: [String]) -> HTTPHead {
        var head = HTTPHead()
        for line in lines {
            let bytes = Array("\(line)\r\n".utf8)
            head.read(bytes.span.rawBytes)
        }
        return head
    }
}
