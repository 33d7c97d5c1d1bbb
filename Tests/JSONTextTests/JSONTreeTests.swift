import JSONText
import SecretMemory
import Testing

struct JSONTreeTests {
    @Test func walksObjectsAndArrays() throws {
        let text = Text(#" {"kind":"List", "items":[1, {"a":[]}, "x"], "kind":"Last"} "#)
        let tree = try text.parse()
        let keys = tree.members(of: tree.root).map { text.string($0.key, in: tree) }
        #expect(keys == ["kind", "items", "kind"])
        #expect(tree.root.count == 3)

        let items = try #require(text.member("items", of: tree.root, in: tree))
        #expect(tree.elements(of: items).map(\.kind) == [.number, .object, .string])
        #expect(items.count == 3)
        #expect(text.source(of: items) == #"[1, {"a":[]}, "x"]"#)
    }

    /// encoding/json stores each member as it comes, so that a repeated key overwrites.
    @Test func lastMemberOfAKeyWins() throws {
        let text = Text(#"{"a":1,"\u0061":2}"#)
        let tree = try text.parse()
        let found = try #require(text.member("a", of: tree.root, in: tree))
        #expect(text.integer(found, in: tree) == 2)
    }

    @Test func nodesOfOtherKindsHaveNoChildren() throws {
        let text = Text(#"{"a":[1]}"#)
        let tree = try text.parse()
        let array = try #require(text.member("a", of: tree.root, in: tree))
        #expect(tree.elements(of: tree.root).map(\.kind) == [])
        #expect(tree.members(of: array).map(\.key.kind) == [])
        #expect(text.member("a", of: array, in: tree) == nil)
    }

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("9223372036854775807", Int64.max), ("-9223372036854775808", .min),
            ("9223372036854775808", nil), ("1.0", nil), ("1e3", nil), ("\"1\"", nil), ("00000000000000000000001", nil),
        ] as [(String, Int64?)])
    func integers(source: String, expected: Int64?) throws {
        let text = Text(source)
        guard let tree = try? text.parse() else { return #expect(expected == nil) }
        #expect(text.integer(tree.root, in: tree) == expected)
    }

    @Test(arguments: ["0", "-0", "10.50", "1e5", "1E+05", "-0.0e-0", "123456789012345678901234567890", "1e999"])
    func numbers(source: String) throws {
        for text in [Text(source), Text("\n\(source)\t")] {
            let root = try text.parse().root
            #expect(root.kind == .number)
            #expect(text.source(of: root) == source)
        }
    }

    @Test func limitsTheNumberOfNodes() throws {
        let text = Text("[" + String(repeating: "0,", count: JSONTree.maximumNodeCount) + "0]")
        let error = #expect(throws: JSONError.self) { try text.parse() }
        #expect(error?.reason == .tooManyValues)
        #expect(error?.description == "more than 2000000 values")
    }

    @Test func nestsAsDeepAsGo() throws {
        let depth = JSONTree.maximumDepth
        let deepest = Text(String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
        #expect(try deepest.parse().root.range == 0..<2 * depth)

        let tooDeep = Text(String(repeating: "{\"\":", count: depth + 1))
        let error = #expect(throws: JSONError.self) { try tooDeep.parse() }
        #expect(error?.offset == 4 * depth)
        #expect(error?.reason == .unexpected(UInt8(ascii: "{"), .depth))
        #expect(error?.description == "invalid character '{' exceeded max depth")
    }
}
