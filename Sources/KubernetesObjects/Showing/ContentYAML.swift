internal import ProtobufWire
internal import SecretMemory

/// The content of an object as YAML: all members but apiVersion, kind and metadata.
///
/// Recursive; ``StoredObject/depthLimit`` and ``ProtobufContent/depthLimit`` keep it from exhausting the stack.
struct ContentYAML: ~Escapable {
    private typealias Node = ValueTree.Node

    private let tree: ValueTree
    private let plaintext: RawSpan
    private let disclosure: Disclosure

    @_lifetime(copy plaintext)
    init(tree: ValueTree, plaintext: RawSpan, disclosure: Disclosure) {
        self.tree = tree
        self.plaintext = plaintext
        self.disclosure = disclosure
    }

    /// Appends the members at the top of a document; members with only a number are under `fields`, which no manifest
    /// has.
    func append(to yaml: inout YAMLWriter) {
        for content in tree.namedMembers(of: tree.root, in: plaintext) where StoredObject.isContent(content.name) {
            member(content, indent: 0, showsType: false, to: &yaml)
        }
        let numbered = tree.numberedMembers(of: tree.root)
        guard !numbered.isEmpty else { return }
        yaml.write(
            """
            # Not a manifest: encconf knows these fields by their protobuf numbers only.
            # Whether bytes are a message or a text is a guess.
            fields:

            """)
        for field in numbered {
            yaml.indent(2)
            member(field, indent: 2, showsType: true, to: &yaml)
        }
    }

    private func member(_ member: Named<Node>, indent: Int, showsType: Bool, to yaml: inout YAMLWriter) {
        yaml.key(member.name, indent: indent)
        if member.value.count == 0 {
            yaml.write(" ")
            single(member.value, indent: indent, showsType: showsType, to: &yaml)
        } else {
            yaml.write("\n")
            yaml.indent(indent + 2)
            children(of: member.value, indent: indent + 2, showsType: showsType, to: &yaml)
        }
    }

    /// The members or elements of `node`, one to a line; the first continues the line that has been begun.
    private func children(of node: Node, indent: Int, showsType: Bool, to yaml: inout YAMLWriter) {
        var isFirst = true
        for element in tree.elements(of: node) {
            if !isFirst { yaml.indent(indent) }
            isFirst = false
            yaml.write("- ")
            if element.count == 0 {
                single(element, indent: indent, showsType: showsType, to: &yaml)
            } else {
                children(of: element, indent: indent + 2, showsType: showsType, to: &yaml)
            }
        }
        for child in tree.allMembers(of: node, in: plaintext) {
            if !isFirst { yaml.indent(indent) }
            isFirst = false
            member(child, indent: indent, showsType: showsType, to: &yaml)
        }
    }

    /// A scalar, or a collection without anything in it. What is revealed shows its type.
    private func single(_ node: Node, indent: Int, showsType: Bool, to yaml: inout YAMLWriter) {
        switch node.kind {
        case .null: yaml.write("null")
        case .object: yaml.write("{}")
        case .array: yaml.write("[]")
        case .bool, .number, .string:
            node.value.withText(in: plaintext) { text in
                if disclosure.isRevealed {
                    reveal(text, of: node.kind, indent: indent, to: &yaml)
                } else {
                    yaml.scalar(disclosure.redaction(of: text))
                    if showsType { yaml.write("  # \(node.value.protobufType)") }
                }
            }
        }
        yaml.write("\n")
    }

    private func reveal(_ text: RawSpan, of kind: ValueTree.Kind, indent: Int, to yaml: inout YAMLWriter) {
        switch kind {
        case .number: yaml.number(text)
        case .bool: yaml.literal(text)
        // YAML has only characters: other bytes are written in base64 (yaml.org/type/binary.html).
        case _ where !text.isValidUTF8: yaml.binary(text)
        default: yaml.block(text, indent: indent + 2)
        }
    }
}
