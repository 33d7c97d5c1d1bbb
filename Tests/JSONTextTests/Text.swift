import JSONText
import SecretMemory

/// A text for a test, which is no secret. (`#expect` takes no call that is handed a span.)
struct Text {
    let array: [UInt8]

    init(_ string: String) { array = Array(string.utf8) }
    init(_ bytes: [UInt8]) { array = bytes }

    func parse() throws(JSONError) -> JSONTree { try JSONTree(parsing: array.span.rawBytes) }

    func source(of node: JSONTree.Node) -> String { String(decoding: array[node.range], as: UTF8.self) }

    func string(_ node: JSONTree.Node, in tree: JSONTree) -> String {
        String(decoding: tree.string(node, in: array.span.rawBytes).bytes.copiedToArray(), as: UTF8.self)
    }

    func string(_ node: JSONTree.Node, in tree: JSONTree, equals expected: String) -> Bool {
        tree.string(node, equals: expected, in: array.span.rawBytes)
    }

    func integer(_ node: JSONTree.Node, in tree: JSONTree) -> Int64? { tree.integer(node, in: array.span.rawBytes) }

    func member(_ key: String, of node: JSONTree.Node, in tree: JSONTree) -> JSONTree.Node? {
        tree.member(key, of: node, in: array.span.rawBytes)
    }
}
