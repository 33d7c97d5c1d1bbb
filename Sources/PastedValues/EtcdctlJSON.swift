import JSONText
import SecretMemory

/// What `etcdctl get -w json` prints, and what people cut out of it: `kvs`, one of its entries, one `value`.
///
/// The fields are those of etcd's api/etcdserverpb `RangeResponse` and api/mvccpb `KeyValue` in the JSON of Go, with
/// bytes in base64; empty ones are left out. The JSON of etcd's own gateway writes integers as strings.
enum EtcdctlJSON {
    /// The values in `text`; nil if it does not look like JSON. An object of Kubernetes is a value itself.
    static func recognize(_ text: RawSpan) throws(PasteError) -> [PastedValue]? {
        let start = trim(text.byteOffsets, in: text).lowerBound
        switch text[start] {
        case UInt8(ascii: "{"):
            let document = try Document(text)
            guard document.isObject else { return try document.values() }
            return try BinaryText.read(text.extracting(droppingFirst: start), printedAs: .raw)
        case UInt8(ascii: "["), UInt8(ascii: "\""):
            // Or the prompt of a shell, or `-w fields`.
            guard let document = try? Document(text) else { return nil }
            return try document.values()
        default: return nil
        }
    }

    static func read(_ text: RawSpan) throws(PasteError) -> [PastedValue] { try Document(text).values() }
}

private struct Document: ~Escapable {
    private let text: RawSpan
    private let tree: JSONTree

    @_lifetime(copy text)
    init(_ text: RawSpan) throws(PasteError) {
        self.text = text
        do {
            tree = try JSONTree(parsing: text)
        } catch {
            throw error.reason == .unexpectedEnd ? .truncated : .json(line: lineNumber(of: error.offset, in: text))
        }
    }

    /// Whether this is no answer of etcd but an object of Kubernetes. That may have members of etcd's names.
    var isObject: Bool { member("apiVersion")?.kind == .string && member("kind")?.kind == .string }

    func values() throws(PasteError) -> [PastedValue] {
        if tree.root.kind == .string { return [try loneValue()] }
        let entries = try entries()
        if entries.isEmpty { throw .noKeys }
        var values: [PastedValue] = []
        for (index, entry) in entries.enumerated() {
            guard let key = bytes("key", of: entry) else { throw .jsonEntry(index: index) }
            let isEmpty = tree.member("value", of: entry, in: text) == nil
            guard let value = isEmpty ? SecretBytes() : bytes("value", of: entry) else {
                throw .jsonEntry(index: index)
            }
            values.append(
                PastedValue(
                    etcdKey: key.etcdKey, value: SecretKey(value), modRevision: revision(of: entry),
                    format: .json))
        }
        return try values.refusingKeysOnly()
    }

    private func entries() throws(PasteError) -> [JSONTree.Node] {
        guard !isObject else {
            // Of the objects that etcd does not hold either, these are known as the answer of another program.
            if KubernetesText.isAPIAnswer(text) { throw .apiAnswer }
            throw .jsonWithoutKVs
        }
        if tree.root.kind == .array { return Array(tree.elements(of: tree.root)) }
        if let kvs = member("kvs") { return Array(tree.elements(of: kvs)) }
        if member("key") != nil { return [tree.root] }
        // What etcd found nothing for has a header alone.
        guard member("header") != nil else { throw .jsonWithoutKVs }
        return []
    }

    private func loneValue() throws(PasteError) -> PastedValue {
        let value = SecretKey(try Base64Text.decode(tree.string(tree.root, in: text).bytes))
        guard value.bytes.isStoredValue else { throw .notRecognized }
        return PastedValue(value: value, format: .json)
    }

    private func member(_ name: String) -> JSONTree.Node? { tree.member(name, of: tree.root, in: text) }

    private func bytes(_ name: String, of entry: JSONTree.Node) -> SecretBytes? {
        guard let node = tree.member(name, of: entry, in: text), node.kind == .string else { return nil }
        return try? SecretBase64.decode(tree.string(node, in: text).bytes)
    }

    private func revision(of entry: JSONTree.Node) -> Int64? {
        guard let node = tree.member("mod_revision", of: entry, in: text) else { return nil }
        guard node.kind == .string else { return tree.integer(node, in: text) }
        return Int64(String(decoding: tree.string(node, in: text).bytes.copiedToArray(), as: UTF8.self))
    }
}
