internal import JSONText
internal import SecretMemory

/// The content of an object for a report: each text, number and boolean outside apiVersion, kind and metadata under
/// its path, such as `spec.list[0].color`, or of protobuf that is known by numbers alone `2.1[0].3`.
///
/// A path repeats the names of all parents of its value, so a long name above many values could produce unlimited
/// output. The paths of a report have at most ``StoredObject/pathByteLimit`` bytes together; from the first on that
/// has no room left, values are counted only.
///
/// Recursive; ``StoredObject/depthLimit`` and ``ProtobufContent/depthLimit`` keep it from exhausting the stack.
struct ContentLeaves: ~Escapable {
    private typealias Node = ValueTree.Node

    private let tree: ValueTree
    private let plaintext: RawSpan
    private let disclosure: Disclosure
    /// Of the value that is being written.
    private var path: [UInt8] = []
    private var room = StoredObject.pathByteLimit
    /// How many values there was no room for.
    private(set) var omittedCount = 0

    @_lifetime(copy plaintext)
    init(tree: ValueTree, plaintext: RawSpan, disclosure: Disclosure) {
        self.tree = tree
        self.plaintext = plaintext
        self.disclosure = disclosure
    }

    /// Writes the values whose fields have a name, as members of an object.
    @_lifetime(self: copy self)
    mutating func writeNamed(to json: inout JSONWriter) {
        for member in tree.namedMembers(of: tree.root, in: plaintext) where StoredObject.isContent(member.name) {
            write(member.value, at: step(member.name), showsType: false, to: &json)
        }
    }

    /// Writes the values whose fields have only a number, each with its type.
    @_lifetime(self: copy self)
    mutating func writeNumbered(to json: inout JSONWriter) {
        for member in tree.numberedMembers(of: tree.root) {
            write(member.value, at: member.name, showsType: true, to: &json)
        }
    }

    @_lifetime(self: copy self)
    private mutating func write(_ node: Node, at step: String, showsType: Bool, to json: inout JSONWriter) {
        let parent = path.count
        path.append(contentsOf: step.utf8)
        switch node.kind {
        case .null: break
        case .string, .number, .bool: if takeRoom() { leaf(node.value, showsType: showsType, to: &json) }
        case .array:
            var index = 0
            for element in tree.elements(of: node) {
                write(element, at: "[\(index)]", showsType: showsType, to: &json)
                index += 1
            }
        case .object:
            for member in tree.allMembers(of: node, in: plaintext) {
                write(member.value, at: self.step(member.name), showsType: showsType, to: &json)
            }
        }
        path.removeLast(path.count - parent)
    }

    private func leaf(_ value: ValueTree.Value, showsType: Bool, to json: inout JSONWriter) {
        json.key(path.span.rawBytes)
        value.withText(in: plaintext) { text in
            json.report(on: text, ofType: showsType ? value.protobufType : nil, disclosure)
        }
    }

    /// Whether the path can be listed.
    @_lifetime(self: copy self)
    private mutating func takeRoom() -> Bool {
        if omittedCount == 0, path.count <= room {
            room -= path.count
            return true
        }
        omittedCount += 1
        return false
    }

    /// A member's part of a path; a name that would look like several parts is in brackets and quotes.
    private func step(_ name: String) -> String {
        guard name.isEmpty || name.utf8.contains(where: { #".[]"\"#.utf8.contains($0) }) else {
            return path.isEmpty ? name : "." + name
        }
        let escaped = name.utf8.flatMap { #""\"#.utf8.contains($0) ? [UInt8(ascii: "\\"), $0] : [$0] }
        return "[\"" + String(decoding: escaped, as: UTF8.self) + "\"]"
    }
}

extension StoredObject {
    /// How many bytes the paths of one report may have together. The limit is ours.
    public static let pathByteLimit = 8 << 20
}
