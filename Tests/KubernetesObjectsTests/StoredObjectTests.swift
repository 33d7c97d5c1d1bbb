import Foundation
import GoText
import KubernetesObjects
import SecretMemory
import TestSupport
import Testing

struct StoredObjectTests {
    /// Secret default/foo with k=v, byte by byte as the Kubernetes protobuf serializer writes it.
    static let example = hex(
        """
        6b387300 0a0c 0a027631 1206 536563726574
        1235 0a23 0a03666f6f 1200 1a0764656661756c74 2200 2a0175 3200 3800 4208 0880e2cfaa06 1000
        1206 0a016b 120176 1a06 4f7061717565
        1a00 2200
        """)

    @Test func readsTheExample() throws {
        let object = try StoredObject(reading: Self.example.span.bytes)
        #expect(object.encoding == .protobuf && object.coverage == .whole)
        #expect(object.apiVersion == "v1" && object.kind == "Secret" && object.type == "Opaque")
        #expect(object.metadata.namespace == "default" && object.metadata.name == "foo" && object.metadata.uid == "u")
        #expect(object.metadata.creationTimestamp == "2023-11-14T22:13:20Z")
        #expect(object.immutable == nil && object.data.map(\.key) == ["k"] && object.binaryData.isEmpty)
        #expect(try unpack(Self.example).data == ["k": [UInt8(ascii: "v")]])
    }

    @Test(arguments: try RecordedObject.all())
    func readsWhatKubernetesReads(_ recorded: RecordedObject) throws {
        let plaintext = try recorded.plaintext()
        let object = try StoredObject(reading: plaintext.span.bytes)
        guard let kind = recorded.kind else {
            #expect(object.coverage == (object.encoding == .protobuf ? .byNumber : .whole))
            return
        }
        let read = try unpack(plaintext)
        #expect(object.encoding.rawValue == recorded.encoding)
        #expect(read.identity.apiVersion.text == recorded.apiVersion && read.identity.kind.text == kind)
        #expect(read.identity.name.text == recorded.name && read.identity.namespace.text == recorded.namespace ?? "")
        #expect(read.type == recorded.type && read.immutable == recorded.immutable)
        #expect(read.labels == recorded.labels && read.annotations == recorded.annotations)
        guard kind == "Secret" || kind == "ConfigMap" else { return }
        let expected = (recorded.data ?? [:]).mapValues { [UInt8](Data(base64Encoded: $0) ?? Data()) }
        #expect(read.data.merging(read.binaryData) { left, _ in left } == expected)
    }

    @Test func readsSecretsAndConfigMapsInJSON() throws {
        let secret = try unpack(
            """
            {"kind":"Secret","apiVersion":"v1","metadata":{"name":"s","namespace":"ns","creationTimestamp":null,
             "annotations":{"a":"b"},"ownerReferences":[{"apiVersion":"v1","kind":"P","name":"o","uid":"u","controller":true}],
             "finalizers":["f"]},"data":{"a":"aGk=","b":"first","b":null,"c":""},"type":"Opaque","immutable":false}
            """)
        #expect(secret.data == ["a": Array("hi".utf8), "b": [], "c": []])
        #expect(secret.type == "Opaque" && secret.immutable == false && secret.annotations == ["a": "b"])
        let map = try unpack(
            #"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"m"},"data":{"k":"v\n"},"binaryData":{"b":"AAE="}}"#
        )
        #expect(map.data == ["k": Array("v\n".utf8)] && map.binaryData == ["b": [0, 1]] && map.immutable == nil)
    }

    @Test(
        arguments: [
            ("", .notAnObject), ("k8s", .notAnObject), ("[]", .notAnObject), (" {}", .notAnObject),
            ("apiVersion", .notAnObject), ("apiVersion: v1", .yaml),
            ("{}", .noKind), (#"{"kind":"K"}"#, .noKind), (#"{"kind":"K","apiVersion":7}"#, .fieldType),
            (#"{"kind":"K","apiVersion":"v1","metadata":[]}"#, .fieldType),
            (#"{"kind":"Secret","apiVersion":"v1","data":{"a":1}}"#, .fieldType),
            (#"{"kind":"Secret","apiVersion":"v1","data":{"a":"?"}}"#, .notBase64),
            (#"{"kind":"Secret","apiVersion":"v1","immutable":"no"}"#, .fieldType),
            (#"{"kind":"#, .json(offset: 8)),
        ] as [(String, StoredObjectError)])
    func refuses(_ text: String, _ error: StoredObjectError) {
        #expect(throws: error) { try unpack(text) }
    }

    @Test(
        arguments: [
            ("6b387300", .noKind), ("6b387300 0a", .protobuf(.truncated)),
            ("6b387300 0a ffffffff7f", .protobuf(.truncated)),
            ("6b387300 0801", .fieldType), ("6b387300 0a0a 0a027631 1204 4b696eff", .notUTF8), ("d9d9f7a0", .noKind),
        ] as [(String, StoredObjectError)])
    func refusesDamage(_ bytes: String, _ error: StoredObjectError) {
        #expect(throws: error) { try unpack(hex(bytes)) }
    }

    @Test func refusesDeepNesting() throws {
        func nested(_ depth: Int) -> String {
            let arrays = String(repeating: "[", count: depth) + "1" + String(repeating: "]", count: depth)
            return #"{"kind":"K","apiVersion":"v1","spec":\#(arrays)}"#
        }
        #expect(try unpack(nested(StoredObject.depthLimit - 2)).data.isEmpty)
        #expect(throws: StoredObjectError.nestedTooDeep) { try unpack(nested(StoredObject.depthLimit)) }
        #expect(throws: StoredObjectError.nestedTooDeep) { try unpack(nested(9_000)) }
        #expect(throws: (any Error).self) { try unpack(nested(1_000_000)) }
    }

    /// The field, its number in ObjectMeta, and an entry in both encodings.
    @Test(
        arguments: [
            ("labels", 0x5a, #""k":"v""#), ("annotations", 0x62, #""k":"v""#), ("ownerReferences", 0x6a, "{}"),
            ("finalizers", 0x72, #""f""#),
        ] as [(String, UInt8, String)])
    func limitsMetadata(_ name: String, _ tag: UInt8, _ entry: String) throws {
        let limit = StoredObject.partLimit
        let (open, close) = entry.contains(":") ? ("{", "}") : ("[", "]")
        for (count, error) in [(limit, nil), (limit + 1, .tooManyParts)] as [(Int, StoredObjectError?)] {
            let entries = repeatElement(entry, count: count).joined(separator: ",")
            let json = #"{"kind":"Secret","apiVersion":"v1","metadata":{"\#(name)":\#(open)\#(entries)\#(close)}}"#
            let protobuf = stored(metadata: repeatElement([tag, 0], count: count).flatMap { $0 })
            #expect(refusal(of: Array(json.utf8)) == error)
            #expect(refusal(of: protobuf) == error)
        }
    }

    private func refusal(of plaintext: [UInt8]) -> StoredObjectError? {
        do throws(StoredObjectError) {
            _ = try StoredObject(reading: plaintext.span.bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: ["Secret", "ConfigMap"])
    func limitsData(kind: String) {
        let entries = repeatElement(#""k":"""#, count: StoredObject.partLimit).joined(separator: ",")
        let json = #"{"kind":"\#(kind)","apiVersion":"v1","metadata":{"finalizers":["f"]},"data":{\#(entries)}}"#
        #expect(throws: StoredObjectError.tooManyParts) { try unpack(json) }
        let data = repeatElement([0x12, 0] as [UInt8], count: StoredObject.partLimit + 1).flatMap { $0 }
        #expect(throws: StoredObjectError.tooManyParts) { try unpack(stored(kind: kind, metadata: [], data)) }
    }

    @Test func limitsContent() throws {
        func widget(_ count: Int) -> String {
            let values = repeatElement("0", count: count).joined(separator: ",")
            return #"{"kind":"K","apiVersion":"e.com/v1","spec":[\#(values)]}"#
        }
        #expect(throws: Never.self) { try unpack(widget(StoredObject.partLimit - 1)) }
        #expect(throws: StoredObjectError.tooManyParts) { try unpack(widget(StoredObject.partLimit)) }
    }

    /// A message of runtime.Unknown around an object, with lengths in as few bytes as can be.
    private func stored(kind: String = "Secret", metadata: [UInt8], _ rest: [UInt8] = []) -> [UInt8] {
        func field(_ tag: UInt8, _ bytes: [UInt8]) -> [UInt8] {
            var (length, digits) = (bytes.count, [UInt8]())
            while length >= 0x80 {
                digits.append(UInt8(length & 0x7f) | 0x80)
                length >>= 7
            }
            return [tag] + digits + [UInt8(length)] + bytes
        }
        let typeMeta = field(0x0a, Array("v1".utf8)) + field(0x12, Array(kind.utf8))
        return hex("6b387300") + field(0x0a, typeMeta) + field(0x12, field(0x0a, metadata) + rest)
    }

    /// Of entries and texts that are there twice, the last counts, as in Go.
    @Test func takesTheLastOfRepeatedFields() throws {
        let object = hex(
            "6b387300 0a0c 0a027631 1206 536563726574 1218 0a06 0a0161 0a0162 1206 0a016b 120131 1206 0a016b 120132")
        let read = try unpack(object)
        #expect(read.identity.name.text == "b" && read.data == ["k": [UInt8(ascii: "2")]])
    }

    /// A bit that flips, or an end that is missing, gives another object or an error, never a trap.
    @Test(arguments: try RecordedObject.all())
    func damageNeverTraps(_ recorded: RecordedObject) throws {
        let plaintext = try recorded.plaintext()
        for length in plaintext.indices { exercise(Array(plaintext[..<length])) }
        for offset in plaintext.indices {
            for bit in 0..<8 {
                var damaged = plaintext
                damaged[offset] ^= 1 << bit
                exercise(damaged, writing: bit == offset % 8)
            }
        }
    }

    @Test(arguments: 0..<64 as Range<UInt64>)
    func arbitraryBytesNeverTrap(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let start = hex("6b387300 0a0c 0a027631 1206 536563726574 12")
        for _ in 0..<100 {
            let bytes = random.bytes(Int.random(in: 0..<80, using: &random))
            exercise(bytes)
            exercise(start + [UInt8(bytes.count)] + bytes)
            exercise(Array("{".utf8) + bytes)
        }
    }

    private func exercise(_ plaintext: [UInt8], writing: Bool = true) {
        let read = try? unpack(plaintext)
        let identity = try? ObjectIdentity(reading: plaintext.span.bytes)
        guard let read else { return }
        #expect(read.identity == identity)
        if writing {
            #expect(throws: Never.self) { try ManifestWriterTests.manifest(plaintext, reveal: true) }
        }
    }
}
