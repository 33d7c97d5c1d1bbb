import Foundation
import PastedValues
import TestSupport
import Testing

/// What the way to us did to a value is undone or named, and is never taken for what etcd holds.
struct PasteSurroundingsTests {
    private static let encrypted = ["aescbc", "aesgcm", "kmsv1", "kmsv2", "secretbox", "tls", "widget-secretbox"]

    // MARK: - Text

    /// Terminals, editors, `strings` and conversions leave text, and text of any length is no ciphertext.
    @Test(arguments: encrypted)
    func textIsNoEvidence(name: String) throws {
        let printed = try TestData.bytes("cluster/dumps/\(name).get.bin")
        let ways: [[UInt8]] = [
            bytes(String(decoding: printed, as: UTF8.self)),
            bytes(String(decoding: printed, as: UTF8.self).replacing("\u{fffd}", with: "")),
            printed.map { $0 < 0x80 ? $0 : UInt8(ascii: "?") },
            printed.filter { $0 < 0x80 },
            printed.flatMap { bytes(String(Unicode.Scalar($0))) },
            Array(printed.filter { $0 < 0x7f && ($0 >= 0x20 || $0 == 0x0a) }.prefix(90)),
        ]
        for way in ways {
            #expect(throws: PasteError.lostBytes) { try Found.all(in: way) }
            #expect(throws: PasteError.lostBytes) { try Found.all(in: bytes("$ etcdctl get x\n") + way) }
            #expect(throws: PasteError.lostBytes) { try Found.all(in: bytes("```\n") + way + bytes("\n```\n")) }
            guard way.count > 200 else { continue }
            let json = Data(way.dropFirst(way.prefix { $0 != 0x0a }.count + 1)).base64EncodedString()
            #expect(throws: PasteError.lostBytes) { try Found.all(in: "{\"key\":\"L2E=\",\"value\":\"\(json)\"}") }
        }
        #expect(try Found.all(in: printed).count == 1)
    }

    @Test func textOfAPlaintextValue() throws {
        let printed = try TestData.bytes("cluster/dumps/identity.get.bin")
        #expect(throws: PasteError.lostBytes) { try Found.all(in: printed.filter { $0 < 0x80 && $0 != 0 }) }
    }

    @Test(arguments: ["text-aescbc", "text-secretbox", "text-head"])
    func recordedText(name: String) throws {
        let text = try TestData.bytes("pastes/\(name).txt")
        #expect(throws: PasteError.lostBytes) { try Found.all(in: text) }
        // Somebody who says so means these bytes.
        #expect(try Found.all(in: text, as: .raw).map(\.value) == [text])
    }

    // MARK: - Answers of the API

    @Test(arguments: [
        #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a","resourceVersion":"7"}}"#,
        #"{"apiVersion":"v1","kind":"SecretList","metadata":{"resourceVersion":""},"items":[]}"#,
        #"{"apiVersion":"v1","kind":"List","metadata":{},"items":[{"kind":"Secret"}]}"#,
        "apiVersion: v1\ndata:\n  a: eA==\nkind: Secret\nmetadata:\n  name: a\n  resourceVersion: \"7\"\ntype: Opaque\n",
        "apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Secret\nkind: List\nmetadata: {}\n",
    ])
    func answersOfTheAPI(text: String) {
        #expect(throws: PasteError.apiAnswer) { try Found.all(in: text) }
        #expect(throws: PasteError.apiAnswer) { try Found.all(in: "```\n\(text)\n```\n") }
        let crlf = text.replacing("\n", with: "\r\n")
        #expect(throws: PasteError.apiAnswer) { try Found.all(in: crlf) }
    }

    @Test(arguments: [
        #"{"kind":"Secret","apiVersion":"v1","metadata":{"name":"db","namespace":"shop","creationTimestamp":null}}"#,
        #"{"apiVersion":"v1","kind":"Secret","data":{"a":"eA=="}}"#,
        #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a","uid":"u"}}"#,
        #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a","uid":"","creationTimestamp":"t"}}"#,
        #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a","managedFields":[{}]}}"#,
        #"{"apiVersion":"v1","kind":"Endpoints","metadata":{"name":"a"}}"#,
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  creationTimestamp: null\n",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  labels:\n    uid: u\n    creationTimestamp: t\n  name: a\n",
        "---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n", "kind: Secret\napiVersion: v1\ndata: {}\n",
    ])
    func objectsThatNobodyStored(text: String) throws {
        for way in [text, "```\n\(text)\n```\n", "$ cat x\n\(text)\n$ ", Data(text.utf8).base64EncodedString()] {
            if text.hasPrefix("{") || !way.hasPrefix(Data("---".utf8).base64EncodedString()) {
                #expect(throws: PasteError.self) { try Found.all(in: way) }
            }
        }
        #expect(throws: PasteError.neverStored) { try Found.all(in: text) }
        #expect(throws: PasteError.neverStored) { try Found.all(in: "$ cat x\n\(text)\n") }
        // What etcdctl prints is stored.
        guard text.hasPrefix("{") else { return }
        let entry = #"{"key":"L3JlZ2lzdHJ5L2E=","value":"\#(Data(text.utf8).base64EncodedString())"}"#
        #expect(try Found.all(in: entry).map(\.value) == [bytes(text)])
        #expect(try Found.all(in: "/registry/a\n\(text)").map(\.value) == [bytes(text)])
    }

    @Test(arguments: [
        #"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","code":404}"#,
        #"{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"a","uid":"u"}}"#,
        #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a","selfLink":"/api/v1"}}"#,
        "apiVersion: v1\nkind: Status\nmetadata: {}\ncode: 404\n",
        "$ kubectl get secret a -o yaml\napiVersion: v1\nkind: Secret\nmetadata:\n  resourceVersion: \"7\"\n",
    ])
    func otherAnswersOfTheAPI(text: String) {
        #expect(throws: PasteError.apiAnswer) { try Found.all(in: text) }
        #expect(throws: PasteError.apiAnswer) { try Found.all(in: "```\n\(text)\n```\n") }
    }

    private static let metadata = #""metadata":{"creationTimestamp":"2026-01-01T00:00:00Z","name":"a","uid":"u"}"#

    /// Objects that are stored as they are: without a resourceVersion, or with one elsewhere.
    @Test(arguments: [
        #"{"apiVersion":"e.com/v1","kind":"Widget",\#(metadata),"spec":{"resourceVersion":"7"}}"#,
        #"{"apiVersion":"e.com/v1","kind":"AllowList",\#(metadata),"items":[]}"#,
        "apiVersion: v1\nkind: Secret\nmetadata:\n  creationTimestamp: \"2026-01-01T00:00:00Z\"\n  name: a\n  uid: u\n"
            + "spec:\n  resourceVersion: 7",
        #"{"kind":"RangeAllocation","apiVersion":"v1","metadata":{"creationTimestamp":null},"range":"10.96.0.0/12"}"#,
        #"{"kind":"Endpoints","apiVersion":"v1","metadata":{"creationTimestamp":null},"subsets":[]}"#,
    ])
    func storedObjects(text: String) throws {
        #expect(try Found.all(in: text) == [Found(value: bytes(text), format: .raw)])
    }

    // MARK: - Terminals

    /// `kubectl exec -it … -- etcdctl get`, as it is and through a hexdump.
    @Test(arguments: encrypted)
    func lineEndsOfATerminal(name: String) throws {
        let printed = try TestData.bytes("cluster/dumps/\(name).get.bin")
        let terminal = withCRLF(printed)
        let expected = try Found.all(in: printed)
        let hexadecimal = terminal.map { String(format: "%02x", $0) }.joined(separator: " ")
        for (input, format) in [(terminal, PasteFormat.raw), (bytes(hexadecimal), .hexdump)] {
            let found = try Found.all(in: input)
            #expect(found.map(\.key) == expected.map(\.key))
            #expect(found.map(\.value) == expected.map(\.value))
            #expect(found.map(\.format) == [format])
            #expect(try PastedValue.parse(input.span.rawBytes).map(\.remarks) == [[.lineEnds]])
        }
    }

    /// One line end that is not a terminal's shows that none is.
    @Test func lineEndsOfTheValueStay() throws {
        let value = bytes("k8s:enc:aesgcm:v1:k:") + [0x80, 0x0d, 0x0a, 0x81, 0x0a, 0x82]
        #expect(try Found.all(in: bytes("/registry/secrets/a/b\n") + value).map(\.value) == [value])
        #expect(try Found.all(in: value).map(\.value) == [value])
        let pairs = bytes("k8s:enc:aesgcm:v1:k:") + [0x80, 0x0d, 0x0a, 0x81, 0x0d, 0x0a]
        let found = try Found.all(in: pairs)
        #expect(found.map(\.value) == [Array(pairs.dropLast())])
        #expect(found.map(\.alternatives) == [[pairs, Array(pairs.dropLast(2))]])
    }

    // MARK: - SQL

    private static let value = bytes("k8s:enc:secretbox:v1:k:") + [0x80, 0, 0xff, 0x0a, 0x41]
    private static let digits = value.map { String(format: "%02X", $0) }.joined()
    private static let key = "/registry/secrets/a/b"

    @Test(arguments: [
        (digits, nil),
        ("0x\(digits.lowercased())", nil),
        ("X'\(digits)'", nil),
        ("\\x\(digits.lowercased())\n", nil),
        ("\(key)|\(digits)", key),
        ("9298|\(key)|1|0|0|0|0|X'\(digits)'|X'\(digits)'\n", key),
        ("INSERT INTO kine VALUES(9298,'\(key)',1,0,0,0,0,X'\(digits)',X'');", key),
        ("INSERT INTO kine (id,name,value,old_value) VALUES (1,'\(key)',x'\(digits)',x'\(digits)');", key),
        (" id | name | value \n----+------+-------\n 12 | \(key) | \\x\(digits) | \\x\(digits)\n(1 row)\n", key),
        ("+----+\n| 1 | \(key) | 0x\(digits) |\n+----+\n", key),
        ("       id = 1\n     name = \(key)\n    value = \(digits)\nold_value = \(digits)\n", key),
        ("*** 1. row ***\n  name: \(key)\nold_value: 0x\(digits)\n  value: 0x\(digits)\n", key),
        ("\(key.utf8.map { String(format: "%02x", $0) }.joined())|\(digits)", key),
        (#"[{"name":"\#(key)","value":"\#(digits)"}]"#.replacing("[", with: "$ ["), key),
        ("\(key)|\(digits.prefix(40))\n\(digits.dropFirst(40))\n", key),
        ("> \(key)|\(digits)", key),
    ])
    func rowsOfSQL(text: String, key: String?) throws {
        #expect(try Found.all(in: text) == [Found(key: key, value: Self.value, format: .hexdump)])
        if !text.hasPrefix(">") {
            #expect(try Found.all(in: text, as: .hexdump).map(\.value) == [Self.value])
        }
    }

    /// A piece of base64 before a value is no key, and must not be named as one.
    @Test(arguments: ["c2VjcmV0/9+abc/def=", "/9j4AAQ", "a/b/c"])
    func whatOnlyLooksLikeAKey(text: String) throws {
        #expect(try Found.all(in: "\(text) \(Self.digits)").map(\.key) == [nil])
    }

    @Test func severalRows() throws {
        let rows = "\(Self.key)1|\(Self.digits)|\n\(Self.key)2|\(Self.digits)|\(Self.digits)\n"
        #expect(try Found.all(in: rows).map(\.key) == [Self.key + "1", Self.key + "2"])
        let values = "\(Self.digits)\n\(Self.digits)\n"
        #expect(try Found.all(in: "hex(value)\n" + values).map(\.value) == [Self.value, Self.value])
        let inserts = "VALUES(1,'/a/b',X'\(Self.digits)',X''),(2,'/a/c',X'\(Self.digits)',X'')"
        #expect(try Found.all(in: inserts).map(\.key) == ["/a/b", "/a/c"])
    }

    @Test(arguments: [
        "1|\(key)|1|k8s:enc:aescbc:v1:k:\u{fffd}|", "name = \(key)\n   value = k8s:enc:aescbc:v1:k:q", "\(key)|k8s|",
    ])
    func columnsOfSQLite(text: String) throws {
        #expect(throws: PasteError.columnOfSQLite) { try Found.all(in: text) }
        #expect(throws: PasteError.columnOfSQLite) { try Found.all(in: TestData.bytes("pastes/sqlite-row.txt")) }
    }

    @Test(arguments: [
        "INSERT INTO `kine` VALUES (12,'\(key)',1,_binary 'k8s:enc:aesgcm:v1:k:\u{fffd}\\0',NULL);",
        #"b'k8s:enc:aesgcm:v1:k:\xfaQ\x90'"#, #""2" "/registry/a/b" "k8s:enc:aesgcm:v1:k:\010\303""#,
        "| \(key) | k8s:enc:aesgcm:v1:k:\u{fffd} |", #"[{"value":"k8s:enc:aesgcm:v1:k:\u0007"}]"#,
    ])
    func valuesAsText(text: String) throws {
        #expect(throws: PasteError.self) { try Found.all(in: text) }
        if !text.hasPrefix("[") { #expect(throws: PasteError.printedAsText) { try Found.all(in: text) } }
    }

    // MARK: - Other surroundings

    /// Fences, quotes, numbers, commands, encodings: around each format that survives them.
    @Test(arguments: ["json", "fields.txt", "hexdump.txt"])
    func surroundings(form: String) throws {
        let text = String(decoding: try TestData.bytes("cluster/dumps/aescbc.\(form)"), as: UTF8.self)
        let expected = try Found.all(in: text).map(\.value)
        let lines = text.split(separator: "\n")
        let numbered = lines.enumerated().map { "   \($0.offset + 7)\t\($0.element)\n" }.joined()
        let boxed = lines.enumerated().map { "   \($0.offset + 1)   │ \($0.element)\n" }.joined()
        let quoted = lines.map { "> \($0)\n" }.joined()
        let ways = [
            "```\n\(text)```\n", "Look:\n\n~~~text\n\(text)~~~\nand so on\n", quoted, numbered, boxed,
            "\u{feff}\(text)",
            "> ```\n\(quoted)> ```\n", "$ etcdctl get x\n\(text)$ \n", "root@node:~# etcdctl get x\r\n\(text)\n",
        ]
        for way in ways { #expect(try Found.all(in: way).map(\.value) == expected, "\(way)") }
        for isLittle in [true, false] {
            let units = [0xfeff] + Array(text.utf16)
            let wide = units.flatMap {
                isLittle ? [UInt8($0 & 0xff), UInt8($0 >> 8)] : [UInt8($0 >> 8), UInt8($0 & 0xff)]
            }
            #expect(try Found.all(in: wide).map(\.value) == expected)
            #expect(try PastedValue.parse(wide.span.rawBytes).map(\.remarks) == [[.utf16]])
        }
    }

    @Test func commandsAroundBase64() throws {
        let text = String(decoding: try TestData.bytes("cluster/dumps/aescbc.value.base64.txt"), as: UTF8.self)
        let expected = try Found.all(in: text).map(\.value)
        let way = "$ etcdctl get x --print-value-only | base64\n\(text)\nroot@node:~#\n"
        #expect(try Found.all(in: way).map(\.value) == expected)
        #expect(try PastedValue.parse(bytes(way).span.rawBytes).map(\.remarks) == [[.surroundings]])
    }

    /// What only looks like a wrapping stays what it was: an error of its own kind.
    @Test(arguments: ["> hello\n> world\n", "```\nhello\n```\n", "1 a\n2 b\n", "$ echo {}\n", "\u{feff}", "}\n{"])
    func nothingWithin(text: String) {
        #expect(throws: PasteError.self) { try Found.all(in: text) }
    }

    /// One line of `-w fields` is a value without its key, unless there are lines of others.
    @Test func loneValueLine() throws {
        let line = "\"Value\" : \"k8s:enc:\\x80\"\n"
        let found = Found(value: bytes("k8s:enc:") + [0x80], format: .fields)
        #expect(try Found.all(in: line) == [found])
        #expect(try Found.all(in: line, as: .fields) == [found])
        #expect(try Found.all(in: "\"Version\" : 1\n" + line) == [found])
        #expect(throws: PasteError.fields(line: 1)) { try Found.all(in: line + line) }
        #expect(throws: PasteError.fields(line: 1)) { try Found.all(in: line + "\"Key\" : \"/a\"\n" + line) }
    }

    @Test(arguments: 0..<64 as Range<UInt64>)
    func damagedSurroundingsNeverTrap(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "```\n", "> ", "k8s", ":enc:", "|", "\r\n", "\n", "0x", "X'", Self.digits, Self.key, "{", "}", "\"",
            "value = ",
            "\u{feff}", "1 ", "2\t", "│", "apiVersion: v1\n", "metadata:\n", "old_value", "\"Value\" : ", "2f72",
        ]
        for _ in 0..<200 {
            var input = Int.random(in: 0..<8, using: &random) == 0 ? [0xff, 0xfe] as [UInt8] : []
            for _ in 0..<Int.random(in: 0..<20, using: &random) {
                input += bytes(pieces.randomElement(using: &random) ?? "")
                if Bool.random(using: &random) { input += random.bytes(Int.random(in: 0..<3, using: &random)) }
            }
            for format in PasteFormat.allCases { _ = try? Found.all(in: input, as: format) }
        }
    }
}
