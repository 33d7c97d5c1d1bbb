import Foundation
import JSONText
import SecretMemory
import TestSupport
import Testing

@testable import KubernetesObjects

/// Protobuf of which only the numbers of fields are known.
struct NumberedFieldsTests {
    /// Every text of a Deployment with each field set is found, and nothing else is taken for one. (FieldsV1 is JSON in
    /// bytes.)
    @Test(arguments: ["apps.v1.Deployment", "coordination.k8s.io.v1.Lease"])
    func findsEveryText(_ name: String) throws {
        let plaintext = try TestData.bytes("objects/made/\(name).pb")
        let json = Data(try TestData.bytes("objects/made/\(name).json"))
        let object = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
        var expected: Set<String> = []
        func collect(_ value: Any) {
            switch value {
            case let text as String: if text.wholeMatch(of: /\d{4}-\d\d-\d\dT.*Z/) == nil { expected.insert(text) }
            case let map as [String: Any]:
                for (key, value) in map {
                    // The keys of maps with entries of the user's.
                    if key.hasSuffix("Key"), key != "topologyKey" { expected.insert(key) }
                    collect(value)
                }
            case let list as [Any]: list.forEach(collect)
            default: break
            }
        }
        for key in ["spec", "status"] { if let value = object[key] { collect(value) } }
        let report = try self.report(on: plaintext, reveal: true)
        let texts = Set(
            report.values.filter { $0.type == "text" }.compactMap { $0.value }.map { value in
                String(decoding: Data(base64Encoded: value) ?? Data(), as: UTF8.self)
            })
        #expect(expected.subtracting(texts).isEmpty, "\(expected.subtracting(texts))")
        let extra = texts.subtracting(expected).subtracting(["{}", ""])
        #expect(extra.isSubset(of: ["limitsKey", "requestsKey", "claimsKey"]), "\(extra)")
        #expect(report.values.allSatisfy { ["text", "varint"].contains($0.type) })
    }

    /// A message, a text, or bytes: what each of them is taken for.
    @Test(
        arguments: [
            ("0a0161", "message"), ("0a01611000", "message"), ("0800", "message"),
            ("08ffffffffffffffffff01", "message"),
            ("0a00", "message"), ("1200", "message"), ("0a02 0801", "message"),
            // References by a long name: their text could be read.
            ("0a24" + String(repeating: "61", count: 36), "message"),
            ("0a24" + String(repeating: "61", count: 35), "text"),
            ("", "text"), ("68656c6c6f", "text"), ("c3a9", "text"),
            // Words that are whole messages: field 13, 12 or 5.
            ("6831", "text"), ("6578747261", "text"), ("2831", "text"),
            ("0a0562", "text"), ("00", "text"), ("0801ff", "bytes"), ("ff", "bytes"), ("0a01ff", "message"),
            // Not as Kubernetes writes it: long lengths and numbers, another order, field 0, groups, eight bytes.
            ("0a8100ff", "bytes"), ("08ff00", "bytes"), ("8a0001ff", "bytes"), ("1201ff0a01ff", "bytes"),
            ("0201ff", "bytes"),
            ("0b0c0a01ff", "bytes"), ("0a01ff0b0c", "bytes"), ("09ffffffffffffffff", "bytes"), ("0dffffffff", "bytes"),
            ("fa0f01ff", "message"), ("821001ff", "bytes"),
        ] as [(String, String)])
    func guesses(_ digits: String, _ type: String) throws {
        let bytes = hex(digits)
        let plaintext = ProtobufBytes.object("e.com/v1", "K", ProtobufBytes.field(2, bytes))
        let fields = try report(on: plaintext, reveal: true)
        #expect(type == (fields["2"]?.type ?? "message"))
        if let field = fields["2"] { #expect(field.bytes == bytes.count) }
    }

    @Test func showsEveryWireType() throws {
        let content =
            ProtobufBytes.field(2, varint: UInt64(bitPattern: -2)) + [0x1d, 1, 2, 3, 4]
            + [0x21, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f] + ProtobufBytes.field(5, [0xff]) + ProtobufBytes.field(6, "a")
            + ProtobufBytes.field(6, "b") + ProtobufBytes.field(7, ProtobufBytes.field(3, varint: 4))
            // Passed over: a group.
            + [0x43, 0x08, 0x01, 0x44]
        let plaintext = ProtobufBytes.object("e.com/v1", "K", content)
        #expect(
            try ManifestWriterTests.manifest(plaintext, reveal: true).hasSuffix(
                """
                fields:
                  "2": -2
                  "3": "0x04030201"
                  "4": "0x3ff8000000000000"
                  "5": !!binary /w==
                  "6":
                    - a
                    - b
                  "7":
                    "3": 4

                """))
        let redacted = try ManifestWriterTests.manifest(plaintext, reveal: false)
        for type in ["varint", "fixed32", "fixed64", "bytes", "text"] { #expect(redacted.contains(">\"  # \(type)\n")) }
        #expect(redacted.split(separator: "\n").filter { $0.contains("<redacted: ") }.count == 7)
        let fields = try report(on: plaintext, reveal: false)
        #expect(Set(fields.keys) == ["2", "3", "4", "5", "6[0]", "6[1]", "7.3"])
        #expect(fields.values.allSatisfy { $0.value == nil })
    }

    /// Fields that stand in any order come in the order of numbers.
    @Test func sortsByNumber() throws {
        let content =
            ProtobufBytes.field(11, "c") + ProtobufBytes.field(2, "a") + ProtobufBytes.field(11, "d")
            + ProtobufBytes.field(9, "b")
        #expect(
            try ManifestWriterTests.manifest(ProtobufBytes.object("e.com/v1", "K", content), reveal: true)
                .hasSuffix("fields:\n  \"2\": a\n  \"9\": b\n  \"11\":\n    - c\n    - d\n"))
    }

    /// The values count when an annotation is looked at.
    @Test func screensAnnotations() throws {
        let annotation = ProtobufBytes.field(12, ProtobufBytes.field(1, "note") + ProtobufBytes.field(2, "is hunter2"))
        let secret = ProtobufBytes.field(2, ProtobufBytes.field(1, ProtobufBytes.field(4, "hunter2")))
        let plaintext = ProtobufBytes.object("e.com/v1", "K", metadata: annotation, secret)
        #expect(try ManifestWriterTests.manifest(plaintext, reveal: false).contains("note: \"<redacted: 10 bytes"))
        let other = ProtobufBytes.object("e.com/v1", "K", metadata: annotation, ProtobufBytes.field(2, "hunter3"))
        #expect(try ManifestWriterTests.manifest(other, reveal: false).contains("note: \"is hunter2\"\n"))
    }

    // MARK: Limits

    /// Deeper messages are bytes.
    @Test func limitsDepth() throws {
        func nested(_ depth: Int) -> [UInt8] {
            (0..<depth).reduce(ProtobufBytes.field(3, varint: 200)) { inner, _ in ProtobufBytes.field(2, inner) }
        }
        func deepest(_ depth: Int) throws -> String? {
            try report(on: ProtobufBytes.object("e.com/v1", "K", nested(depth)), reveal: false).keys.first
        }
        let limit = ProtobufContent.depthLimit
        let path = repeatElement("2", count: limit - 1).joined(separator: ".")
        #expect(try deepest(limit - 1) == path + ".3")
        #expect(try deepest(limit) == path + ".2" && deepest(limit + 5) == path + ".2")
        #expect(throws: Never.self) { try deepest(3_000) }
    }

    /// More fields at the top than an object may have are refused; within, a message that has them is bytes.
    @Test func limitsParts() throws {
        let limit = StoredObject.partLimit
        func fields(_ count: Int) -> [UInt8] {
            Array(repeatElement(ProtobufBytes.field(2, varint: 1), count: count).joined())
        }
        func object(_ content: [UInt8]) throws -> StoredObject {
            try StoredObject(reading: ProtobufBytes.object("e.com/v1", "K", content).span.bytes)
        }
        #expect(throws: Never.self) { try object(fields(limit)) }
        #expect(throws: StoredObjectError.tooManyParts) { try object(fields(limit + 1)) }
        func isWhole(_ count: Int) throws -> Bool {
            let plaintext = ProtobufBytes.object("e.com/v1", "K", ProtobufBytes.field(3, fields(count)))
            return try report(on: plaintext, reveal: false)["3"] == nil
        }
        #expect(try isWhole(limit - 1) && !isWhole(limit))
    }

    /// Bytes that look like messages in messages, and at the end of each turn out to be none, are looked at once.
    @Test(arguments: [1, 2, 4])
    func worksInLinearTime(_ scale: Int) throws {
        // Each level is a whole message; the innermost is none, and long.
        let inner = Array(repeatElement(ProtobufBytes.field(1, varint: 1), count: 40_000 * scale).joined()) + [0x08]
        var content = inner
        for _ in 0..<25 { content = ProtobufBytes.field(2, content) }
        let wide = Array(repeatElement(ProtobufBytes.field(4, hex("0a 03 0a 01 ff 0b")), count: 20_000).joined())
        let plaintext = ProtobufBytes.object("e.com/v1", "K", content + wide)
        let time = ProcessorTime()
        _ = try StoredObject(reading: plaintext.span.bytes)
        #expect(time.seconds < 2)
    }

    private struct Field: Decodable {
        let type: String
        let bytes: Int
        let value: String?
    }

    private func report(on plaintext: [UInt8], reveal: Bool) throws -> [String: Field] {
        struct Report: Decodable { let fields: [String: Field]? }
        let bytes = plaintext.span.bytes
        var json = JSONWriter()
        let disclosure = Disclosure(isRevealed: reveal, tag: ManifestWriterTests.tag)
        try StoredObject(reading: bytes).write(to: &json, plaintext: bytes, disclosure: disclosure)
        let data = Data(json.finish().bytes.copiedToArray())
        return try JSONDecoder().decode(Report.self, from: data).fields ?? [:]
    }
}
