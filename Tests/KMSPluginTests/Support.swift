import EnvelopeCrypto
import Foundation
import GoText
import KMSPlugin
import RemoteCalls
import SecretMemory
import TestSupport

extension PluginProcess {
    func client(
        _ version: KMSProvider.Version = .v2, name: ByteName = "vault", timeout: Duration = .seconds(10)
    ) -> PluginClient {
        PluginClient(provider(version, name: name, timeout: timeout))
    }

    func provider(
        _ version: KMSProvider.Version = .v2, name: ByteName = "vault", timeout: Duration = .seconds(10)
    ) -> KMSProvider {
        KMSProvider(
            name: name, version: version, peer: RemotePeer(.unixSocket(path: socket)), timeout: timeout)
    }

    func unwrapping(timeout: Duration = .seconds(10)) -> PluginUnwrapping {
        let unwrapping = PluginUnwrapping()
        unwrapping.add(Mock.v2, asking: provider(.v2, timeout: timeout))
        unwrapping.add(Mock.v1, asking: provider(.v1, timeout: timeout))
        return unwrapping
    }
}

/// What the plugin makes of keys, and wants to be told again.
enum Mock {
    static let v1 = identity(.v1)
    static let v2 = identity(.v2)
    static let keyID: ByteName = "1"
    static let annotations: [ByteName: [UInt8]] = ["local-kek.kms.kubernetes.io": Array("encrypted-local-kek".utf8)]

    static func identity(
        _ version: KMSPluginIdentity.Version, name: ByteName = "vault", endpoint: ByteName = "unix:///run/kms.sock"
    ) -> KMSPluginIdentity {
        KMSPluginIdentity(version: version, name: name, endpoint: endpoint, timeout: 3_000_000_000)
    }

    static func encrypted(_ key: [UInt8]) -> [UInt8] { [UInt8](Data(key).base64EncodedData()) }

    /// The request for the key of a v2 value.
    static func request(_ key: [UInt8], to plugin: KMSPluginIdentity = v2) throws -> KMSUnwrapRequest {
        try request(encrypted: encrypted(key), to: plugin)
    }

    /// The request for a key of which only the encrypted form is at hand.
    static func request(encrypted key: [UInt8], to plugin: KMSPluginIdentity = v2) throws -> KMSUnwrapRequest {
        // Any value of that key will do.
        let anything: [UInt8] = [1]
        var envelope = SecretBuffer()
        try KMSv2SealingKey(
            seed: SecretKey([UInt8](repeating: 0, count: 32)), encryptedSeed: key, keyID: keyID,
            annotations: annotations
        ).seal(anything.span.rawBytes, authenticating: anything.span.rawBytes, appendingTo: &envelope)
        return KMSUnwrapRequest(plugin: plugin, envelope: try KMSv2Envelope(parsing: envelope.bytes))
    }

    /// The request for the key of a v1 value.
    static func v1Request(_ key: [UInt8], to plugin: KMSPluginIdentity = v1) throws -> KMSUnwrapRequest {
        let encrypted = encrypted(key)
        let envelope = [0, UInt8(encrypted.count)] + encrypted
        return KMSUnwrapRequest(plugin: plugin, envelope: try KMSv1Envelope(parsing: envelope.span.rawBytes))
    }
}

extension PluginUnwrapping {
    /// What comes of a request, so that it can be compared.
    func outcome(_ request: KMSUnwrapRequest) -> Result<[UInt8], KMSUnwrapError> {
        do throws(KMSUnwrapError) {
            let key = try unwrap(request)
            return .success(key.span.copiedToArray())
        } catch {
            return .failure(error)
        }
    }
}
