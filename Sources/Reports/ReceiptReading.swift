internal import JSONText
internal import SecretMemory
public import ShownText
public import StorageEvidence

/// Why a file is no proof that every server ran a file.
public enum ReceiptFault: Error {
    /// It is no document of the kind `ConvergenceReceipt`.
    case otherKind
    /// It has no valid hash or revision.
    case malformed
    case noServers
    /// A server ran another file.
    case otherHash

    /// What is wrong, in one clause.
    public var explanation: Phrase {
        switch self {
        case .otherKind: "not a receipt of kind ConvergenceReceipt"
        case .malformed: "the receipt has no valid hash or revision"
        case .noServers: "the receipt lists no server"
        case .otherHash: "the receipt lists a server that ran another file"
        }
    }
}

extension ConvergenceReceipt {
    /// Reads a document of the kind `ConvergenceReceipt`.
    ///
    /// Nothing of a document of another kind is copied: it may be a file with keys that was named by mistake.
    public init(json: RawSpan) throws(ReceiptFault) {
        guard let tree = try? JSONTree(parsing: json) else { throw .otherKind }
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
        guard says("apiVersion", "encconf/v1"), says("kind", "ConvergenceReceipt") else { throw .otherKind }
        guard let hash = text("hash", of: tree.root), hash.hasPrefix("sha256:"), hash.utf8.count == 71,
            hash.utf8.dropFirst(7).allSatisfy({ "0123456789abcdef".utf8.contains($0) })
        else { throw .malformed }
        guard let servers = member("servers", of: tree.root), servers.kind == .array, servers.count > 0 else {
            throw .noServers
        }
        for server in tree.elements(of: servers) {
            guard text("hash", of: server) == hash else { throw .otherHash }
        }
        var revision: Int64?
        if let value = member("revision", of: tree.root), value.kind != .null {
            guard value.kind == .number, let number = tree.integer(value, in: json), number > 0 else {
                throw .malformed
            }
            revision = number
        }
        let clusterUID = text("clusterUID", of: tree.root)
        // A revision of an unknown cluster proves nothing.
        self.init(hash: hash, clusterUID: clusterUID, revision: clusterUID == nil ? nil : revision)
    }
}
