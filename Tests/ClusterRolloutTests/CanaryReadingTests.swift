import EncryptionConfig
import EnvelopeCrypto
import Foundation
import KubernetesAPI
import SecretMemory
import Testing
import Transformers

@testable import ClusterRollout

/// What a stored Secret shows of the server that wrote it.
struct CanaryReadingTests {
    private static let etcdKey = Array("/registry/secrets/kube-system/encconf-canary-1".utf8)
    private static let object: [UInt8] = Array("k8s\0".utf8) + [0x0a, 0x0c] + Array("v1Secret".utf8)

    private static func configuration(_ providers: String) throws -> EncryptionConfiguration {
        let text = Array(
            """
            apiVersion: apiserver.config.k8s.io/v1
            kind: EncryptionConfiguration
            resources:
            - resources: [secrets]
              providers: \(providers)
            """.utf8)
        let document = try ConfigurationDocument.read(SecretBytes(copying: text.span.rawBytes), headerless: false)
        return try EncryptionConfiguration(checking: document, options: .lenient)
    }

    /// A provider with the keys, each of 32 bytes that are the same.
    private static func provider(_ name: String, _ keys: (name: String, byte: UInt8)...) -> String {
        let list = keys.map { key in
            let digits = Data(repeating: key.byte, count: 32).base64EncodedString()
            return "{name: \"\(key.name)\", secret: \"\(digits)\"}"
        }
        return "{\(name): {keys: [\(list.joined(separator: ", "))]}}"
    }

    /// What a server that runs `writer` stores, as one who knows `file` reads it.
    private static func canary(of writer: String, under file: String) throws -> ServerSighting.Canary {
        let rules = ResourceResolution(try configuration(writer)).rules
        var value = SecretBuffer(capacity: 256)
        try ResourceTransformer(rules.first, unwrapping: NoKMS())
            .seal(object.span.rawBytes, etcdKey: etcdKey.span.rawBytes, appendingTo: &value)
        return CanaryTrial.reading(value.bytes, etcdKey: etcdKey.span.rawBytes, under: try configuration(file))
    }

    private static func isAsFile(_ writer: String, _ file: String) throws -> Bool? {
        guard case .wrote(_, let isAsFile) = try canary(of: writer, under: file) else { return nil }
        return isAsFile
    }

    @Test(arguments: ["aesgcm", "aescbc", "secretbox"]) func keys(_ name: String) throws {
        let (one, two) = (Self.provider(name, ("k1", 1)), Self.provider(name, ("k2", 2), ("k1", 1)))
        #expect(try Self.isAsFile("[\(one)]", "[\(one), {identity: {}}]") == true)
        #expect(try Self.isAsFile("[\(two)]", "[\(two)]") == true)
        // Another key of the file, and one that it does not have.
        #expect(try Self.isAsFile("[\(one)]", "[\(two)]") == false)
        #expect(try Self.isAsFile("[\(two)]", "[\(one)]") == false)
        // The name alone proves nothing: the other server's key has the same.
        for byte in 3..<40 {
            let other = Self.provider(name, ("k1", UInt8(byte)))
            #expect(try Self.isAsFile("[\(other)]", "[\(one)]") == false)
        }
        #expect(try Self.isAsFile("[{identity: {}}]", "[\(one)]") == false)
        #expect(try Self.isAsFile("[\(one)]", "[{identity: {}}, \(one)]") == false)
        #expect(try Self.isAsFile("[{identity: {}}, \(one)]", "[{identity: {}}, \(one)]") == true)
    }

    /// Names can hold colons, so that one begins as another does.
    @Test(arguments: ["aesgcm", "aescbc", "secretbox"]) func colons(_ name: String) throws {
        let long = "[\(Self.provider(name, ("k1:2026", 1)))]"
        let short = "[\(Self.provider(name, ("k1", 1)))]"
        #expect(try Self.isAsFile(long, long) == true)
        guard case .wrote(let label, _) = try Self.canary(of: long, under: long) else {
            Issue.record("nothing was read")
            return
        }
        #expect(label.key == "k1:2026")
        #expect(try Self.isAsFile(long, short) == false)
        #expect(try Self.isAsFile(short, long) == false)
    }

    /// No plugin is asked: the name of the provider is all that counts.
    @Test func plugins() throws {
        func plugin(_ name: String) -> String {
            "[{kms: {apiVersion: v2, name: \(name), endpoint: unix:///run/kms.sock}}]"
        }
        func reading(_ value: String, _ file: String) throws -> ServerSighting.Canary {
            let bytes = Array(value.utf8)
            return CanaryTrial.reading(
                bytes.span.rawBytes, etcdKey: Self.etcdKey.span.rawBytes, under: try Self.configuration(file))
        }
        let label = StoredLabel(provider: .kmsv2, key: "vault")
        #expect(try reading("k8s:enc:kms:v2:vault:x", plugin("vault")) == .wrote(label, isAsFile: true))
        #expect(try reading("k8s:enc:kms:v2:vault:x", plugin("vaul")) == .wrote(label, isAsFile: false))
    }
}
