import SecretMemory

@testable import KubernetesAPI
@testable import RemoteCalls

/// What a peer sends.
enum FuzzedAnswer {
    /// A body of gRPC: however it is cut into pieces, it gives the same messages.
    static func frames(_ bytes: [UInt8]) {
        let whole = messages([bytes])
        let middle = bytes.count / 2
        precondition(whole == messages([Array(bytes[..<middle]), Array(bytes[middle...])]), "cut in two")
        // As many pieces as there are bytes take the longest.
        guard bytes.count <= 64 else { return }
        precondition(whole == messages(bytes.map { [$0] }), "cut into bytes")
    }

    private static func messages(_ pieces: [[UInt8]]) -> [[UInt8]] {
        var reader = FrameReader(limit: 1 << 16)
        var messages: [[UInt8]] = []
        for piece in pieces {
            let isMoreWanted = try? reader.read(piece.span.rawBytes) { message in
                messages.append(message.bytes.copiedToArray())
                return true
            }
            guard isMoreWanted == true else { break }
        }
        return messages
    }

    static func head(_ bytes: [UInt8]) {
        var head = HTTPHead()
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            head.read(Array(line).span.rawBytes)
        }
        _ = try? head.checkGRPC()
        _ = try? head.grpcStatus()
    }

    /// Metrics: however they are cut into pieces, they give the same samples.
    static func metrics(_ bytes: [UInt8]) {
        let whole = samples([bytes])
        let middle = bytes.count / 3
        precondition(whole == samples([Array(bytes[..<middle]), Array(bytes[middle...])]), "cut in two")
        let metrics = ServerMetrics(whole, isIncomplete: false)
        precondition(metrics.operations.allSatisfy { $0.count >= 0 && $0.count.isFinite }, "a number of operations")
    }

    private static func samples(_ pieces: [[UInt8]]) -> [MetricsScanner.Sample] {
        var scanner = MetricsScanner(["apiserver_"])
        for piece in pieces { scanner.read(piece.span.rawBytes) }
        scanner.finish()
        // NaN, which Go writes too, equals nothing.
        return scanner.samples.map { sample in
            sample.value.isNaN
                ? MetricsScanner.Sample(metric: sample.metric, labels: sample.labels, value: .infinity) : sample
        }
    }
}
