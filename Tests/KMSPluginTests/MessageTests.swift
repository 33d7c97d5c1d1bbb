import EnvelopeCrypto
import GoText
import KubernetesVersions
import SecretMemory
import TestSupport
import Testing

@testable import KMSPlugin

struct MessageTests {
    @Test func readsAnswers() throws {
        let status = hex("0a027632 12026f6b 1a0131 2a00")
        #expect(
            try PluginAnswer.status(status.span.rawBytes)
                == PluginStatus(apiVersion: "v2", healthz: "ok", keyID: "1"))
        let encrypted = hex("0a02ffff 1a0b 0a05612e622e63 1202ff00 1201 31")
        #expect(
            try PluginAnswer.encrypted(encrypted.span.rawBytes)
                == EncryptedKey(ciphertext: [0xff, 0xff], keyID: "1", annotations: ["a.b.c": [0xff, 0]]))
        let decrypted = try PluginAnswer.decrypted(hex("0a0101 0a020203").span.rawBytes)
        #expect(decrypted.span.copiedToArray() == [2, 3])
    }

    /// What is missing is empty, as everywhere in proto3.
    @Test func readsAnEmptyAnswer() throws {
        let empty: [UInt8] = []
        #expect(
            try PluginAnswer.status(empty.span.rawBytes) == PluginStatus(apiVersion: "", healthz: "", keyID: ""))
        #expect(
            PluginStatus(apiVersion: "", healthz: "", keyID: "").problem(ofProvider: "p")
                == "kmsv2 Provider p is not healthy, error: [got unexpected healthz status: , expected KMSv2 API version "
                + "v2, got , got invalid KMSv2 KeyID hash \"\": keyID is empty]")
    }

    /// What a plugin may tell depends on the version that asks (Kubernetes 1.27 and 1.28 know no `v2`).
    @Test(arguments: [
        ("v2", 29, nil), ("v2beta1", 29, nil), ("v2beta1", 27, nil), ("v2", 28, "v2beta1"), ("v1", 36, "v2"),
    ])
    func pluginVersions(told: String, minor: Int, expected: String?) {
        let status = PluginStatus(apiVersion: told, healthz: "ok", keyID: "1")
        #expect(
            status.problem(ofProvider: "p", in: KubernetesVersion(minor: minor))
                == expected.map {
                    "kmsv2 Provider p is not healthy, error: expected KMSv2 API version \($0), got \(told)"
                })
    }

    /// Wherever an answer holds a key, the store would hold it.
    @Test func findsAKeyInClear() {
        let key = Array("0123456789abcdef".utf8)
        func form(_ encrypted: EncryptedKey) -> ClearKeyForm? { encrypted.clearForm(of: key.span.rawBytes) }
        let hex = key.map { String($0, radix: 16) }.joined()
        #expect(form(EncryptedKey(ciphertext: [0] + key + [0])) == .raw)
        #expect(
            form(EncryptedKey(ciphertext: [9], keyID: ByteName("id-" + String(decoding: key, as: UTF8.self)))) == .raw)
        #expect(form(EncryptedKey(ciphertext: [9], annotations: ["a.b": key])) == .raw)
        #expect(form(EncryptedKey(ciphertext: [9], annotations: [ByteName(hex + ".example.com"): [9]])) == .hexadecimal)
        #expect(form(EncryptedKey(ciphertext: key.dropLast() + [0], annotations: ["a.b": [9]])) == nil)
    }

    @Test func refusesWhatIsNoMessage() {
        #expect(throws: PluginError.untrue("proto: cannot parse invalid wire-format data")) {
            try PluginAnswer.status(hex("0a05").span.rawBytes)
        }
        #expect(throws: PluginError.untrue("string field contains invalid UTF-8")) {
            try PluginAnswer.status(hex("0a01ff").span.rawBytes)
        }
    }

    /// Mutations of good answers never trap, and what is read has its place in the message.
    @Test(arguments: 0..<300 as Range<UInt64>)
    func arbitraryAnswersNeverTrap(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var message = hex("0a02ffff 1a0b 0a05612e622e63 1202ff00 1201 31 0a027632 12026f6b 1a0131")
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            message[Int.random(in: message.indices, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
        }
        message.removeLast(Int.random(in: 0...3, using: &random))
        for read in [
            { _ = try PluginAnswer.status(message.span.rawBytes) },
            { _ = try PluginAnswer.version(message.span.rawBytes) },
            {
                let key = try PluginAnswer.encrypted(message.span.rawBytes)
                #expect(key.ciphertext.count + key.keyID.utf8.count <= message.count)
            },
            {
                let key = try PluginAnswer.decrypted(message.span.rawBytes)
                #expect(key.bytes.count <= message.count)
            },
        ] {
            do { try read() } catch { #expect(error is PluginError) }
        }
    }
}
