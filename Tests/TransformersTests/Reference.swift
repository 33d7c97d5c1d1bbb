import EncryptionConfig
import EnvelopeCrypto
import SecretMemory
import TestSupport
import Transformers

/// How a value is read, written down once more as plainly as can be: for providers with static keys and identity.
enum Reference {
    enum Outcome: Equatable {
        case opened([UInt8], stale: Bool, provider: ProviderName, key: String?)
        case failed(String)
        case panicked
    }

    static func open(_ value: [UInt8], etcdKey: String, _ providers: [TestProvider]) -> Outcome {
        var errors: [String] = []
        for (index, provider) in providers.enumerated() {
            switch provider {
            case .identity:
                if value.starts(with: "k8s:enc:".utf8) { continue }
                return .opened(value, stale: index > 0, provider: .identity, key: nil)
            case .keys(let name, let keys):
                let prefix = "k8s:enc:\(name.rawValue):v1:"
                guard value.starts(with: prefix.utf8) else { continue }
                let rest = value.dropFirst(prefix.utf8.count)
                var keyErrors: [String] = []
                for (keyIndex, key) in keys.enumerated() where rest.starts(with: "\(key.name):".utf8) {
                    let message = Array(rest.dropFirst(key.name.utf8.count + 1))
                    switch open(message, etcdKey: etcdKey, name, key.bytes) {
                    case .success(let plaintext):
                        return .opened(plaintext, stale: index + keyIndex > 0, provider: name, key: key.name)
                    case .failure(.noBlocks): return .panicked
                    case .failure(let error): keyErrors.append(error.apiserverText ?? "nothing to say")
                    }
                }
                let cipher = name == .secretbox ? "Secretbox" : "AES"
                errors +=
                    keyErrors.isEmpty
                    ? ["no matching key was found for the provided \(cipher) transformer"] : keyErrors
            case .kms: continue
            }
        }
        var distinct: [String] = []
        for error in errors where !distinct.contains(error) { distinct.append(error) }
        switch distinct.count {
        case 0: return .failed("no matching prefix found")
        case 1: return .failed(distinct[0])
        default: return .failed("[" + distinct.joined(separator: ", ") + "]")
        }
    }

    private static func open(
        _ message: [UInt8], etcdKey: String, _ provider: ProviderName, _ key: [UInt8]
    ) -> Result<[UInt8], CipherError> {
        let secret = SecretKey(key)
        let context = Array(etcdKey.utf8)
        var output = SecretBuffer()
        do {
            switch provider {
            case .aescbc: try AESCBC(key: secret.bytes).open(message.span.rawBytes, appendingTo: &output)
            case .aesgcm:
                try AESGCM(key: secret.bytes).open(
                    message.span.rawBytes, authenticating: context.span.rawBytes, appendingTo: &output)
            default: try Secretbox(key: secret).open(message.span.rawBytes, appendingTo: &output)
            }
        } catch {
            return .failure(error)
        }
        return .success(output.bytes.copiedToArray())
    }
}

/// The outcome of the real transformer in the words of the reference.
func referenceOutcome(of outcome: Outcome) -> Reference.Outcome {
    switch outcome {
    case .opened(let plaintext, let stale, let provider, let key):
        .opened(plaintext, stale: stale, provider: provider, key: key)
    case .failed(let error): error.apiserverText().map { .failed($0) } ?? .panicked
    }
}
