import Foundation
import Testing

@testable import YAMLTree

/// Every node stands where its bytes are.
@Suite struct PositionTests {
    private static let text = """
        # Schlüssel
        apiVersion: v1
        list:
          - plain wörd
          - 'single ''quoted'''
          - "double \\u00e4 𝄞" # note
          - &anchor !!str tagged
          - *anchor
          - |
            literal
              lines

          - >-
            folded
            lines
          -
          - multi line
            plain
        flow: {a: [1, "b"], ? c : *anchor, pair: [x: y]}
        last: end
        """

    /// The bytes of each node, in file order.
    private static let nodes = [
        "apiVersion", "v1", "list", "plain wörd", "'single ''quoted'''", "\"double \\u00e4 𝄞\"",
        "&anchor !!str tagged", "*anchor", "|\n    literal\n      lines\n\n", ">-\n    folded\n    lines\n", "",
        "multi line\n    plain", "flow", "a", "1", "\"b\"", "c", "*anchor", "pair", "x", "y", "last", "end",
    ]

    enum Form: CaseIterable { case utf8, byteOrderMark, carriageReturns, utf16LittleEndian, utf16BigEndian }

    @Test(arguments: Form.allCases)
    func leavesGiveBackTheirBytes(_ form: Form) throws {
        let bytes = form.encode(Self.text)
        let leaves = try #require(try YAMLDocument(bytes: bytes).root).all.filter {
            switch $0.content {
            case .scalar, .alias: true
            case .sequence, .mapping: false
            }
        }
        #expect(leaves.map { form.decode(bytes[$0.range]) } == Self.nodes)
    }

    @Test(arguments: Form.allCases)
    func collectionsHoldTheirChildren(_ form: Form) throws {
        let bytes = form.encode(Self.text)
        let root = try #require(try YAMLDocument(bytes: bytes).root)
        #expect(form.decode(bytes[root.range]).hasPrefix("apiVersion"))
        #expect(root.end.offset == bytes.count)
        guard case .mapping(let entries) = root.content else { throw YAMLError(.tooDeep, at: nil) }
        #expect(form.decode(bytes[entries[2].value.range]) == #"{a: [1, "b"], ? c : *anchor, pair: [x: y]}"#)
        #expect(entries[2].value.collectionStyle == .flow)
        #expect(entries[1].value.collectionStyle == .block)
        for node in root.all {
            for child in node.all { #expect(node.start <= child.start && child.end <= node.end) }
        }
    }

    @Test func flowCollectionsEndWithTheirBrackets() throws {
        let text = "[&x {a: b} , !!map { } , c: d , ? e : f , {g: h} : i , [ ] ]"
        let root = try #require(try YAMLDocument(text).root)
        guard case .sequence(let elements) = root.content else { return }
        #expect(root.range == 0..<text.utf8.count)
        let texts = elements.map { String(decoding: Array(text.utf8)[$0.range], as: UTF8.self) }
        #expect(texts == ["&x {a: b}", "!!map { }", "c: d", "? e : f", "{g: h} : i", "[ ]"])
    }

    /// Lines and columns are those that a count of the characters gives.
    @Test(arguments: Form.allCases)
    func linesAndColumnsAreCharacters(_ form: Form) throws {
        let bytes = form.encode(Self.text)
        for node in try #require(try YAMLDocument(bytes: bytes).root).all {
            let before = form.decode(bytes[form.markByteCount..<node.start.offset])
            #expect(node.start.line == before.split(separator: "\n", omittingEmptySubsequences: false).count)
            let column = before.unicodeScalars.reversed().prefix { $0 != "\n" }.count + 1
            #expect(node.start.column == column)
        }
    }

    @Test(arguments: Form.allCases)
    func contentBeginsBehindProperties(_ form: Form) throws {
        let bytes = form.encode("a: &x !!str  'v'\nb: !t\n  &y\n  w\nc: &z\nd: !<tag:u,v> \"q\"\ne: p\n")
        guard case .mapping(let entries) = try YAMLDocument(bytes: bytes).root?.content else { return }
        let contents = entries.map { entry in
            guard case .scalar(let scalar) = entry.value.content else { return "" }
            return form.decode(bytes[scalar.contentOffset..<entry.value.end.offset])
        }
        #expect(contents == ["'v'", "w", "", "\"q\"", "p"])
    }

    /// The source map finds the same place from a character's number and from its byte.
    @Test(arguments: Form.allCases)
    func mapsAgree(_ form: Form) {
        let bytes = form.encode(String(repeating: Self.text + "\n", count: 5))
        let text = SourceText(bytes.span.rawBytes)
        let map = SourceMap(text)
        let characters = Array(form.decode(bytes[form.markByteCount...], keepsReturns: true).unicodeScalars)
        var offset = form.markByteCount
        for index in characters.indices {
            #expect(map.offset(ofCharacter: index, in: text) == offset)
            #expect(map.position(ofByte: offset, in: text).offset == offset)
            offset += text.character(at: offset)?.width ?? 0
        }
        #expect(offset == bytes.count)
    }

    @Test func errorsHavePlaces() {
        #expect { try YAMLDocument("a: 1\nb: [x\nc: 2\n") } throws: { ($0 as? YAMLError)?.position?.line == 3 }
        #expect { try YAMLDocument("ä: b\u{1}\n") } throws: { "\($0)" == "1:5: control characters are not allowed" }
        #expect { try YAMLDocument("{\"ä\": x}") } throws: { ($0 as? YAMLError)?.position?.column == 7 }
    }
}

extension PositionTests.Form {
    var markByteCount: Int {
        switch self {
        case .utf8, .carriageReturns: 0
        case .byteOrderMark: 3
        case .utf16LittleEndian, .utf16BigEndian: 2
        }
    }

    func encode(_ text: String) -> [UInt8] {
        switch self {
        case .utf8: Array(text.utf8)
        case .byteOrderMark: [0xef, 0xbb, 0xbf] + text.utf8
        case .carriageReturns: Array(text.replacing("\n", with: "\r\n").utf8)
        case .utf16LittleEndian: [0xff, 0xfe] + text.utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
        case .utf16BigEndian: [0xfe, 0xff] + text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] }
        }
    }

    func decode(_ bytes: ArraySlice<UInt8>, keepsReturns: Bool = false) -> String {
        let encoding: String.Encoding =
            switch self {
            case .utf16LittleEndian: .utf16LittleEndian
            case .utf16BigEndian: .utf16BigEndian
            default: .utf8
            }
        let text = String(data: Data(bytes), encoding: encoding) ?? "<not text>"
        return keepsReturns ? text : text.replacing("\r\n", with: "\n")
    }
}
