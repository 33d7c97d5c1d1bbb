import SecretMemory
import TestSupport
import Testing

@testable import ProtobufWire

struct WireWriterTests {
    @Test func writesEachKindOfField() {
        var buffer = SecretBuffer()
        buffer.append("k8s")
        var writer = WireWriter(appendingTo: buffer)
        writer.append(1, varint: 0)
        writer.append(2, varint: 300)
        writer.append(3, varint: .max)
        writer.append(16, string: "é")
        writer.append(WireField.largestNumber, bytes: hex("ff00").span.bytes)
        let expected = hex("6b3873 0800 10ac02 18ffffffffffffffffff01 820102c3a9 faffffff0f02ff00")
        #expect(writer.finish().bytes.copiedToArray() == expected)
    }

    @Test func isReadBack() throws {
        var writer = WireWriter()
        writer.append(1, bytes: [UInt8](repeating: 7, count: 200).span.bytes)
        let message = writer.finish()
        var reader = WireReader(message.bytes)
        #expect(try reader.next() == WireField(number: 1, type: .bytes, varint: 200, payload: 3..<203))
        #expect(try reader.next() == nil)
    }
}
