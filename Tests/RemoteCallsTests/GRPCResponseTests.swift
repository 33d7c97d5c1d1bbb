import SecretMemory
import TestSupport
import Testing

@testable import RemoteCalls

/// A status counts only within an answer of gRPC (gRPC over HTTP2, "Response-Headers").
struct GRPCResponseTests {
    @Test(arguments: ["0", "5", "x"])
    func aStatusOfAnotherAnswerDoesNotCount(status: String) {
        for type in ["text/html", "application/json", nil] {
            let lines = ["HTTP/2 200"] + (type.map { ["content-type: \($0)"] } ?? []) + ["grpc-status: \(status)"]
            let failure = #expect(throws: CallFailure.self) { try Self.finish(lines) }
            #expect(failure?.code == .unknown && failure?.message.contains("content-type") == true)
        }
    }

    @Test func aStatusOfGRPCCounts() throws {
        try Self.finish(["HTTP/2 200", "content-type: application/grpc", "grpc-status: 0"])
        let failure = #expect(throws: CallFailure.self) {
            try Self.finish(["HTTP/2 200", "content-type: application/grpc", "grpc-status: 5"])
        }
        #expect(failure?.code == .notFound)
    }

    private static func finish(_ lines: [String]) throws {
        var arrivals = Arrivals()
        for line in lines { _ = arrivals.addHeader(Array(line.utf8).span.rawBytes) }
        var response = GRPCResponse(messageByteCountLimit: 100)
        _ = try response.take(arrivals) { _ in true }
        try response.finish(.finished, peer: RemotePeer(.unixSocket(path: "/run/plugin.sock")))
    }
}
