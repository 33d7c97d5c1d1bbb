import ProtobufWire
import RemoteCalls
import SecretMemory
import TestSupport
import Testing

@testable import EtcdClient

/// The answers of etcd, and those that none would give.
struct MessageTests {
    private static let peer = RemotePeer(.host("etcd", port: 2379))

    /// A `RangeResponse` in the making. The defaults are what a member answers that has come to revision 50.
    private struct Answer {
        var header: [UInt8]? = message([(1, 7), (2, 8), (3, 50), (4, 2)])
        var records: [[UInt8]] = []
        var more: UInt64 = 0
        var count: UInt64?

        var bytes: [UInt8] {
            var writer = WireWriter()
            if let header { writer.append(1, bytes: header.span.rawBytes) }
            for record in records { writer.append(2, bytes: record.span.rawBytes) }
            if more != 0 { writer.append(3, varint: more) }
            writer.append(4, varint: count ?? UInt64(records.count))
            return writer.finish().finish().bytes.copiedToArray()
        }
    }

    private static func message(_ numbers: [(Int, UInt64)]) -> [UInt8] {
        var writer = WireWriter()
        for (number, value) in numbers { writer.append(number, varint: value) }
        return writer.finish().finish().bytes.copiedToArray()
    }

    private static func record(
        _ key: String, create: UInt64 = 3, mod: UInt64 = 4, value: String = "v"
    ) -> [UInt8] {
        var writer = WireWriter()
        writer.append(1, string: key)
        for (number, value) in [(2, create), (3, mod), (4, 2)] { writer.append(number, varint: value) }
        writer.append(5, string: value)
        writer.append(6, varint: 99)
        return writer.finish().finish().bytes.copiedToArray()
    }

    private static func page(_ bytes: [UInt8], _ request: RangeRequest) throws(AnswerFault) -> EtcdPage {
        try EtcdPage(SecretKey(bytes), answering: request, from: peer)
    }

    private static func request(revision: Int64 = 0, limit: Int = 0, isCountOnly: Bool = false) -> RangeRequest {
        var request = RangeRequest(KeyRange(prefix: Array("/a".utf8)))
        (request.revision, request.limit, request.isCountOnly) = (revision, limit, isCountOnly)
        return request
    }

    @Test func readsAPage() throws {
        let answer = Answer(records: [Self.record("/a1"), Self.record("/a2", value: "")], more: 1, count: 9)
        let page = try Self.page(answer.bytes, Self.request(limit: 2))
        #expect(page.header == ResponseHeader(clusterID: 7, memberID: 8, revision: 50, raftTerm: 2))
        #expect(page.hasMore && page.keyCount == 9 && page.peer == Self.peer && page.byteCount == answer.bytes.count)
        #expect(
            page.records.map { Entry($0, of: page) } == [
                Entry(
                    key: Array("/a1".utf8), value: Array("v".utf8), createRevision: 3, modRevision: 4, version: 2,
                    lease: 99),
                Entry(key: Array("/a2".utf8), value: [], createRevision: 3, modRevision: 4, version: 2, lease: 99),
            ])
    }

    @Test func refusesWhatCannotBe() throws {
        let cases: [(Answer, RangeRequest, AnswerFault)] = [
            (Answer(header: nil), Self.request(), .noHeader),
            (Answer(header: Self.message([(3, 1 << 63)])), Self.request(), .number),
            (Answer(header: [0x0a, 0]), Self.request(), .fieldType(1)),
            (Answer(header: [0x08]), Self.request(), .wire(.truncated)),
            (Answer(records: [Self.record("/a2"), Self.record("/a1")]), Self.request(), .keyOrder),
            (Answer(records: [Self.record("/a1"), Self.record("/a1")]), Self.request(), .keyOrder),
            (Answer(records: [Self.record("/b")]), Self.request(), .keyOutsideRange),
            (Answer(records: [Self.record("")]), Self.request(), .keyOutsideRange),
            (Answer(records: [Self.record("/a1"), Self.record("/a2")]), Self.request(limit: 1), .keyCount),
            (Answer(records: [Self.record("/a1")]), Self.request(isCountOnly: true), .keyCount),
            (Answer(records: [Self.record("/a1", mod: 51)]), Self.request(), .recordNumbers),
            (Answer(records: [Self.record("/a1", mod: 41)]), Self.request(revision: 40), .recordNumbers),
            (Answer(records: [Self.record("/a1", create: 5)]), Self.request(), .recordNumbers),
            (Answer(records: [Self.record("/a1", create: 0)]), Self.request(), .recordNumbers),
            (Answer(records: [Self.record("/a1", mod: 1 << 63)]), Self.request(), .number),
            (Answer(), Self.request(revision: 51), .revision),
            (Answer(more: 1, count: 3), Self.request(limit: 5), .total),
            (Answer(records: [Self.record("/a1")], more: 1), Self.request(limit: 1), .total),
            (Answer(records: [Self.record("/a1")], count: 2), Self.request(), .total),
            (Answer(count: 1 << 63), Self.request(isCountOnly: true), .number),
        ]
        for (number, (answer, request, fault)) in cases.enumerated() {
            #expect(throws: fault, "case \(number)") { try Self.page(answer.bytes, request) }
        }
        #expect(try Self.page(Answer(count: 12).bytes, Self.request(isCountOnly: true)).keyCount == 12)
    }

    /// Whatever is changed in an answer, reading it ends, and what comes of it keeps what is promised of a page.
    @Test(arguments: 0..<500 as Range<UInt64>)
    func changedAnswersNeverTrap(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let request = Self.request(revision: 40, limit: 5)
        let records = (1...5).map { Self.record("/a\($0)", value: "value \($0)") }
        let bytes = Self.changed(Answer(records: records, more: 1, count: 9).bytes, using: &random)
        guard let page = try? Self.page(bytes, request) else { return }
        let keys = page.records.map { Entry($0, of: page).key }
        #expect(keys.allSatisfy { $0.starts(with: Array("/a".utf8)) } && keys.count <= 5)
        #expect(zip(keys, keys.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
        #expect(page.records.allSatisfy { $0.modRevision <= 40 && $0.createRevision > 0 })
        #expect(page.keyCount >= keys.count && page.header.revision >= 40)
    }

    @Test(arguments: 0..<500 as Range<UInt64>)
    func otherChangedMessagesNeverTrap(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var writer = WireWriter()
        writer.append(1, bytes: Self.message([(1, 7), (3, 50)]).span.rawBytes)
        writer.append(2, string: "3.5.30")
        for number in [3, 4, 5, 7, 9, 10] { writer.append(number, varint: 300) }
        writer.append(8, string: "memberID:1 alarm:NOSPACE ")
        let whole = writer.finish().finish().bytes.copiedToArray()
        let status = try EtcdStatus(whole.span.rawBytes, peer: Self.peer)
        #expect(status.errors.count == 1 && status.version == "3.5.30" && status.usedByteCount == 300)
        let bytes = Self.changed(whole, using: &random)
        _ = try? EtcdStatus(bytes.span.rawBytes, peer: Self.peer)
        if let (_, token) = try? Authenticate.answer(bytes.span.rawBytes) {
            #expect(token.utf8.allSatisfy { (0x21...0x7e).contains($0) } && !token.isEmpty)
        }
        if let piece = try? SnapshotPiece(bytes.span.rawBytes) {
            #expect(piece.blob.upperBound <= bytes.count && piece.remainingByteCount >= 0)
        }
    }

    /// Some bytes changed, taken out or put in; mostly few, so that what stands behind them is reached.
    private static func changed(_ bytes: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.remove(at: index)
            case 1: bytes.insert(.random(in: .min ... .max, using: &random), at: index)
            case 2: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            default: bytes[index] = .random(in: .min ... .max, using: &random)
            }
            if bytes.isEmpty { return bytes }
        }
        return bytes
    }

    /// A token goes into a header field, where a line break would begin another one.
    @Test(arguments: ["", "a\r\nb: c", "a b", "schlüssel"])
    func refusesTokens(_ token: String) {
        var writer = WireWriter()
        writer.append(1, bytes: Self.message([(1, 7)]).span.rawBytes)
        writer.append(2, string: token)
        let bytes = writer.finish().finish().bytes.copiedToArray()
        #expect(throws: AnswerFault.token) { _ = try Authenticate.answer(bytes.span.rawBytes) }
    }

    /// Fields in ascending order, and none that is empty (api/etcdserverpb/rpc.proto; put together by hand).
    @Test func writesRequests() {
        var request = RangeRequest(KeyRange(prefix: Array("/a".utf8)))
        #expect(Self.hex(request) == "0a022f6112022f62")
        (request.limit, request.revision) = (500, 300)
        (request.isSerializable, request.isKeysOnly, request.isCountOnly) = (true, true, true)
        #expect(Self.hex(request) == "0a022f6112022f6218f40320ac02380140014801")
        #expect(Self.hex(RangeRequest(.everything)) == "0a0100120100")
        #expect(Self.hex(RangeRequest(KeyRange(key: Array("/a".utf8)))) == "0a022f61")
        #expect(Self.hex(RangeRequest(KeyRange(from: [7], before: [7, 1]))) == "0a0107120207" + "01")
        let login = Authenticate.request(EtcdLogin("root", "pass"))
        let bytes = login.bytes.copiedToArray()
        #expect(bytes == [10, 4] + Array("root".utf8) + [18, 4] + Array("pass".utf8))
    }

    private static func hex(_ request: RangeRequest) -> String {
        let message = request.encoded()
        return message.bytes.copiedToArray().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
