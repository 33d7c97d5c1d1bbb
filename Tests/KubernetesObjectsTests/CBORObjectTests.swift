import Foundation
import GoText
import JSONText
import KubernetesObjects
import KubernetesResources
import SecretMemory
import TestSupport
import Testing

/// Objects that Kubernetes stores as CBOR are the objects that it would store as JSON.
struct CBORObjectTests {
    private static let widget = ReferenceCBOR.map([
        "apiVersion": .text("example.com/v1"), "kind": .text("Widget"),
        "metadata": .map([
            "name": .text("w"), "namespace": .text("ns"), "uid": .text("u"), "generation": .integer(1),
            "creationTimestamp": .text("2026-11-23T05:06:45Z"), "labels": .map(["app": .text("shop")]),
            "annotations": .map(["note": .text("a note"), "copy": .text("is hunter2")]),
        ]),
        "spec": .map([
            "password": .text("hunter2"), "size": .integer(-3), "ratio": .float(0.5), "on": .bool(true),
            "none": .null, "list": .array([.map([:]), .array([]), .text("a\nb")]), "raw": .string([0, 0xff, 0x41]),
        ]),
    ])

    @Test func revealsACustomResource() throws {
        #expect(
            try ManifestWriterTests.manifest(Self.widget.stored, reveal: true) == """
                apiVersion: example.com/v1
                kind: Widget
                metadata:
                  name: w
                  namespace: ns
                  creationTimestamp: "2026-11-23T05:06:45Z"
                  labels:
                    app: shop
                  annotations:
                    copy: "is hunter2"
                    note: "a note"
                spec:
                  list:
                    - {}
                    - []
                    - |-
                      a
                      b
                  none: null
                  "on": true
                  password: hunter2
                  ratio: 0.5
                  raw: !!binary AP9B
                  size: -3

                """)
    }

    @Test func redactsEveryLeaf() throws {
        let text = try ManifestWriterTests.manifest(Self.widget.stored, reveal: false)
        for value in ["hunter2", "a\nb", "0.5", "-3", "true", "AP9B"] { #expect(!text.contains(value)) }
        #expect(text.contains("raw: \"<redacted: 3 bytes, tag ") && text.contains("app: shop\n"))
        #expect(text.contains("note: \"a note\"\n") && text.contains("copy: \"<redacted: 10 bytes, tag "))
    }

    @Test func reportsLengthsOfWhatIsThere() throws {
        let plaintext = Self.widget.stored
        let bytes = plaintext.span.bytes
        var json = JSONWriter(isOneLine: true)
        let disclosure = Disclosure(isRevealed: true, tag: ManifestWriterTests.tag)
        try StoredObject(reading: bytes).write(to: &json, plaintext: bytes, disclosure: disclosure)
        let text = String(decoding: json.finish().bytes.copiedToArray(), as: UTF8.self)
        #expect(text.contains(#""encoding": "cbor""#))
        #expect(text.contains(#""spec.raw": {"bytes": 3,"tag": "0000000000000003","value": "AP9B"}"#))
        #expect(!text.contains("fields"))
    }

    /// Written as Kubernetes writes it or as others may, an object is what its JSON is: in every output and identity.
    @Test(arguments: 0..<24 as Range<UInt64>)
    func isWhatItsJSONIs(seed: UInt64) throws {
        var values = RandomValues(seed: seed)
        for _ in 0..<20 {
            let object = values.object()
            let json = object.json
            for plaintext in [object.stored, [0xd9, 0xd9, 0xf7] + object.loose(&values.random)] {
                for reveal in [false, true] {
                    #expect(
                        try ManifestWriterTests.manifest(plaintext, reveal: reveal)
                            == ManifestWriterTests.manifest(json, reveal: reveal))
                }
                #expect(try unpack(plaintext) == unpack(json))
                #expect(
                    try ObjectIdentity(reading: plaintext.span.bytes) == ObjectIdentity(reading: json.span.bytes))
            }
        }
    }

    /// What the Python of testdata/objects/cbor.py writes reads as its JSON, fractions and long texts too.
    @Test func readsWhatPythonWrites() throws {
        var values = RandomValues(seed: 7)
        var lines = (0..<200).map { _ in String(decoding: values.object().json, as: UTF8.self) }
        lines.append(
            String(decoding: try TestData.bytes("objects/example-com-widgets-ingress-box-widget.bin"), as: UTF8.self))
        for count in [23, 24, 255, 256, 65_535, 65_536] {
            let text = String(repeating: "x", count: count)
            lines.append(
                #"{"apiVersion":"e.com/v1","kind":"K","spec":{"\#(text)":[1.5,-0.1,1e300,65504.0,\#(count),"\#(text)"]}}"#
            )
        }
        lines = lines.map { $0.replacing("\n", with: "") }
        let written = try Self.python(lines.joined(separator: "\n")).split(separator: "\n")
        #expect(written.count == lines.count)
        for (line, digits) in zip(lines, written) {
            let plaintext = hex(String(digits))
            // JSON's digits of fractions are not Kubernetes' own.
            let json = line.replacing("1e300", with: "1e+300")
            #expect(
                try ManifestWriterTests.manifest(plaintext, reveal: true)
                    == ManifestWriterTests.manifest(json, reveal: true))
        }
        let recorded = try TestData.bytes("objects/example-com-widgets-ingress-box-widget.cbor")
        #expect(hex(String(written[200])) == recorded)
    }

    private static func python(_ input: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = [TestData.path("objects/cbor.py")]
        let (stdin, stdout) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (stdin, stdout)
        try process.run()
        let bytes = Data(input.utf8)
        let writer = Thread {
            try? stdin.fileHandleForWriting.write(contentsOf: bytes)
            try? stdin.fileHandleForWriting.close()
        }
        writer.start()
        let output = stdout.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: output, as: UTF8.self)
    }

    /// The values of a Secret are base64, also where bytes stand for it (tag 22).
    @Test func readsASecret() throws {
        let head: [UInt8] = [0xd9, 0xd9, 0xf7]
        let bytes = Array("hi".utf8)
        let body =
            hex("a4") + entry("apiVersion", text("v1")) + entry("kind", text("Secret"))
            + entry("metadata", hex("a1") + entry("name", text("s")))
            + entry("data", hex("a2") + entry("a", text("aGk=")) + entry("b", [0xd6, 0x42] + bytes))
        let secret = try unpack(head + body)
        #expect(secret.data == ["a": bytes, "b": bytes] && secret.identity.name == "s")
    }

    private func text(_ text: String) -> [UInt8] { [0x40 | UInt8(text.utf8.count)] + Array(text.utf8) }
    private func entry(_ name: String, _ value: [UInt8]) -> [UInt8] { text(name) + value }

    @Test(
        arguments: [
            ("d9d9f7", .cbor(offset: 3)), ("d9d9f7 80", .fieldType), ("d9d9f7 f6", .fieldType), ("d9d9f7 a0", .noKind),
            ("d9d9f7 a1 44 6b696e64 41 4b", .noKind), ("d9d9f7 a1 44 6b696e64 f6", .noKind),
            // Its kind is no text; its name is not UTF-8.
            ("d9d9f7 a2 44 6b696e64 01 4a 61706956657273696f6e 42 7631", .fieldType),
            ("d9d9f7 a2 44 6b696e64 41 ff 4a 61706956657273696f6e 42 7631", .notUTF8),
            ("d9d9f7 a2 44 6b696e64 c1 01 4a 61706956657273696f6e 42 7631", .unreadCBOR),
        ] as [(String, StoredObjectError)])
    func refuses(_ bytes: String, _ error: StoredObjectError) {
        let plaintext = hex(bytes)
        #expect(throws: error) { try StoredObject(reading: plaintext.span.bytes) }
        #expect(throws: error) { try ObjectIdentity(reading: plaintext.span.bytes) }
    }

    @Test(
        arguments: [
            ("/registry/example.com/widgets/ns/w", true), ("/registry/example.com/widgets/ns/v", false),
            ("/registry/example.com/widgets/other/w", false), ("/registry/other.io/widgets/ns/w", false),
        ])
    func comparesWithTheEtcdKey(_ text: String, isSame: Bool) throws {
        guard case .object(let key) = EtcdKey(text) else { throw StoredObjectError.noKind }
        let plaintext = Self.widget.stored
        let check = IdentityCheck(plaintext: plaintext.span.bytes, key: key)
        let identity = try ObjectIdentity(reading: plaintext.span.bytes)
        #expect(check == (isSame ? .same : .other(identity)))
        // Cut short it is no object, wherever.
        for count in 4..<plaintext.count {
            let beginning = Array(plaintext[..<count])
            let check = IdentityCheck(plaintext: beginning.span.bytes, key: key)
            #expect(!check.mayBeSame)
        }
    }

    /// Built-in resources are never stored so: there it is what a wrong key makes.
    @Test func isNoBuiltInObject() throws {
        guard case .object(let key) = EtcdKey("/registry/secrets/ns/w") else { throw StoredObjectError.noKind }
        let secret = ReferenceCBOR.map([
            "apiVersion": .text("v1"), "kind": .text("Secret"),
            "metadata": .map(["name": .text("w"), "namespace": .text("ns")]),
        ])
        #expect(IdentityCheck(plaintext: secret.stored.span.bytes, key: key) == .notAnObject)
    }

    /// A bit that flips gives another object or an error, never a trap.
    @Test func damageNeverTraps() {
        let plaintext = Self.widget.stored
        for offset in plaintext.indices {
            for bit in 0..<8 {
                var damaged = plaintext
                damaged[offset] ^= 1 << bit
                let object = try? unpack(damaged)
                #expect(object?.identity == (object == nil ? nil : try? ObjectIdentity(reading: damaged.span.bytes)))
                if object != nil {
                    #expect(throws: Never.self) { try ManifestWriterTests.manifest(damaged, reveal: true) }
                }
            }
        }
    }

    /// As of JSON: deeper, or with more values, an object is refused.
    @Test func limitsContent() {
        func object(_ spec: [UInt8]) -> [UInt8] {
            hex("d9d9f7 a3") + entry("apiVersion", text("e.com/v1")) + entry("kind", text("K")) + entry("spec", spec)
        }
        func nested(_ depth: Int) -> [UInt8] { object([UInt8](repeating: 0x81, count: depth) + [0xf6]) }
        #expect(throws: Never.self) { try unpack(nested(StoredObject.depthLimit - 2)) }
        #expect(throws: StoredObjectError.nestedTooDeep) { try unpack(nested(StoredObject.depthLimit)) }
        func values(_ count: Int) -> [UInt8] { object([0x9f] + [UInt8](repeating: 0xf6, count: count) + [0xff]) }
        #expect(throws: Never.self) { try unpack(values(StoredObject.partLimit - 1)) }
        #expect(throws: StoredObjectError.tooManyParts) { try unpack(values(StoredObject.partLimit)) }
    }
}

extension RandomValues {
    /// An object of a custom resource. Its strings are UTF-8, and it has no fractions: JSON has other digits for those.
    mutating func object() -> ReferenceCBOR {
        .map([
            "apiVersion": .text("example.com/v1"), "kind": .text("Widget"),
            "metadata": .map([
                "name": .text("w"), "namespace": .text("ns"), "labels": .map(["a": .text("é")]),
                "annotations": map(depth: 0).withTextsOnly, "finalizers": .array([.text("f")]),
            ]),
            "spec": map().withoutOtherThanJSON, "status": value().withoutOtherThanJSON,
        ])
    }
}

extension ReferenceCBOR {
    fileprivate var withoutOtherThanJSON: ReferenceCBOR {
        switch self {
        case .float: .null
        case .string(let bytes): .string(Array(String(decoding: bytes, as: UTF8.self).utf8))
        case .array(let elements): .array(elements.map(\.withoutOtherThanJSON))
        case .map(let pairs): .map(pairs.map { Pair($0.key, $0.value.withoutOtherThanJSON) })
        default: self
        }
    }

    fileprivate var withTextsOnly: ReferenceCBOR {
        guard case .map(let pairs) = self else { return self }
        return .map(
            pairs.map { pair in
                guard case .string(let bytes) = pair.value else { return Pair(pair.key, .text("note")) }
                return Pair(pair.key, .string(Array(String(decoding: bytes, as: UTF8.self).utf8)))
            })
    }

    fileprivate var json: [UInt8] {
        var json = JSONWriter(isOneLine: true)
        write(to: &json)
        return json.finish().bytes.copiedToArray()
    }

    private func write(to json: inout JSONWriter) {
        switch self {
        case .null: json.null()
        case .bool(let value): json.bool(value)
        case .integer(let value): json.number(value)
        case .float(let value): json.number(value)
        case .string(let bytes): json.string(bytes.span.bytes)
        case .array(let elements): json.array { json in for element in elements { element.write(to: &json) } }
        case .map(let pairs):
            json.object { json in
                for pair in pairs {
                    json.key(pair.key.span.bytes)
                    pair.value.write(to: &json)
                }
            }
        }
    }
}
