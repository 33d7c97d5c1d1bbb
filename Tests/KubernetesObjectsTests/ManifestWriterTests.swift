import KubernetesObjects
import SecretMemory
import TestSupport
import Testing

struct ManifestWriterTests {
    /// What a tag is here: the length, as 16 digits.
    static func tag(_ bytes: RawSpan) -> String {
        let digits = String(bytes.byteCount)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    static func manifest(_ plaintexts: [UInt8]..., reveal: Bool) throws -> String {
        var writer = ManifestWriter(disclosure: Disclosure(isRevealed: reveal, tag: tag))
        for plaintext in plaintexts {
            writer.append(try StoredObject(reading: plaintext.span.bytes), plaintext: plaintext.span.bytes)
        }
        return String(decoding: writer.finish().bytes.copiedToArray(), as: UTF8.self)
    }

    static func manifest(_ text: String, reveal: Bool) throws -> String {
        try manifest(Array(text.utf8), reveal: reveal)
    }

    @Test func revealsASecret() throws {
        #expect(
            try Self.manifest(StoredObjectTests.example, reveal: true) == """
                apiVersion: v1
                kind: Secret
                metadata:
                  name: foo
                  namespace: default
                  creationTimestamp: "2023-11-14T22:13:20Z"
                type: Opaque
                data:
                  k: dg==

                """)
    }

    @Test func redactsASecret() throws {
        #expect(
            try Self.manifest(StoredObjectTests.example, reveal: false)
                .hasSuffix("type: Opaque\ndata:\n  k: \"<redacted: 1 byte, tag 0000000000000001>\"\n"))
    }

    @Test func separatesDocuments() throws {
        let example = StoredObjectTests.example
        let one = try Self.manifest(example, reveal: true)
        #expect(try Self.manifest(example, example, reveal: true) == one + "---\n" + one)
    }

    @Test func writesAConfigMap() throws {
        let text = #"""
            {"kind":"ConfigMap","apiVersion":"v1","immutable":true,"metadata":{"name":"m","labels":{"on":"yes"},
             "ownerReferences":[{"apiVersion":"v1","kind":"Node","name":"n","uid":"1e3","controller":true}],
             "finalizers":["a/b","null"]},
             "data":{"a":"one\ntwo\n","b":"one\n\ntwo","c":"x\n\n","d":" x\ny","e":"1e3","f":"","g":"a\rb\n","h":"\tx"},
             "binaryData":{"z":"AAE="}}
            """#
        #expect(
            try Self.manifest(text, reveal: true) == #"""
                apiVersion: v1
                kind: ConfigMap
                metadata:
                  name: m
                  labels:
                    "on": "yes"
                  ownerReferences:
                  - apiVersion: v1
                    kind: Node
                    name: "n"
                    uid: "1e3"
                    controller: true
                  finalizers:
                  - a/b
                  - "null"
                immutable: true
                data:
                  a: |
                    one
                    two
                  b: |-
                    one

                    two
                  c: |+
                    x

                  d: " x\ny"
                  e: "1e3"
                  f: ""
                  g: "a\rb\n"
                  h: "\tx"
                binaryData:
                  z: AAE=

                """#)
    }

    static let widget = #"""
        {"apiVersion":"e.com/v1","kind":"W","metadata":{"name":"w","uid":"u","generation":3,"managedFields":[{}]},
         "spec":{"color":"red","no":[1,-1.5e3,[true,{"a":{"b":null},"c":"x\ny"}],{},[]],"big":9007199254740993},"z":1E2}
        """#

    @Test func revealsACustomResource() throws {
        #expect(
            try Self.manifest(Self.widget, reveal: true) == """
                apiVersion: e.com/v1
                kind: W
                metadata:
                  name: w
                spec:
                  big: 9007199254740993
                  color: red
                  "no":
                    - 1
                    - -1.5e+3
                    - - true
                      - a:
                          b: null
                        c: |-
                          x
                          y
                    - {}
                    - []
                z: 1.0e+2

                """)
    }

    @Test func redactsEveryLeafOfACustomResource() throws {
        let text = try Self.manifest(Self.widget, reveal: false)
        #expect(text.split(separator: "\n").filter { $0.contains("<redacted: ") }.count == 7)
        for value in ["red\n", "9007", "1.5", "true", "x\\ny", "1E2"] { #expect(!text.contains(value)) }
        #expect(text.contains("b: null\n") && text.contains("- {}\n"))
    }

    @Test func redactsAnnotationsThatRepeatTheObject() throws {
        let plaintext = try TestData.bytes("objects/secrets-team-a-cbc-two-1.bin")
        let redacted = try Self.manifest(plaintext, reveal: false)
        #expect(
            redacted.contains(
                "kubectl.kubernetes.io/last-applied-configuration: \"<redacted: 18 bytes, tag 0000000000000018"))
        #expect(redacted.contains("owner: \"команда 1\"\n"))
        let revealed = try Self.manifest(plaintext, reveal: true)
        #expect(revealed.contains("last-applied-configuration: |\n      {\"kind\":\"Secret\"}\n"))
    }

    /// A kind whose fields have no names here: a Namespace has its finalizers (1) in its spec (2), and its phase (1) in its
    /// status (3).
    @Test func showsUnknownFieldsByNumber() throws {
        let plaintext = try TestData.bytes("objects/namespaces-payments.bin")
        let text = try Self.manifest(plaintext, reveal: true)
        #expect(text.hasPrefix("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: payments\n"))
        #expect(
            text.hasSuffix(
                """
                # Not a manifest: encconf knows these fields by their protobuf numbers only.
                # Whether bytes are a message or a text is a guess.
                fields:
                  "2":
                    "1": kubernetes
                  "3":
                    "1": Active

                """))
        let redacted = try Self.manifest(plaintext, reveal: false)
        #expect(redacted.hasSuffix("  \"3\":\n    \"1\": \"<redacted: 6 bytes, tag 0000000000000006>\"  # text\n"))
    }

    /// No value of a recorded object is to be seen in its redacted form.
    @Test(arguments: try RecordedObject.all().filter { $0.kind != nil })
    func redactedHoldsNoValue(_ recorded: RecordedObject) throws {
        let plaintext = try recorded.plaintext()
        let text = try Self.manifest(plaintext, reveal: false)
        for (_, value) in try unpack(plaintext).data where value.count > 5 {
            #expect(!text.contains(String(decoding: value, as: UTF8.self)))
            #expect(
                !text.contains(
                    String(decoding: SecretBase64.encode(value.span.bytes).bytes.copiedToArray(), as: UTF8.self)))
        }
    }
}
