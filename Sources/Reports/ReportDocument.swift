internal import JSONText
internal import SecretMemory

/// Why a report of this program cannot be read again.
protocol MalformedReport: Error {
    /// A member is missing, or is not what the report has there.
    static func malformed(_ member: String) -> Self
}

/// A report of this program, read again. The text may be anything: every member is checked before it is used.
struct ReportDocument<Fault: MalformedReport> {
    let tree: JSONTree

    /// Texts that are longer are no texts of a report.
    private static var textLimit: Int { 4096 }

    /// Whether it is a document of this program, of a kind.
    func `is`(_ kind: String, _ json: RawSpan) -> Bool {
        says("apiVersion", "encconf/v1", json) && says("kind", kind, json)
    }

    /// Whether a member of the document itself is this text. Nothing is copied.
    func says(_ name: String, _ expected: String, _ json: RawSpan) -> Bool {
        guard let value = member(name, of: tree.root, json), value.kind == .string else { return false }
        return tree.string(value, equals: expected, in: json)
    }

    /// Nil for null too.
    func member(_ name: String, of node: JSONTree.Node, _ json: RawSpan) -> JSONTree.Node? {
        guard node.kind == .object, let value = tree.member(name, of: node, in: json), value.kind != .null else {
            return nil
        }
        return value
    }

    func text(_ name: String, of node: JSONTree.Node, _ json: RawSpan) throws(Fault) -> String? {
        guard let value = member(name, of: node, json) else { return nil }
        return try text(value, name, json)
    }

    private func text(_ value: JSONTree.Node, _ name: String, _ json: RawSpan) throws(Fault) -> String {
        guard value.kind == .string, value.range.count <= Self.textLimit else { throw .malformed(name) }
        return String(decoding: tree.string(value, in: json).bytes.copiedToArray(), as: UTF8.self)
    }

    func count(_ name: String, of node: JSONTree.Node, _ json: RawSpan) throws(Fault) -> Int64 {
        guard let value = member(name, of: node, json) else { throw .malformed(name) }
        return try count(value, name, json)
    }

    func count(_ value: JSONTree.Node, _ name: String, _ json: RawSpan) throws(Fault) -> Int64 {
        guard value.kind == .number, let number = tree.integer(value, in: json), number >= 0 else {
            throw .malformed(name)
        }
        return number
    }

    func list(_ name: String, of node: JSONTree.Node, _ json: RawSpan) throws(Fault) -> [JSONTree.Node] {
        guard let value = member(name, of: node, json), value.kind == .array else { throw .malformed(name) }
        return Array(tree.elements(of: value))
    }

    func texts(_ name: String, of node: JSONTree.Node, _ json: RawSpan) throws(Fault) -> [String] {
        var texts: [String] = []
        for value in try list(name, of: node, json) { texts.append(try text(value, name, json)) }
        return texts
    }

    func members(
        _ name: String, of node: JSONTree.Node, _ json: RawSpan
    ) throws(Fault) -> [(String, JSONTree.Node)] {
        guard let value = member(name, of: node, json), value.kind == .object else { throw .malformed(name) }
        var members: [(String, JSONTree.Node)] = []
        for (key, value) in tree.members(of: value) { members.append((try text(key, name, json), value)) }
        return members
    }
}
