import Foundation
import JSONText
import KubernetesObjects
import TestSupport
import Testing

struct ObjectReportTests {
    private struct Report: Decodable {
        struct Value: Decodable {
            let type: String?
            let bytes: Int
            let tag: String
            let value: String?
        }
        let encoding: String
        let apiVersion: String
        let kind: String
        let namespace: String?
        let name: String
        let type: String?
        let immutable: Bool?
        let labels: [String: String]
        let annotations: [String: String]
        let data: [String: Value]?
        let fields: [String: Value]?
        let omitted: Int?
    }

    private static let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

    @Test(arguments: try RecordedObject.all().filter { $0.kind != nil }, [false, true])
    func tellsWhatIsInTheObject(_ recorded: RecordedObject, reveal: Bool) throws {
        let report = try report(on: recorded.plaintext(), reveal: reveal)
        #expect(report.encoding == recorded.encoding && report.apiVersion == recorded.apiVersion)
        #expect(report.kind == recorded.kind && report.name == recorded.name)
        #expect(report.namespace == recorded.namespace && report.type == recorded.type)
        #expect(report.immutable == recorded.immutable && report.labels == recorded.labels)
        var annotations = recorded.annotations ?? [:]
        if !reveal, annotations[Self.lastApplied] != nil {
            #expect(report.annotations[Self.lastApplied]?.hasPrefix("<redacted: 18 bytes, tag ") == true)
            annotations[Self.lastApplied] = report.annotations[Self.lastApplied]
        }
        #expect(report.annotations == annotations)
        guard report.encoding == "protobuf" else { return }
        #expect(Set((report.data ?? [:]).keys) == Set((recorded.data ?? [:]).keys))
        for (key, value) in report.data ?? [:] {
            #expect(value.value == (reveal ? recorded.data?[key] : nil))
            #expect(value.bytes == recorded.data?[key].flatMap { Data(base64Encoded: $0) }?.count)
            #expect(value.tag.count == 16 && Int(value.tag) == value.bytes)
        }
    }

    @Test func listsTheLeavesOfACustomResource() throws {
        let data = try report(on: Array(ManifestWriterTests.widget.utf8), reveal: true).data
        let texts = (data ?? [:]).mapValues { $0.value.flatMap { Data(base64Encoded: $0) } ?? Data() }
        #expect(
            texts.mapValues { String(decoding: $0, as: UTF8.self) } == [
                "spec.color": "red", "spec.no[0]": "1", "spec.no[1]": "-1.5e3", "spec.no[2][0]": "true",
                "spec.no[2][1].c": "x\ny", "spec.big": "9007199254740993", "z": "1E2",
            ])
    }

    /// A name that stands for several parts of a path cannot be mistaken for them.
    @Test func pathsAreUnambiguous() throws {
        let widget = #"""
            {"apiVersion":"e.com/v1","kind":"W","metadata":{"name":"n"},"spec":{"color":"r\u00e9d","a.b":{"":-0},
             ".":{".":1},".\"][\".":2,"[0]":3,"\\":4,
             "\"\u0301\\\u0301":6},"spec.color":5,"a":[1.50,{"deep":true},null,[]],"none":null}
            """#
        let data = try report(on: Array(widget.utf8), reveal: true).data
        #expect(
            Set((data ?? [:]).keys) == [
                "spec.color", #"spec["a.b"][""]"#, #"spec["."]["."]"#, #"spec[".\"][\"."]"#, #"spec["[0]"]"#,
                #"spec["\\"]"#, "spec[\"\\\"\u{301}\\\\\u{301}\"]", #"["spec.color"]"#, "a[0]", "a[1].deep",
            ])
    }

    /// The paths of all values would have 600 MB.
    @Test func boundsThePaths() throws {
        let (name, count) = (String(repeating: "n", count: 20_000), 30_000)
        let values = repeatElement("0", count: count).joined(separator: ",")
        let widget = Array(#"{"apiVersion":"e.com/v1","kind":"W","\#(name)":[\#(values)]}"#.utf8)
        let bytes = widget.span.bytes
        var json = JSONWriter()
        let disclosure = Disclosure(isRevealed: false, tag: ManifestWriterTests.tag)
        try StoredObject(reading: bytes).write(to: &json, plaintext: bytes, disclosure: disclosure)
        let text = json.finish()
        #expect(text.count < StoredObject.pathByteLimit + 200_000)
        let report = try JSONDecoder().decode(Report.self, from: Data(text.bytes.copiedToArray()))
        let listed = try #require(report.data).count
        #expect((1...StoredObject.pathByteLimit / name.count).contains(listed) && report.omitted == count - listed)
        #expect(try ManifestWriterTests.manifest(widget, reveal: true).utf8.count < widget.count * 5)
    }

    @Test func omitsNothingSmall() throws {
        #expect(try report(on: Array(ManifestWriterTests.widget.utf8), reveal: false).omitted == nil)
    }

    @Test func listsUnknownFieldsByNumber() throws {
        let plaintext = try TestData.bytes("objects/namespaces-payments.bin")
        let report = try report(on: plaintext, reveal: true)
        #expect(report.data == nil && report.namespace == nil && report.name == "payments")
        let fields = try #require(report.fields)
        #expect(fields.mapValues(\.type) == ["2.1": "text", "3.1": "text"])
        #expect(fields.mapValues(\.bytes) == ["2.1": 10, "3.1": 6])
        #expect(fields["3.1"]?.value == Data("Active".utf8).base64EncodedString())
        let redacted = try #require(try self.report(on: plaintext, reveal: false).fields)
        #expect(redacted.values.allSatisfy { $0.value == nil })
    }

    private func report(on plaintext: [UInt8], reveal: Bool) throws -> Report {
        let bytes = plaintext.span.bytes
        var json = JSONWriter()
        let disclosure = Disclosure(isRevealed: reveal, tag: ManifestWriterTests.tag)
        try StoredObject(reading: bytes).write(to: &json, plaintext: bytes, disclosure: disclosure)
        return try JSONDecoder().decode(Report.self, from: Data(json.finish().bytes.copiedToArray()))
    }
}
