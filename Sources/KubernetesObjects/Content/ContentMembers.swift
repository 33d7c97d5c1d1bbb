internal import ProtobufWire
internal import SecretMemory

extension ValueTree {
    /// The members of an object that have a name, in the order of names; of those with the same name the last.
    func namedMembers(of node: Node, in plaintext: RawSpan) -> [Named<Node>] {
        var named: [Named<Node>] = []
        for (key, value) in members(of: node) where !key.value.isFieldNumber {
            // The readers of JSON and CBOR let nothing pass that is not UTF-8.
            let name = key.value.withText(in: plaintext) { String(validatingUTF8: $0) } ?? ""
            named.append(Named(name: name, value: value))
        }
        return named.lastOfEachName()
    }

    /// The members of an object that have only a number, in the order of numbers.
    func numberedMembers(of node: Node) -> [Named<Node>] {
        members(of: node).compactMap { key, value in
            guard case .fieldNumber(let number) = key.value else { return nil }
            return Named(name: "\(number)", value: value)
        }
    }

    /// Whether an object at the top has members with a name.
    var hasNamedMembers: Bool { members(of: root).contains { !$0.key.value.isFieldNumber } }

    /// Whether it has members with only a number.
    var hasNumberedMembers: Bool { members(of: root).contains { $0.key.value.isFieldNumber } }

    /// All members of an object: first those with a name, then those with a number.
    func allMembers(of node: Node, in plaintext: RawSpan) -> [Named<Node>] {
        namedMembers(of: node, in: plaintext) + numberedMembers(of: node)
    }
}

extension ValueTree.Value {
    fileprivate var isFieldNumber: Bool {
        if case .fieldNumber = self { true } else { false }
    }
}
