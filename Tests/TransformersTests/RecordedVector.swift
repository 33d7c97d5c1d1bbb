import EncryptionConfig
import EnvelopeCrypto
import Foundation
import GoText
import KubernetesResources
import KubernetesVersions
import SecretMemory
import TestSupport
import Testing
import Transformers

/// One value with what Kubernetes made of it. See testdata/vectors/README.md.
struct RecordedVector: Decodable, Sendable, CustomTestStringConvertible {
    struct KMS: Decodable, Sendable {
        let current_key_id: String?
    }

    let id: String
    let `class`: String
    let note: String
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
    let panic: String?
    let kms: KMS?

    var testDescription: String { "\(id) \(note)" }

    /// Whether it was recorded from a server that still wrote such values, which later ones call stale.
    var isOfDEKWriter: Bool { provider == "kmsv2" && note.contains("kmsv2-dek") }

    var value: [UInt8] { [UInt8](Data(base64Encoded: value_b64) ?? Data()) }
    var plaintext: [UInt8]? { plaintext_b64.flatMap { Data(base64Encoded: $0) }.map { [UInt8]($0) } }

    static func all() throws -> [RecordedVector] {
        struct File: Decodable { let vectors: [RecordedVector] }
        return try TestData.json("vectors/recorded.json", as: File.self).vectors
    }
}

/// The KMS plugin of the recordings: the encrypted key is the base64 text of the clear one.
final class Base64KMS: KMSUnwrapping {
    let keyID: ByteName

    init(keyID: ByteName = "1") { self.keyID = keyID }

    func unwrap(_ request: KMSUnwrapRequest) throws(KMSUnwrapError) -> SecretKey {
        do {
            return SecretKey(try SecretBase64.decode(request.encryptedKey.span.rawBytes))
        } catch {
            guard case .illegalData(let offset) = error else { throw .notAsked }
            throw .plugin("illegal base64 data at input byte \(offset)")
        }
    }

    func currentKeyID(of plugin: KMSPluginIdentity) throws(KMSUnwrapError) -> ByteName { keyID }
}

/// A configuration from its text, with every feature gate open.
func configuration(
    _ text: some StringProtocol, kubernetes: KubernetesVersion = .newest
) throws -> EncryptionConfiguration {
    let bytes = Array(text.utf8)
    let document = try ConfigurationDocument.read(SecretBytes(copying: bytes.span.rawBytes), kubernetes: kubernetes)
    return try EncryptionConfiguration(checking: document, options: .lenient)
}

/// What became of a value: the plaintext, or why there is none.
enum Outcome: Equatable {
    case opened([UInt8], stale: Bool, provider: ProviderName, key: String?)
    case failed(TransformError)
}

/// Opens a value, and checks that nothing is left behind where that fails.
func open(
    _ value: [UInt8], etcdKey: String, with transformer: ResourceTransformer
) -> Outcome {
    var output = SecretBuffer()
    let key = Array(etcdKey.utf8)
    do {
        let opened = try transformer.open(
            value.span.rawBytes, etcdKey: key.span.rawBytes, appendingTo: &output)
        return .opened(
            output.bytes.copiedToArray(), stale: opened.isStale, provider: opened.provider.name,
            key: opened.key?.name.text)
    } catch {
        precondition(output.count == 0, "bytes of a refused value stayed in the buffer")
        return .failed(error)
    }
}
