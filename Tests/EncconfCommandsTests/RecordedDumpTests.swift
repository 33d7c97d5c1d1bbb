import EnvelopeCrypto
import Foundation
import PatientTesting
import TestSupport
import Testing

/// Every value of testdata/cluster/dumps in every form, through the command line, against what Kubernetes reads.
@Suite(.patient) struct RecordedDumpTests {
    /// One file of the dumps and the etcd key that it shows.
    struct Dump: Sendable, CustomTestStringConvertible {
        let file: String
        let etcdKey: String
        var testDescription: String { file }
        /// Whether the file has the value alone, without its etcd key.
        var isValueAlone: Bool { file.contains(".value.") }

        static func all() throws -> [Dump] {
            let index: [String: String] = try TestData.json("cluster/dumps/index.json")
            let files = try FileManager.default.contentsOfDirectory(atPath: TestData.path("cluster/dumps"))
            return files.sorted().compactMap { file in
                index[String(file.prefix { $0 != "." })].map { Dump(file: file, etcdKey: $0) }
            }
        }
    }

    struct Expected: Decodable {
        struct Key: Decodable {
            let etcd_key: String
            let resource: String
            let mod_revision: Int
            let provider: String
            let key_name: String
            let kms_key_id: String?
            let stale: Bool
            let plaintext_size: Int
            let plaintext_sha256: String
            let kind: String
            let namespace: String
            let name: String
            let type: String?
            let labels: [String: String]?
            let annotations: [String: String]?
            let data: [String: String]?
            let binary_data: [String: String]?
        }
        let keys: [Key]

        static func key(_ etcdKey: String) throws -> Key {
            let all: Expected = try TestData.json("cluster/expected.json")
            return try #require(all.keys.first { $0.etcd_key == etcdKey })
        }
    }

    struct Report: Decodable {
        struct Object: Decodable {
            struct Entry: Decodable {
                let bytes: Int
                let tag: String
                let value: String?
            }
            let kind: String
            let namespace: String
            let name: String
            let type: String?
            let labels: [String: String]
            let annotations: [String: String]
            let data: [String: Entry]
        }
        let apiVersion: String
        let kind: String
        let etcdKey: String?
        let resource: String
        let provider: String
        let key: String?
        let fingerprint: String?
        let stale: Bool
        let revision: Int?
        let object: Object
    }

    private func decrypt(_ dump: Dump, _ arguments: String...) throws -> Program.Result {
        let program = try Program()
        defer { program.remove() }
        let options =
            ["--config", "testdata/cluster/config-all.yaml"] + arguments
            + (dump.isValueAlone ? ["--etcd-key", dump.etcdKey] : [])
        return try program.shell(
            "encconf decrypt-secret \(options.joined(separator: " ")) testdata/cluster/dumps/\(dump.file)")
    }

    @Test(arguments: try Dump.all())
    func reports(_ dump: Dump) throws {
        let expected = try Expected.key(dump.etcdKey)
        let result = try decrypt(dump, "-o json --reveal")
        guard !expected.provider.hasPrefix("kms") else {
            // No plugin listens there: which one it is, where, its key ID, and why it gives no answer.
            #expect(result.status == 2)
            #expect(result.isErrorReport)
            #expect(result.errors.contains(expected.key_name))
            #expect(result.errors.contains("unix:///var/run/kmsplugin/\(expected.provider).sock"))
            if let keyID = expected.kms_key_id { #expect(result.errors.contains("key ID \(keyID)")) }
            #expect(result.errors.contains("connect: no such file or directory"))
            return
        }
        #expect(result.status == 0)
        let report = try JSONDecoder().decode(Report.self, from: Data(result.output))
        #expect(report.apiVersion == "encconf/v1")
        #expect(report.kind == "DecryptedObject")
        #expect(report.etcdKey == dump.etcdKey)
        #expect(report.resource == expected.resource)
        #expect(report.provider == expected.provider)
        #expect(report.key ?? "" == expected.key_name)
        #expect((report.fingerprint == nil) == (expected.provider == "identity"))
        #expect(report.stale == expected.stale)
        if let revision = report.revision { #expect(revision == expected.mod_revision) }
        #expect(report.object.kind == expected.kind)
        #expect(report.object.namespace == expected.namespace)
        #expect(report.object.name == expected.name)
        #expect(report.object.type == expected.type)
        #expect(report.object.labels == expected.labels ?? [:])
        #expect(report.object.annotations == expected.annotations ?? [:])
        guard expected.resource != "widgets.example.com" else { return }
        let hashes = try report.object.data.mapValues { entry in
            let value = [UInt8](try #require(entry.value.flatMap { Data(base64Encoded: $0) }))
            return Digest.hexadecimal(try Digest.sha256(value.span.bytes))
        }
        #expect(hashes == (expected.data ?? [:]).merging(expected.binary_data ?? [:]) { first, _ in first })
        for entry in report.object.data.values {
            #expect(entry.value.flatMap { Data(base64Encoded: $0) }?.count == entry.bytes)
        }
    }

    @Test(arguments: Sample.of(try Dump.all(), 20, "rawBytesAreThePlaintext"))
    func rawBytesAreThePlaintext(_ dump: Dump) throws {
        let expected = try Expected.key(dump.etcdKey)
        let program = try Program()
        defer { program.remove() }
        guard !expected.provider.hasPrefix("kms") else { return }
        let option = dump.isValueAlone ? "--etcd-key \(dump.etcdKey)" : ""
        let result = try program.shell(
            """
            encconf decrypt-secret --config testdata/cluster/config-all.yaml -o raw \(option) \
            testdata/cluster/dumps/\(dump.file) | sha256sum
            """)
        #expect(result.text.hasPrefix(expected.plaintext_sha256))
        #expect(result.errors.contains("warning"))
    }

    /// By default no value is shown, in no format and on no stream.
    @Test(arguments: Sample.of(try Dump.all(), 16, "nothingIsRevealedUnasked"), ["yaml", "json"])
    func nothingIsRevealedUnasked(_ dump: Dump, format: String) throws {
        let revealed = try decrypt(dump, "-o json --reveal")
        guard revealed.status == 0 else { return }
        let report = try JSONDecoder().decode(Report.self, from: Data(revealed.output))
        let redacted = try decrypt(dump, "-o \(format)")
        #expect(redacted.status == 0)
        for entry in report.object.data.values {
            guard let value = entry.value, let bytes = Data(base64Encoded: value), bytes.count > 3 else { continue }
            #expect(!redacted.text.contains(value))
            #expect(!redacted.errors.contains(value))
            if let text = String(data: bytes, encoding: .utf8) { #expect(!redacted.text.contains(text)) }
        }
    }

    /// Several objects in one input: all of them, in order.
    @Test(arguments: [("prefix-team-a.bin", 11), ("prefix-payments.json", 11)])
    func severalObjects(_ file: String, count: Int) throws {
        let dump = Dump(file: file, etcdKey: "")
        let result = try decrypt(dump, "-o json")
        let documents = result.text.components(separatedBy: "\n{\n").count
        let refused = result.errors.components(separatedBy: "the value needs KMS plugin").count - 1
        #expect(documents + refused == count)
        #expect(result.status == (refused == 0 ? 0 : 2))
    }

    /// What Kubernetes reads of the recorded cluster with each of its configurations.
    struct Readability: Decodable {
        struct Configuration: Decodable {
            let load_ok: Bool
            let keys: [String: Key]?
        }
        struct Key: Decodable {
            let ok: Bool
            let stale: Bool?
            let error: String?
        }
        let configs: [String: Configuration]
    }

    @Test(arguments: try TestData.json("cluster/readability.json", as: Readability.self).configs.keys.sorted())
    func readability(under name: String) throws {
        let recorded = try #require(
            TestData.json("cluster/readability.json", as: Readability.self).configs[name])
        let program = try Program()
        defer { program.remove() }
        for dump in try Dump.all() where dump.file.hasSuffix(".json") {
            let result = try program.encconf(
                "decrypt-secret", "--config", "testdata/cluster/\(name)", "-o", "json",
                "testdata/cluster/dumps/\(dump.file)")
            guard recorded.load_ok else {
                #expect(result.status == 2)
                #expect(result.isErrorReport)
                continue
            }
            let expected = try #require(recorded.keys?[dump.etcdKey])
            if result.errors.contains("the value needs KMS plugin") { continue }
            #expect(result.status == (expected.ok ? 0 : 2), "\(dump.file)")
            guard expected.ok else {
                #expect(result.isErrorReport)
                #expect(result.errors.contains("value: \(expected.error ?? "none")\n"))
                continue
            }
            let report = try JSONDecoder().decode(Report.self, from: Data(result.output))
            #expect(report.stale == expected.stale)
        }
    }
}

extension Program.Result {
    /// Whether nothing but an error is reported.
    fileprivate var isErrorReport: Bool {
        let report = try? JSONSerialization.jsonObject(with: Data(output)) as? [String: Any]
        return report?["error"] is [String: Any] && report?["object"] == nil && report?["objects"] == nil
    }
}
