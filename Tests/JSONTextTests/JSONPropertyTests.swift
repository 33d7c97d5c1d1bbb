import Foundation
import JSONText
import SecretMemory
import Testing
import TestSupport

struct JSONPropertyTests {
    @Test(arguments: 0..<64 as Range<UInt64>)
    func arbitraryBytesNeverTrap(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<64 {
            let text = Text(random.bytes(Int.random(in: 0..<64, using: &random)))
            if let tree = try? text.parse() { visit(tree.root, of: tree, in: text) }
        }
    }

    /// Texts of JSON's own pieces, in any order: most are wrong in one place, and Foundation agrees which are right.
    @Test(arguments: 0..<64 as Range<UInt64>)
    func arbitraryPiecesAgreeWithFoundation(seed: UInt64) {
        let pieces = ["{", "}", "[", "]", ",", ":", "\"a\"", "\"\\u00e9\"", "1", "-0.5", "true", "null", " ", "\""]
        var random = SeededGenerator(seed: seed)
        for _ in 0..<256 {
            let count = Int.random(in: 1..<8, using: &random)
            let source = (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            let text = Text(source)
            let tree = try? text.parse()
            let other = try? JSONSerialization.jsonObject(with: Data(text.array), options: .fragmentsAllowed)
            #expect((tree != nil) == (other != nil), "\(source)")
            if let tree { visit(tree.root, of: tree, in: text) }
        }
    }

    /// What the writer writes, the parser reads back as it was; and no cut text parses.
    @Test(arguments: 0..<64 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let value = Value.random(depth: 4, using: &random)
        var json = JSONWriter()
        json.object { $0.member("value") { value.write(to: &$0) } }
        let text = Text(json.finish().bytes.copiedToArray())
        let tree = try text.parse()
        let node = try #require(text.member("value", of: tree.root, in: tree))
        #expect(Value(node, of: tree, in: text) == value)
        for length in 0..<text.array.count {
            #expect(throws: JSONError.self) { try Text(Array(text.array[..<length])).parse() }
        }
    }

    private func visit(_ node: JSONTree.Node, of tree: JSONTree, in text: Text) {
        #expect(text.array.indices.contains(node.range.lowerBound) && node.range.upperBound <= text.array.count)
        switch node.kind {
        case .string: _ = text.string(node, in: tree)
        case .number: _ = text.integer(node, in: tree)
        case .array: for element in tree.elements(of: node) { visit(element, of: tree, in: text) }
        case .object:
            for member in tree.members(of: node) {
                visit(member.key, of: tree, in: text)
                visit(member.value, of: tree, in: text)
            }
        case .null, .bool: break
        }
    }
}

private indirect enum Value: Equatable {
    case null, bool(Bool), integer(Int64), string(String), array([Value]), object([Member])

    struct Member: Equatable { let key: String, value: Value }

    static func random(depth: Int, using random: inout SeededGenerator) -> Value {
        switch Int.random(in: depth > 0 ? 0..<6 : 0..<4, using: &random) {
        case 0: .null
        case 1: .bool(Bool.random(using: &random))
        case 2: .integer(Int64.random(in: .min ... .max, using: &random))
        case 3: .string(text(using: &random))
        case 4:
            .array(
                (0..<Int.random(in: 0..<5, using: &random)).map { _ in Self.random(depth: depth - 1, using: &random) })
        default:
            .object(
                (0..<Int.random(in: 0..<5, using: &random)).map { _ in
                    Member(key: text(using: &random), value: .random(depth: depth - 1, using: &random))
                })
        }
    }

    /// Any scalars at all, often those that need an escape.
    static func text(using random: inout SeededGenerator) -> String {
        var scalars = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0..<12, using: &random) {
            let bits = UInt32.random(in: 4...21, using: &random)
            if let scalar = Unicode.Scalar(UInt32.random(in: 0..<1 << bits, using: &random)) { scalars.append(scalar) }
        }
        return String(scalars)
    }

    func write(to json: inout JSONWriter) {
        switch self {
        case .null: json.null()
        case .bool(let value): json.bool(value)
        case .integer(let value): json.number(value)
        case .string(let value): json.string(value)
        case .array(let elements): json.array { for element in elements { element.write(to: &$0) } }
        case .object(let members):
            json.object {
                for member in members {
                    $0.key(member.key)
                    member.value.write(to: &$0)
                }
            }
        }
    }

    init?(_ node: JSONTree.Node, of tree: JSONTree, in text: Text) {
        switch node.kind {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .number:
            guard let value = text.integer(node, in: tree) else { return nil }
            self = .integer(value)
        case .string: self = .string(text.string(node, in: tree))
        case .array: self = .array(tree.elements(of: node).compactMap { Value($0, of: tree, in: text) })
        case .object:
            self = .object(
                tree.members(of: node).compactMap { key, value in
                    Value(value, of: tree, in: text).map { Member(key: text.string(key, in: tree), value: $0) }
                })
        }
    }
}
