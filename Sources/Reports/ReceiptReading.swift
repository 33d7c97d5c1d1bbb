internal import FoundationEssentials
internal import SecretMemory
public import StorageEvidence

extension ConvergenceReceipt {
    /// Reads a document of the kind `ConvergenceReceipt`; nil for anything else.
    public init?(json: RawSpan) {
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(json.copiedToArray())),
            document.apiVersion == "encconf/v1", document.kind == "ConvergenceReceipt",
            document.hash.hasPrefix("sha256:"), document.hash.utf8.count == 71,
            document.hash.utf8.dropFirst(7).allSatisfy({ "0123456789abcdef".utf8.contains($0) }),
            document.revision ?? 1 > 0
        else { return nil }
        self.init(hash: document.hash, clusterUID: document.clusterUID, revision: document.revision)
    }

    private struct Document: Decodable {
        let apiVersion: String
        let kind: String
        let hash: String
        let clusterUID: String?
        let revision: Int64?
    }
}
