import EncryptionConfig
import Foundation
import SecretMemory
import TestSupport
import Testing

/// How many keys that stand in the place of a name are shown: no more than the source says.
struct KeyLikenessTests {
    private static let count = 20_000

    /// The names of resources that kube-apiserver would quote, as far as they are shown. Each has to have a capital.
    private func shown(_ names: [String]) throws -> [String] {
        let object: [String: Any] = [
            "apiVersion": "apiserver.config.k8s.io/v1", "kind": "EncryptionConfiguration",
            "resources": [["resources": names, "providers": [["identity": [:] as [String: String]]]] as [String: Any]],
        ]
        let file = [UInt8](try JSONSerialization.data(withJSONObject: object))
        do {
            let document = try ConfigurationDocument.read(SecretBytes(copying: file.span.rawBytes))
            _ = try EncryptionConfiguration(checking: document)
            return names
        } catch {
            let text = try #require(error.apiserverText)
            let said = text.components(separatedBy: "Invalid value: \"").dropFirst()
            return said.compactMap { $0.components(separatedBy: "\": ").first }.filter { $0 != "REDACTED" }
        }
    }

    /// Per ten thousand: whole keys, and those with a blank in their middle.
    @Test(arguments: [(16, 200, 1200), (24, 20, 300), (32, 5, 10)], [false, true])
    func randomKeys(_ limits: (byteCount: Int, whole: Int, broken: Int), isForURLs: Bool) throws {
        var random = SeededGenerator(seed: UInt64(limits.byteCount))
        let keys = (0..<Self.count).map { _ in
            let key = Data(random.bytes(limits.byteCount)).base64EncodedString()
            return isForURLs ? key.replacing("+", with: "-").replacing("/", with: "_") : key
        }
        let whole = try shown(keys).count * 10_000 / Self.count
        #expect(whole <= limits.whole)
        for separator in [" ", "-"] {
            let broken = keys.map { key -> String in
                let half = key.count / 2
                return key.prefix(half) + separator + key.dropFirst(half)
            }
            let shown = try shown(broken).count * 10_000 / Self.count
            #expect(shown <= (separator == "-" ? limits.whole : limits.broken), "\(separator)")
        }
        // Each half on its own is known only if it is long enough.
        guard limits.byteCount == 32 else { return }
        #expect(
            try shown(keys.map { String($0.prefix($0.count / 2)) }).count * 10_000 / Self.count <= limits.whole * 20)
    }

    @Test(arguments: [
        "apiserver.config.k8s.io/v1beta1X", "Key-20260131t120000z", "KEY-20260131T120000Z",
        "Aescbckey-2026-01-31T12:00:00+01:00", "aescbckey-2026-01-31T12:00:00+01:00",
        "secretboxkey-2026-01-31T12:00:00.123456789-05:30", "EncryptionProviderConfigAutomaticReload",
        "Customresourcedefinitions.apiextensions.k8s.io", "Volumesnapshots.snapshot.storage.k8s.io",
        "apiserver.config.k8s.io/v1, Kind=AdmissionConfiguration", "tcp:///var/run/Kmsplugin/socket.sock",
        "unix:///run/k8s/v2/kms1/S3.sock", "https://MyVault1.vault.azure.net/keys/Key2/v1",
        "arn:aws:kms:us-east-1:123456789012:key/mrk-X",
    ])
    func namesAreShown(_ name: String) throws { #expect(try shown([name]) == [name]) }

    /// A key for URLs that stands among words.
    @Test(arguments: [
        "6iphOEIUvGlXSCK-M02CO-vmIq5Zye46KF6rl-L-LUY", "/some/long/path/of/words/nXmxo38xgBzRGmcG-0DWvQ",
        "secret=6iphOEIUvGlXSCK-M02CO-vmIq5Zye46KF6rl-L-LUY=", "https://host/nXmxo38x.gBzRGmcG_0DWvV",
    ])
    func keysAreNot(_ text: String) throws { #expect(try shown([text]) == []) }
}
