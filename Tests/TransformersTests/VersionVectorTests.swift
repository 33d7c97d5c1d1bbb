import EncryptionConfig
import Foundation
import GoText
import KubernetesResources
import KubernetesVersions
import TestSupport
import Testing
import Transformers

/// What each version of Kubernetes made of the recorded values. See testdata/versions/README.md.
struct VersionVectorTests {
    /// An answer that differs from that of 1.36 with default gates.
    private struct Row: Decodable {
        let id: String
        let versions: [String]
        let ok: Bool
        let stale: Bool?
        let plaintext_b64: String?
        let error: String?
        let panic: String?
    }

    private static let rows = Result { () throws -> [String: [String: Row]] in
        var rows: [String: [String: Row]] = [:]
        for row in try GzipLines.decode("versions/vectors.jsonl.gz", as: Row.self) {
            for version in row.versions { rows[version, default: [:]][row.id] = row }
        }
        return rows
    }

    @Test(arguments: KubernetesVersion.recorded.dropLast())
    func opensAsThatVersionDoes(_ kubernetes: KubernetesVersion) throws {
        let rows = try Self.rows.get()[kubernetes.description] ?? [:]
        let vectors = try RecordedVector.all()
        for vector in vectors {
            let configuration: EncryptionConfiguration
            do {
                configuration = try TransformersTests.configuration(vector.config, kubernetes: kubernetes)
            } catch {
                Issue.record("\(vector.id): \(error)")
                continue
            }
            let plugin = Base64KMS(keyID: ByteName(vector.kms?.current_key_id ?? "1"))
            let transformer = try TransformerSet(configuration, unwrapping: plugin)
                .transformer(for: GroupResource(parsing: vector.resource))
            let row = rows[vector.id]
            let (ok, error) = row.map { ($0.ok, $0.error) } ?? (vector.ok, vector.error)
            let plaintext = row.flatMap(\.plaintext_b64).flatMap { Data(base64Encoded: $0) }.map { [UInt8]($0) }
            // 1.36 calls stale what a writer of DEKs has recorded as current.
            let stale = row?.stale ?? (vector.stale || vector.isOfDEKWriter && vector.ok)
            switch open(vector.value, etcdKey: vector.storage_path, with: transformer) {
            case .opened(let found, let isStale, _, _):
                #expect(ok && found == plaintext ?? vector.plaintext, "\(vector.id)")
                #expect(isStale == stale, "\(vector.id)")
            case .failed(let failure):
                #expect(!ok, "\(vector.id)")
                #expect(failure.apiserverText(in: kubernetes) == error, "\(vector.id)")
            }
        }
        #expect(vectors.count == 1432)
    }
}
