import Foundation
import KubernetesObjects
import TestSupport
import Testing

/// Kinds in protobuf whose fields have names here.
struct NamedFieldsTests {
    /// Everything is what the JSON of the object has. The files have each field set (made.py).
    @Test(arguments: [
        "core.v1.ServiceAccount", "core.v1.Event", "events.k8s.io.v1.Event", "events.k8s.io.v1beta1.Event",
    ])
    func readsWhatKubernetesReads(_ name: String) throws {
        let plaintext = try TestData.bytes("objects/made/\(name).pb")
        let object = try StoredObject(reading: plaintext.span.bytes)
        #expect(object.coverage == .whole)
        let yaml = try ManifestWriterTests.manifest(plaintext, reveal: true)
        let manifests = try JSONSerialization.jsonObject(with: PyYAML.json(of: Array(yaml.utf8))) as? [Any]
        var manifest = try #require(manifests?.first as? [String: Any])
        let json = Data(try TestData.bytes("objects/made/\(name).json"))
        var expected = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
        for key in ["metadata"] {
            #expect(manifest.removeValue(forKey: key) != nil && expected.removeValue(forKey: key) != nil)
        }
        #expect(NSDictionary(dictionary: manifest) == NSDictionary(dictionary: expected))

        let redacted = try ManifestWriterTests.manifest(plaintext, reveal: false)
        let head = try #require(redacted.range(of: "  finalizers:\n  - finalizersValue\n")).upperBound
        let (names, values) = (yaml[head...].names, redacted[head...])
        #expect(redacted[head...].names == names && !values.contains("Value") && !values.contains("T01:01:01"))
    }

    /// As written for an object that sets nothing: empty texts, zeros, times that are none.
    @Test func leavesOutWhatIsEmpty() throws {
        let reference = (1...7).flatMap { ProtobufBytes.field($0, "") }
        let content =
            ProtobufBytes.field(2, reference) + ProtobufBytes.field(3, "") + ProtobufBytes.field(4, "")
            + ProtobufBytes.field(5, ProtobufBytes.field(1, "") + ProtobufBytes.field(2, ""))
            + ProtobufBytes.field(6, "")
            + ProtobufBytes.field(7, "") + ProtobufBytes.field(8, varint: 0) + ProtobufBytes.field(9, "")
            + ProtobufBytes.field(10, "") + ProtobufBytes.field(12, "") + ProtobufBytes.field(14, "")
        let text = try manifest(ProtobufBytes.object("v1", "Event", content))
        #expect(text.hasSuffix("metadata:\n  name: \"n\"\ninvolvedObject: {}\nsource: {}\n"))
    }

    /// A false is no absence: the token is not mounted.
    @Test func showsAFalse() throws {
        let content =
            ProtobufBytes.field(2, ProtobufBytes.field(3, "token-a"))
            + ProtobufBytes.field(2, ProtobufBytes.field(3, "token-b"))
            + ProtobufBytes.field(3, ProtobufBytes.field(1, "pull")) + ProtobufBytes.field(4, varint: 0)
        #expect(
            try manifest(ProtobufBytes.object("v1", "ServiceAccount", content)).hasSuffix(
                """
                automountServiceAccountToken: false
                imagePullSecrets:
                  - name: pull
                secrets:
                  - name: token-a
                  - name: token-b

                """))
    }

    /// What is newer than this program is not left out, at the top and within.
    @Test func showsWhatHasNoName() throws {
        let content =
            ProtobufBytes.field(2, ProtobufBytes.field(3, "o") + ProtobufBytes.field(8, "new"))
            + ProtobufBytes.field(3, "Failed")
            + ProtobufBytes.field(16, varint: 7)
        let plaintext = ProtobufBytes.object("v1", "Event", content)
        #expect(try StoredObject(reading: plaintext.span.bytes).coverage == .byNumber)
        #expect(
            try manifest(plaintext).hasSuffix(
                """
                involvedObject:
                  name: o
                  "8": new
                reason: Failed
                # Not a manifest: encconf knows these fields by their protobuf numbers only.
                # Whether bytes are a message or a text is a guess.
                fields:
                  "16": 7

                """))
        let secret = ProtobufBytes.object("v1", "Secret", ProtobufBytes.field(6, "new"))
        #expect(try manifest(secret).hasSuffix("fields:\n  \"6\": new\n"))
    }

    /// The last of a text counts; messages are put together, as protobuf has it.
    @Test func readsRepeatedFields() throws {
        let content =
            ProtobufBytes.field(3, "first") + ProtobufBytes.field(5, ProtobufBytes.field(1, "kubelet"))
            + ProtobufBytes.field(3, "last") + ProtobufBytes.field(5, ProtobufBytes.field(2, "node"))
        #expect(
            try manifest(ProtobufBytes.object("v1", "Event", content))
                .hasSuffix("reason: last\nsource:\n  component: kubelet\n  host: node\n"))
    }

    @Test(
        arguments: [
            ("1 second", 1, 0, #"firstTimestamp: "1970-01-01T00:00:01Z""#),
            ("a time before", UInt64(bitPattern: -1), 0, #"firstTimestamp: "1969-12-31T23:59:59Z""#),
            ("nanoseconds do not count", 1, 999_999_999, #"firstTimestamp: "1970-01-01T00:00:01Z""#),
            ("no RFC 3339", 1 << 60, 5, "firstTimestamp:\n  \"1\": 1152921504606846976\n  \"2\": 5"),
        ] as [(String, UInt64, UInt64, String)])
    func writesTimes(_ name: String, _ seconds: UInt64, _ nanoseconds: UInt64, _ text: String) throws {
        let time = ProtobufBytes.field(1, varint: seconds) + ProtobufBytes.field(2, varint: nanoseconds)
        #expect(try manifest(ProtobufBytes.object("v1", "Event", ProtobufBytes.field(6, time))).hasSuffix(text + "\n"))
    }

    @Test(
        arguments: [
            (0, "000000"), (999, "000000"), (1_000, "000001"), (123_456_789, "123456"), (999_999_999, "999999"),
        ] as [(UInt64, String)])
    func writesMicroseconds(_ nanoseconds: UInt64, _ digits: String) throws {
        let time = ProtobufBytes.field(1, varint: 5) + ProtobufBytes.field(2, varint: nanoseconds)
        let text = try manifest(ProtobufBytes.object("v1", "Event", ProtobufBytes.field(10, time)))
        #expect(text.hasSuffix("eventTime: \"1970-01-01T00:00:05.\(digits)Z\"\n"))
    }

    @Test(arguments: [1_000_000_000, UInt64(bitPattern: -1)])
    func nanosecondsThatAreNone(_ nanoseconds: UInt64) throws {
        let time = ProtobufBytes.field(1, varint: 5) + ProtobufBytes.field(2, varint: nanoseconds)
        let text = try manifest(ProtobufBytes.object("v1", "Event", ProtobufBytes.field(10, time)))
        #expect(text.contains("eventTime:\n  \"1\": 5\n"))
    }

    /// As Kubernetes' decoders have it, a field of another wire type is an error.
    @Test(arguments: [
        ProtobufBytes.field(3, varint: 1), ProtobufBytes.field(8, "text"), ProtobufBytes.field(2, varint: 1),
        ProtobufBytes.field(5, ProtobufBytes.field(1, varint: 1)), ProtobufBytes.field(6, varint: 5),
    ])
    func refusesAnotherType(_ content: [UInt8]) {
        #expect(throws: StoredObjectError.fieldType) { try manifest(ProtobufBytes.object("v1", "Event", content)) }
    }

    @Test func refusesDamage() {
        let content = ProtobufBytes.field(2, [0x1a, 0x05, 0x61])
        #expect(throws: StoredObjectError.protobuf(.truncated)) {
            try manifest(ProtobufBytes.object("v1", "Event", content))
        }
    }

    @Test func limitsParts() throws {
        let reference = ProtobufBytes.field(3, "s")
        func account(_ count: Int) -> [UInt8] {
            ProtobufBytes.object(
                "v1", "ServiceAccount", Array(repeatElement(ProtobufBytes.field(2, reference), count: count).joined()))
        }
        // Each is a field, and has one.
        #expect(throws: Never.self) { try manifest(account(StoredObject.partLimit / 2)) }
        #expect(throws: StoredObjectError.tooManyParts) { try manifest(account(StoredObject.partLimit / 2 + 1)) }
    }

    /// A bit that flips gives another object or an error, never a trap.
    @Test(arguments: ["core.v1.ServiceAccount", "core.v1.Event", "coordination.k8s.io.v1.Lease"])
    func damageNeverTraps(_ name: String) throws {
        let plaintext = try TestData.bytes("objects/made/\(name).pb")
        for offset in plaintext.indices {
            for bit in [0, 1, 3, 7] {
                var damaged = plaintext
                damaged[offset] ^= 1 << bit
                _ = try? manifest(damaged)
            }
        }
    }

    private func manifest(_ plaintext: [UInt8]) throws -> String {
        try ManifestWriterTests.manifest(plaintext, reveal: true)
    }
}

extension Substring {
    /// The names in a manifest, with how far they are indented.
    fileprivate var names: [Substring] {
        split(separator: "\n").compactMap { line in line.firstIndex(of: ":").map { line[..<$0] } }
    }
}
