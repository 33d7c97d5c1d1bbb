import EncryptionConfig
import EnvelopeCrypto
import Foundation
import KMSPlugin
import PatientTesting
import SecretMemory
import StorageAudit
import Synchronization
import TestSupport
import Testing

/// An audit of very many values asks the plugin as often as there are seeds, and no more.
@Suite(.patient) struct ManyValuesTests {
    private static let valueCount = 100_000
    private static let threadCount = 4

    @Test func fiveSeedsAreFiveCalls() throws {
        let plugin = try PluginProcess()
        let unwrapping = plugin.unwrapping()
        let configuration = try Self.configuration()
        let census = Mutex(Census(findingLimit: 5))
        let failures = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: Self.threadCount) { thread in
            do {
                let auditor = Auditor([configuration], unwrapping: unwrapping, options: AuditOptions())
                for number in stride(from: thread, to: Self.valueCount, by: Self.threadCount) {
                    try Self.add(number, to: auditor)
                }
                census.withLock { $0.add(auditor.census) }
            } catch {
                failures.withLock { $0.append("\(error)") }
            }
        }
        #expect(failures.withLock { $0 } == [])
        let secrets = try #require(census.withLock { $0.resources.values.first })
        #expect(secrets.objects == Self.valueCount)
        #expect(secrets.unreadable == 0 && secrets.needsPlugin == 0 && secrets.notObjects == 0 && secrets.stale == 0)
        #expect(try plugin.calls(of: "Decrypt").count == 5)
        #expect(try plugin.calls(of: "Status").count == 1)
    }

    /// One Secret, sealed under one of five seeds.
    private static func add(_ number: Int, to auditor: Auditor) throws {
        let seed = [UInt8](repeating: UInt8(number % 5), count: 32)
        let name = "secret-\(number)"
        let etcdKey = Array("/registry/secrets/default/\(name)".utf8)
        let object = Array(
            #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"\#(name)","namespace":"default"}}"#.utf8)
        var value = SecretBuffer()
        value.append("k8s:enc:kms:v2:vault:")
        let key = KMSv2SealingKey(
            seed: SecretKey(seed), encryptedSeed: Mock.encrypted(seed), keyID: Mock.keyID,
            annotations: Mock.annotations)
        try key.seal(object.span.rawBytes, authenticating: etcdKey.span.rawBytes, appendingTo: &value)
        try auditor.add(
            AuditedRecord(key: etcdKey.span.rawBytes, value: value.bytes, revision: Int64(number), version: 1))
    }

    private static func configuration() throws -> EncryptionConfiguration {
        let text = Array(
            """
            apiVersion: apiserver.config.k8s.io/v1
            kind: EncryptionConfiguration
            resources:
              - resources: [secrets]
                providers:
                  - kms: {apiVersion: v2, name: vault, endpoint: 'unix:///run/kms.sock', timeout: 3s}
            """.utf8)
        let document = try ConfigurationDocument.read(SecretBytes(text), headerless: false)
        return try EncryptionConfiguration(checking: document, options: .lenient)
    }
}
