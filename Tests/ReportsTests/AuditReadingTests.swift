import EncryptionConfig
import FleetComparison
import Foundation
import GoText
import KubernetesResources
import Reports
import SecretMemory
import ShownText
import TestSupport
import Testing

/// Reports of audits, read again.
struct AuditReadingTests {
    private static let name = FleetArgument("backup=b.json").name

    private static func isReport(_ bytes: [UInt8]) -> Bool { FleetAudit.isReport(bytes.span.rawBytes) }

    private func json(seed: Int) throws -> [UInt8] {
        var audit = RandomAudit(seed: UInt64(seed))
        return try audit.report().value().document(Redactor(), isOneLine: seed % 2 == 0).bytes.copiedToArray()
    }

    /// Every key with values, and every reason for which there can be more.
    @Test(arguments: 0..<80) func readsWhatIsWritten(seed: Int) throws {
        let bytes = try json(seed: seed)
        #expect(Self.isReport(bytes))
        let audit = try FleetAudit(json: bytes.span.rawBytes, name: Self.name, path: "b.json")
        let document = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        let rows = try #require(document["resources"] as? [[String: Any]])
        let keys = try rows.flatMap { row in
            try #require(row["byKey"] as? [[String: Any]]).filter { $0["objects"] as? Int != 0 }.map { (row, $0) }
        }
        try #require(audit.needs.count == keys.count)
        for (need, (row, key)) in zip(audit.needs, keys) {
            #expect(need.resource.description == row["resource"] as? String)
            #expect(need.provider?.rawValue ?? "unknown" == key["provider"] as? String)
            #expect(need.key?.text == key["key"] as? String && need.fingerprint == key["fingerprint"] as? String)
            #expect(need.objects == key["objects"] as? Int && need.decrypted == key["decrypted"] as? Int)
            #expect(need.decrypted <= need.objects)
        }
        let doubts = try #require(document["doubts"] as? [[String: Any]])
            .filter { $0["reason"] as? String != "plugins" }
        #expect(audit.gaps.count == doubts.count + (document["limits"] as? [Any] ?? []).count)
        #expect(audit.hashes.count == (document["configurations"] as? [Any])?.count)
        #expect(audit.clusterUID == (document["source"] as? [String: Any])?["clusterUID"] as? String)
    }

    /// Whatever a file holds, it is read or refused.
    @Test(arguments: 0..<40) func damage(seed: Int) throws {
        let whole = try json(seed: seed)
        var random = SeededGenerator(seed: UInt64(seed))
        var readCount = 0
        for _ in 0..<60 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(place..<min(place + 9, bytes.count))
                case 2: bytes.insert(contentsOf: Array("\"{}[],:-1e9".utf8).shuffled(using: &random), at: place)
                default: bytes.removeSubrange(place...)
                }
                if bytes.isEmpty { bytes = [0] }
            }
            _ = Self.isReport(bytes)
            if let audit = try? FleetAudit(json: bytes.span.rawBytes, name: Self.name, path: "b.json") {
                readCount += 1
                #expect(audit.needs.allSatisfy { $0.objects > 0 && $0.decrypted >= 0 })
            }
        }
        #expect(readCount < 60)
    }

    /// A configuration in JSON or YAML is none.
    @Test func whatIsNoReport() {
        for text in [
            "", "{", "{}", "[]", "{\"apiVersion\": 1}", "apiVersion: encconf/v1", "{apiVersion: encconf/v1}",
            "{\"apiVersion\":\"apiserver.config.k8s.io/v1\",\"kind\":\"EncryptionConfiguration\"}",
        ] {
            #expect(!Self.isReport(Array(text.utf8)), "\(text)")
        }
        #expect(Self.isReport(Array("{\"apiVersion\":\"encconf/v1\",\"a\":\"}\\\"\"} {".utf8)))
    }
}
