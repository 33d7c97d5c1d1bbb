import JSONText
import KubernetesObjects
import SecretMemory
import TestSupport
import Testing

struct AnnotationScreenTests {
    private static let long = String(repeating: "n", count: 256)

    @Test(arguments: [
        "", "a note", "builder", "Überprüft ✓", "2026-11-23T05:06:45Z", "see https://example.com/?a=[1]", long,
        // Too short to tell, and parts of values.
        "abc", "hunter", "c3Rvcm0=",
    ])
    func showsShortNotes(text: String) throws {
        for object in Self.objects(annotation: text) { #expect(try Self.isShown(text, in: object)) }
    }

    @Test(arguments: [
        #"{"kind":"Secret"}"#, " \n\t{}", "[]", " [\"x\"]", long + "n",
        // Values of the object: `hunter2`, `two\nlines` with a newline at its end, `1234`, `abc` with one.
        "hunter2", "password=hunter2;", "two\nlines", "pin 1234", "abc\n",
        "aHVudGVyMg==", "aHVudGVyMg", "x: dHdvCmxpbmVzCg==", "MTIzNA",
    ])
    func redactsWhatMayHoldAValue(text: String) throws {
        for object in Self.objects(annotation: text) {
            #expect(try !Self.isShown(text, in: object))
            #expect(try Self.isShown(text, in: object, reveal: true))
        }
    }

    /// A value is found in whatever encoding the object has.
    @Test func looksIntoProtobuf() throws {
        let plaintext = try TestData.bytes("objects/secrets-team-a-cbc-two-1.bin")
        #expect(try ManifestWriterTests.manifest(plaintext, reveal: false).contains("owner: \"команда 1\"\n"))
        // Annotation `owner` has the text `v` four times, and so has the data.
        let object = hex(
            """
            6b387300 0a0c 0a027631 1206 536563726574
            121e 0a11 620f 0a056f776e6572 1206 78767676767a 1209 0a016b 1204 76767676
            """)
        #expect(try ManifestWriterTests.manifest(object, reveal: false).contains("owner: \"<redacted: 6 bytes, "))
        #expect(try ManifestWriterTests.manifest(object, reveal: true).contains("owner: xvvvvz\n"))
    }

    /// The content of a custom resource counts, its type and metadata do not.
    @Test func looksIntoContent() throws {
        func widget(_ annotation: String) -> String {
            #"""
            {"apiVersion":"e.com/v1","kind":"Widget",
             "metadata":{"name":"long-name","annotations":{"note":"\#(annotation)"}},
             "spec":{"list":[true,{"metadata":"nested"},12345]}}
            """#
        }
        for text in ["Widget long-name e.com/v1", "it is true"] { #expect(try Self.isShown(text, in: widget(text))) }
        for text in ["a nested one", "12345"] { #expect(try !Self.isShown(text, in: widget(text))) }
    }

    /// Annotations and values by tens of thousands: not each is compared with each.
    @Test func boundsTheWork() throws {
        func map(_ annotationCount: Int) -> String {
            let annotations = (0..<annotationCount).map { #""a\#($0)":"note \#($0)""# }.joined(separator: ",")
            let data = (0..<40_000).map { #""k\#($0)":"value \#($0)""# }.joined(separator: ",")
            let metadata = #"{"annotations":{\#(annotations)}}"#
            return #"{"apiVersion":"v1","kind":"ConfigMap","metadata":\#(metadata),"data":{\#(data)}}"#
        }
        #expect(try ManifestWriterTests.manifest(map(2), reveal: false).contains("a1: \"note 1\"\n"))
        let many = try ManifestWriterTests.manifest(map(40_000), reveal: false)
        #expect(!many.contains("note") && many.contains("a1: \"<redacted: 6 bytes"))
    }

    /// A Secret, a ConfigMap and a custom resource with the annotation.
    private static func objects(annotation: String) -> [String] {
        var json = JSONWriter()
        json.string(annotation)
        let text = String(decoding: json.finish().bytes.copiedToArray(), as: UTF8.self)
        let metadata = #""metadata":{"name":"n","annotations":{"note":\#(text)}}"#
        return [
            #"""
            {"apiVersion":"v1","kind":"Secret",\#(metadata),
             "data":{"a":"aHVudGVyMg==","b":"dHdvCmxpbmVzCg==","c":"MTIzNA==","d":"YWJjCg=="}}
            """#,
            #"""
            {"apiVersion":"v1","kind":"ConfigMap",\#(metadata),"data":{"a":"hunter2","b":"two\nlines\n","d":"abc\n"},
             "binaryData":{"c":"MTIzNA=="}}
            """#,
            #"""
            {"apiVersion":"e.com/v1","kind":"W",\#(metadata),
             "spec":{"a":["hunter2",{"b":"two\nlines\n"}],"c":1234,"d":"abc\n"}}
            """#,
        ]
    }

    /// Whether a manifest and a report show the annotation; they have to agree.
    private static func isShown(_ text: String, in object: String, reveal: Bool = false) throws -> Bool {
        let manifest = try ManifestWriterTests.manifest(object, reveal: reveal)
        let plaintext = Array(object.utf8)
        let bytes = plaintext.span.bytes
        var json = JSONWriter()
        let disclosure = Disclosure(isRevealed: reveal, tag: ManifestWriterTests.tag)
        try StoredObject(reading: bytes).write(to: &json, plaintext: bytes, disclosure: disclosure)
        let report = String(decoding: json.finish().bytes.copiedToArray(), as: UTF8.self)
        let redaction = #"note": "<redacted: \#(text.utf8.count) bytes, "#
        #expect(report.contains(redaction) == manifest.contains(redaction.replacing(#"note":"#, with: "note:")))
        return !report.contains(redaction)
    }
}
