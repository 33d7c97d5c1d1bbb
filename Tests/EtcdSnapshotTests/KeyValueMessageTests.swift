import ProtobufWire
import TestSupport
import Testing

@testable import EtcdSnapshot

struct KeyValueMessageTests {
    @Test(arguments: [
        // As etcd writes them: all fields, no value, no lease, a tombstone.
        "0a0161 1005 1807 2002 2a0178 3009", "0a0161 1005 1807 2002", "0a0161 1005 1807 2002 2a0178", "0a0161",
        "0a0161 10ffffffffffffffff7f 1801 2001",
    ])
    func readsInOrder(_ digits: String) throws {
        let bytes = hex(digits)
        let message = try #require(quick(bytes))
        #expect(try message == thorough(bytes))
        #expect(Array(bytes[message.key]) == [0x61])
    }

    /// Right, but not as etcd writes it: the other order, a field twice, an unknown one, a group.
    @Test(arguments: ["2a0178 0a0161", "0a0162 0a0161", "0a0161 3a00", "0a0161 4b4c", "10ffffffffffffffffff01 0a0161"])
    func readsAnyOrder(_ digits: String) throws {
        let bytes = hex(digits)
        #expect(quick(bytes) == nil)
        let message = try KeyValueMessage(in: 0..<bytes.count, of: bytes.span.bytes)
        #expect(Array(bytes[message.key]) == [0x61])
    }

    @Test(
        arguments: [
            ("0a", .record(.truncated)), ("0a0261", .record(.truncated)), ("0a0161 10", .record(.truncated)),
            ("0a0161 2affffffffffffffffff01", .record(.truncated)),
            ("0a0161 10ffffffffffffffffff02", .record(.varintOverflow)), ("0a0161 07", .record(.fieldNumber)),
            ("0a0161 2805", .recordFieldType(5)), ("0801", .recordFieldType(1)),
        ] as [(String, ElementFault)])
    func refuses(_ digits: String, _ fault: ElementFault) {
        let bytes = hex(digits)
        #expect(throws: fault) { try KeyValueMessage(in: 0..<bytes.count, of: bytes.span.bytes) }
    }

    /// The quick reader accepts nothing that the thorough one does not, and reads the same.
    @Test(arguments: 0..<32 as Range<UInt64>)
    func bothReadersAgree(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let whole = hex("0a0361622f 10e807 18f0b1cf01 2002 2a05 68656c6c6f 3009")
        for _ in 0..<500 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let offset = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[offset] = UInt8.random(in: .min ... .max, using: &random)
                case 1: bytes.insert(contentsOf: random.bytes(2), at: offset)
                default: if bytes.count > 1 { bytes.remove(at: offset) }
                }
            }
            guard let quick = quick(bytes) else { continue }
            #expect(try quick == thorough(bytes))
        }
    }

    private func quick(_ bytes: [UInt8]) -> KeyValueMessage? {
        KeyValueMessage(inOrder: 0..<bytes.count, of: bytes.span.bytes)
    }

    private func thorough(_ bytes: [UInt8]) throws -> KeyValueMessage {
        try KeyValueMessage(inAnyOrder: 0..<bytes.count, of: bytes.span.bytes)
    }
}
