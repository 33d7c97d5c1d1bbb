import SecretMemory
import TestSupport
import Testing

@testable import ProtobufWire

struct WireWriterTests {
    @Test func writesEachKindOfField() {
        var writer = WireWriter()
        writer.append(1, varint: 0)
        writer.append(2, varint: 300)
        writer.append(3, varint: .max)
        writer.append(16, string: "é")
        let bytes = hex("ff00")
        writer.append(WireField.largestNumber, bytes: bytes.span.rawBytes)
        let message = writer.finish()
        let written = message.bytes.copiedToArray()
        #expect(written == hex("0800 10ac02 18ffffffffffffffffff01 820102c3a9 faffffff0f02ff00"))
    }

    @Test func isReadBack() throws {
        var writer = WireWriter()
        let bytes = [UInt8](repeating: 7, count: 200)
        writer.append(1, bytes: bytes.span.rawBytes)
        let message = writer.finish()
        var reader = WireReader(message.bytes)
        let (first, second) = (try reader.next(), try reader.next())
        #expect(first == WireField(number: 1, type: .bytes, varint: 200, payload: 3..<203))
        #expect(second == nil)
    }
}
