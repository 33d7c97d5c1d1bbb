import Foundation
import SecretMemory
import TestSupport
import Testing

@testable import KubernetesAPI

/// Recorded files with bytes changed, cut or doubled: read or refused, never a trap.
struct KubeconfigMutationTests {
    @Test(arguments: 0..<40) func mutants(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let names = [
            "impersonate.yaml", "exec-info.yaml", "contexts.yaml", "json.json", "files.yaml", "proxy-url.yaml",
        ]
        let original = try TestData.bytes("kubeconfig/files/\(names[seed % names.count])")
        for _ in 0..<25 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let offset = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[offset] = UInt8.random(in: .min ... .max, using: &random)
                case 1: bytes.removeSubrange(offset..<min(bytes.count, offset + 9))
                case 2: bytes.insert(contentsOf: bytes[offset..<min(bytes.count, offset + 30)], at: offset)
                default: bytes.insert(Array(":-[]{}&*!|>'\"\n \0".utf8).randomElement(using: &random) ?? 0, at: offset)
                }
                if bytes.isEmpty { bytes = original }
            }
            do throws(KubeconfigError) {
                _ = try KubeconfigFile(SecretKey(bytes), path: "mutant")
            } catch {
                #expect(error.file == "mutant")
            }
        }
    }

    /// Answers of plugins, in the same way.
    @Test(arguments: 0..<20) func answers(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let text =
            #"{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "a", "#
            + #""expirationTimestamp": "2026-11-30T06:31:07.5+01:00", "clientCertificateData": "-----BEGIN CERTIFICATE-----\nMAA=\n"#
            + #"-----END CERTIFICATE-----\n", "clientKeyData": "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n"}}"#
        for _ in 0..<200 {
            var bytes = Array(text.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let offset = Int.random(in: 0..<bytes.count, using: &random)
                if Bool.random(using: &random) {
                    bytes[offset] = UInt8.random(in: 0x20...0x7f, using: &random)
                } else {
                    bytes.remove(at: offset)
                }
            }
            _ = try? ExecCredential(reading: bytes.span.rawBytes, version: .v1)
        }
    }
}
