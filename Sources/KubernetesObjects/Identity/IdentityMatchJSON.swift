internal import JSONText
internal import SecretMemory

extension IdentityCheck {
    /// The same for JSON. False for names with escapes or with other characters than those of ASCII, which the slower
    /// check decodes.
    static func isSurelySame(
        json plaintext: RawSpan, namespace: RawSpan, name: RawSpan, kind: RawSpan, group: RawSpan
    ) -> Bool {
        guard let tree = try? JSONTree(parsing: plaintext) else { return false }
        var (foundVersion, foundKind, metadata): (JSONTree.Node?, JSONTree.Node?, JSONTree.Node?)
        // Of members with the same name the last counts, as in Go.
        for member in tree.members(of: tree.root) {
            if tree.string(member.key, equals: "apiVersion", in: plaintext) {
                foundVersion = member.value
            } else if tree.string(member.key, equals: "kind", in: plaintext) {
                foundKind = member.value
            } else if tree.string(member.key, equals: "metadata", in: plaintext) {
                metadata = member.value
            }
        }
        guard let metadata else { return false }
        var (foundNamespace, foundName): (JSONTree.Node?, JSONTree.Node?)
        for member in tree.members(of: metadata) {
            if tree.string(member.key, equals: "namespace", in: plaintext) {
                foundNamespace = member.value
            } else if tree.string(member.key, equals: "name", in: plaintext) {
                foundName = member.value
            }
        }
        guard let foundVersion, let foundKind, let foundName, foundVersion.isPlainText(in: plaintext),
            foundKind.isPlainText(in: plaintext), foundName.isPlainText(in: plaintext),
            foundKind.text(in: plaintext).elementsEqual(kind), foundName.text(in: plaintext).elementsEqual(name),
            isVersion(foundVersion.text(in: plaintext), of: group)
        else { return false }
        // An object of the whole cluster has none.
        guard let foundNamespace else { return namespace.byteCount == 0 }
        return foundNamespace.isPlainText(in: plaintext)
            && foundNamespace.text(in: plaintext).elementsEqual(namespace)
    }
}

extension JSONTree.Node {
    /// Whether the node is a string that is not empty and holds just what stands between its quotes.
    fileprivate func isPlainText(in plaintext: RawSpan) -> Bool {
        guard kind == .string, range.count > 2 else { return false }
        let text = text(in: plaintext)
        for offset in text.byteOffsets where text[offset] >= 0x80 || text[offset] == UInt8(ascii: "\\") { return false }
        return true
    }

    /// What stands between the quotes of a string.
    @_lifetime(copy plaintext)
    fileprivate func text(in plaintext: RawSpan) -> RawSpan {
        plaintext.extracting(range.lowerBound + 1..<range.upperBound - 1)
    }
}
