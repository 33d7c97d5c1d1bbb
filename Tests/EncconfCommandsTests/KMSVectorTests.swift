import Foundation
import PatientTesting
import TestSupport
import Testing

/// Every recorded value of a KMS, through the command line and a plugin that is a program of its own, against what
/// Kubernetes made of it.
@Suite(.patient) struct KMSVectorTests {
    private struct Vector: Decodable {
        struct KMS: Decodable {
            let current_key_id: String?
            let dek_source_type: String?
        }
        let id: String
        let config: String
        let resource: String
        let storage_path: String
        let value_b64: String
        let provider: String
        let key_name: String
        let ok: Bool
        let plaintext_b64: String?
        let stale: Bool
        let error: String?
        let kms: KMS?

        /// What the plugin itself says is in its own words, not in those of the mock behind the recordings.
        var comparableError: String? {
            guard let error, !error.contains("illegal base64 data") else { return nil }
            return error
        }
    }

    private static func vectors() throws -> [Vector] {
        struct File: Decodable { let vectors: [Vector] }
        let all: File = try TestData.json("vectors/recorded.json")
        // The command line takes no empty etcd key, under which nothing can be stored.
        return all.vectors.filter { ["kmsv1", "kmsv2"].contains($0.provider) && !$0.storage_path.isEmpty }
    }

    @Test func opensWhatKubernetesOpens() throws {
        let vectors = try Self.vectors()
        #expect(vectors.count == 332)
        // The plugin has one current key.
        #expect(vectors.allSatisfy { [nil, "1"].contains($0.kms?.current_key_id) })
        let plugin = try PluginProcess()
        try plugin.misbehave("Decrypt lenient")
        let program = try Program()
        defer { program.remove() }
        for vector in vectors {
            try Data(vector.config.replacing("/var/run/kmsplugin/socket.sock", with: plugin.socket).utf8)
                .write(to: program.workingFolder.appendingPathComponent("\(vector.id).yaml"))
            try #require(Data(base64Encoded: vector.value_b64))
                .write(to: program.workingFolder.appendingPathComponent("\(vector.id).value"))
        }
        let lines = vectors.map { vector in
            "open '\(vector.id)' '\(vector.resource)' '\(vector.storage_path)'"
        }
        let result = try program.shell(
            """
            open() {
                status=0
                encconf decrypt-secret --config "$1.yaml" --format raw -o raw --resource "$2" --etcd-key "$3" \\
                    "$1.value" > "$1.plain" 2> "$1.errors" || status=$?
                echo "$1 $status"
            }
            \(lines.joined(separator: "\n"))
            """)
        let statuses = result.text.split(separator: "\n").map { $0.split(separator: " ") }
        #expect(statuses.map { String($0[0]) } == vectors.map(\.id))
        for (vector, status) in zip(vectors, statuses) {
            try check(vector, status: String(status[1]), in: program.workingFolder)
        }
    }

    private func check(_ vector: Vector, status: String, in folder: URL) throws {
        let plain = try Data(contentsOf: folder.appendingPathComponent("\(vector.id).plain"))
        let errors = String(
            decoding: try Data(contentsOf: folder.appendingPathComponent("\(vector.id).errors")), as: UTF8.self)
        let comment: Comment = "\(vector.id): \(errors)"
        guard vector.ok else {
            #expect(status == "2" && plain.isEmpty, comment)
            if let error = vector.comparableError { #expect(errors.contains(error), comment) }
            return
        }
        #expect(plain == vector.plaintext_b64.flatMap { Data(base64Encoded: $0) }, comment)
        // What opens need not be the object that its etcd key names.
        #expect(["0", "1"].contains(status), comment)
        // Some were recorded with a server that writes keys, as those before 1.29; since then all write seeds.
        let isStale = vector.stale || vector.kms?.dek_source_type == "AES_GCM_KEY"
        let age = isStale ? "stale" : "current"
        #expect(errors.contains(": \(vector.provider) \(vector.key_name), \(age)"), comment)
    }
}
