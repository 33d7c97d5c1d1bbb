import PastedValues
import PatientTesting
import TestSupport
import Testing

@Suite(.patient) struct EtcdctlTests {
    private static let entry = #"{"key":"L3JlZ2lzdHJ5L2E=","mod_revision":12,"value":"azhzOmVuYzo="}"#
    private static let found = Found(key: "/registry/a", value: bytes("k8s:enc:"), revision: 12, format: .json)

    /// What jq and curl make of etcd's answer.
    @Test(arguments: [
        #"{"header":{},"kvs":[\#(entry)],"count":1}"#,
        "{\n  \"kvs\": [\n    \(entry)\n  ]\n}\n",
        entry,
        "[\(entry)]",
        #"{"kvs":[{"key":"L3JlZ2lzdHJ5L2E=","mod_revision":"12","value":"azhzOmVuYzo="}]}"#,
        #"{"kvs":[{"key":"L3JlZ2lzdHJ5L2E=","mod_revision":12,"value":"azhzOmVuYzo\u003d"}]}"#,
    ])
    func json(text: String) throws {
        #expect(try Found.all(in: text) == [Self.found])
        #expect(try Found.all(in: text, as: .json) == [Self.found])
    }

    @Test func jsonValueAlone() throws {
        #expect(try Found.all(in: "\"azhzOmVuYzo=\"\n") == [Found(value: bytes("k8s:enc:"), format: .json)])
    }

    /// A custom resource is stored as JSON: not every JSON is etcdctl's.
    @Test func storedObjectIsNoAnswer() throws {
        let metadata = #""metadata":{"uid":"u","creationTimestamp":"2026-01-01T00:00:00Z"}"#
        let object = #"{"apiVersion":"example.com/v1","kind":"Widget",\#(metadata),"key":"x"}"#
        #expect(try Found.all(in: object) == [Found(value: bytes(object), format: .raw)])
        #expect(try Found.all(in: "\n" + object) == [Found(value: bytes(object), format: .raw)])
        let disguised = #"{"apiVersion":"example.com/v1","kind":"Widget",\#(metadata),"kvs":[\#(Self.entry)]}"#
        #expect(try Found.all(in: disguised) == [Found(value: bytes(disguised), format: .raw)])
    }

    /// Something is stored under these keys too, and is not left out.
    @Test(arguments: [
        #"{"kvs":[{"key":"L2E=","value":""},{"key":"L2I=","value":"eA=="},{"key":"L2M="}]}"#,
        #""Key" : "/a"|"Value" : ""|"Key" : "/b"|"Value" : "x"|"Key" : "/c"|"Value" : ""|"#,
        #"\x2f\x61||\x2f\x62|\x78|\x2f\x63||"#,
        #"\x2f\x61||\x2f\x62|\x78|\x2f\x63"#,
    ])
    func emptyValues(text: String) throws {
        let found = try Found.all(in: text.replacing("|", with: "\n"))
        #expect(found.map(\.key) == ["/a", "/b", "/c"])
        #expect(found.map(\.value) == [[], bytes("x"), []])
    }

    /// strconv.Quote, with printable characters as they are.
    @Test(arguments: [
        (#""""#, ""), (#""a\a\b\f\n\r\t\v\\\"'""#, "a\u{7}\u{8}\u{c}\n\r\t\u{b}\\\"'"),
        (#""\x41\x7f\u00e9\U0001f600\u2028""#, "A\u{7f}é😀\u{2028}"), (#""é😀ֿ""#, "é😀ֿ"), (#""\u0000\x00""#, "\0\0"),
    ])
    func quotedText(quoted: String, text: String) throws {
        let fields = "\"Key\" : \"/registry/k\"\n\"Value\" : \"k8s:enc:\(quoted.dropFirst())\n\"Lease\" : 0\n"
        let found = try Found.all(in: fields)
        #expect(found == [Found(key: "/registry/k", value: bytes("k8s:enc:" + text), format: .fields)])
    }

    @Test func quotedBytes() throws {
        let found = try Found.all(in: #""Key" : "/k\xff""# + "\n" + #""Value" : "\xff\x80\xc3""#, as: .fields)
        #expect(found.map(\.value) == [[0xff, 0x80, 0xc3]])
    }

    @Test func fieldsBehindAPrompt() throws {
        let text = "$ etcdctl get /k -w fields\n\"ClusterID\" : 1\n\"Key\" : \"/k\"\n\"Value\" : \"k8s:enc:\"\n$ "
        #expect(try Found.all(in: text) == [Found(key: "/k", value: bytes("k8s:enc:"), format: .fields)])
    }
}
