internal import FoundationEssentials
internal import SecretMemory
public import StorageEvidence

extension ConvergenceReceipt {
    /// Reads a document of the kind `ConvergenceReceipt`; nil for anything else, such as one without servers, or with a
    /// server that ran another file.
    public init?(json: RawSpan) {
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(json.copiedToArray())),
            document.apiVersion == "encconf/v1", document.kind == "ConvergenceReceipt",
            document.hash.hasPrefix("sha256:"), document.hash.utf8.count == 71,
            document.hash.utf8.dropFirst(7).allSatisfy({ "0123456789abcdef".utf8.contains($0) }),
            document.revision ?? 1 > 0, !document.servers.isEmpty,
            document.servers.allSatisfy({ $0.hash == document.hash })
        else { return nil }
        // A revision of nobody knows which cluster says nothing.
        self.init(
            hash: document.hash, clusterUID: document.clusterUID,
            revision: document.clusterUID == nil ? nil : document.revision)
    }

    private struct Server: Decodable { let hash: String }

    private struct Document: Decodable {
        let apiVersion: String
        let kind: String
        let hash: String
        let servers: [Server]
        let clusterUID: String?
        let revision: Int64?
    }
}
