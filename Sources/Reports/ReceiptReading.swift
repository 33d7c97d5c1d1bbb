internal import JSONText
internal import SecretMemory
public import StorageEvidence

extension ConvergenceReceipt {
    /// Reads a document of the kind `ConvergenceReceipt`; nil for anything else, such as one without servers, or with a
    /// server that ran another file.
    ///
    /// Nothing of a document of another kind is copied: it may be a file with keys that was named by mistake.
    public init?(json: RawSpan) {
        guard let tree = try? JSONTree(parsing: json) else { return nil }
        func member(_ name: String, of node: JSONTree.Node) -> JSONTree.Node? {
            guard node.kind == .object else { return nil }
            return tree.member(name, of: node, in: json)
        }
        func text(_ name: String, of node: JSONTree.Node) -> String? {
            guard let value = member(name, of: node), value.kind == .string else { return nil }
            return String(decoding: tree.string(value, in: json).bytes.copiedToArray(), as: UTF8.self)
        }
        func says(_ name: String, _ expected: String) -> Bool {
            guard let value = member(name, of: tree.root), value.kind == .string else { return false }
            return tree.string(value, equals: expected, in: json)
        }
        guard says("apiVersion", "encconf/v1"), says("kind", "ConvergenceReceipt"),
            let hash = text("hash", of: tree.root), hash.hasPrefix("sha256:"), hash.utf8.count == 71,
            hash.utf8.dropFirst(7).allSatisfy({ "0123456789abcdef".utf8.contains($0) }),
            let servers = member("servers", of: tree.root), servers.kind == .array, servers.count > 0
        else { return nil }
        for server in tree.elements(of: servers) {
            guard text("hash", of: server) == hash else { return nil }
        }
        var revision: Int64?
        if let value = member("revision", of: tree.root), value.kind != .null {
            guard value.kind == .number, let number = tree.integer(value, in: json), number > 0 else { return nil }
            revision = number
        }
        let clusterUID = text("clusterUID", of: tree.root)
        // A revision of an unknown cluster proves nothing.
        self.init(hash: hash, clusterUID: clusterUID, revision: clusterUID == nil ? nil : revision)
    }
}
