import SecretMemory
import TestSupport
import Testing

@testable import RemoteCalls

struct FrameReaderTests {
    /// A body of some messages, cut anywhere, gives the same messages.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func readsMessagesHoweverTheyAreCut(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let messages = (0..<Int.random(in: 0...6, using: &random)).map { _ in
            random.bytes(Int.random(in: 0...300, using: &random))
        }
        let body = messages.flatMap { Self.prefix(length: $0.count) + $0 }
        var reader = FrameReader(limit: 300)
        var read: [[UInt8]] = []
        for piece in Self.cut(body, using: &random) {
            let isMoreWanted = try reader.read(piece.span.rawBytes) { message in
                read.append(message.bytes.copiedToArray())
                return true
            }
            #expect(isMoreWanted)
        }
        #expect(read == messages)
        let isBetweenMessages = reader.isBetweenMessages
        #expect(isBetweenMessages)
    }

    /// A body that ends early is seen to.
    @Test(arguments: 1..<12)
    func noticesThatAMessageIsMissingItsEnd(length: Int) throws {
        let body = Self.prefix(length: 7) + [UInt8](repeating: 1, count: 7)
        var reader = FrameReader(limit: 7)
        _ = try reader.read(Array(body[..<length]).span.rawBytes) { _ in true }
        let isBetweenMessages = reader.isBetweenMessages
        #expect(!isBetweenMessages)
    }

    @Test func stopsWhenNoMoreIsWanted() throws {
        let body = Self.prefix(length: 0) + Self.prefix(length: 0)
        var reader = FrameReader(limit: 7)
        var count = 0
        let isMoreWanted = try reader.read(body.span.rawBytes) { _ in
            count += 1
            return false
        }
        #expect(!isMoreWanted && count == 1)
    }

    @Test(
        arguments: [
            ([1, 0, 0, 0, 1], StatusCode.internal, "grpc: compressed flag set with identity or empty encoding"),
            ([2, 0, 0, 0, 1], .internal, "grpc: received unexpected payload format 2"),
            ([60, 104, 116, 109, 108], .internal, "grpc: received unexpected payload format 60"),
            ([0, 0, 0, 0, 8], .resourceExhausted, "grpc: received message larger than max (8 vs. 7)"),
            ([0, 255, 255, 255, 255], .resourceExhausted, "grpc: received message larger than max (4294967295 vs. 7)"),
        ] as [([UInt8], StatusCode, String)])
    func refuses(prefix: [UInt8], code: StatusCode, text: String) {
        #expect(throws: CallFailure(code: code, message: text)) {
            var reader = FrameReader(limit: 7)
            _ = try reader.read(prefix.span.rawBytes) { _ in true }
        }
    }

    /// Whatever comes, the reader ends, and holds no more than one message may be long.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func arbitraryBytesNeverTrap(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var bytes = random.bytes(Int.random(in: 0...400, using: &random))
        // Mostly plausible, or nothing after the first byte would ever be reached.
        for offset in bytes.indices where Bool.random(using: &random) { bytes[offset] = 0 }
        var reader = FrameReader(limit: 64)
        var count = 0
        do throws(CallFailure) {
            for piece in Self.cut(bytes, using: &random) {
                _ = try reader.read(piece.span.rawBytes) { message in
                    count += FrameReader.prefixByteCount + message.count
                    return true
                }
            }
        } catch {
            #expect([StatusCode.internal, .resourceExhausted].contains(error.code))
        }
        #expect(count <= bytes.count)
    }

    private static func prefix(length: Int) -> [UInt8] {
        [0] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) }
    }

    private static func cut(_ bytes: [UInt8], using random: inout SeededGenerator) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Int.random(in: 0...rest.count, using: &random)
            pieces.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return pieces
    }
}
