internal import EnvelopeCrypto
internal import SecretMemory

/// What came of asking a plugin all that kube-apiserver would ask it.
public struct PluginExamination: Equatable, Sendable {
    /// Nil if the plugin did not tell.
    public internal(set) var status: PluginStatus?
    /// Whether a random key came back from Encrypt and Decrypt as it was.
    public internal(set) var isRoundTripDone = false
    /// What is wrong, the first thing; nil if all is well.
    public internal(set) var problem: PluginError?
}

/// A new seed, and what the plugin made of it.
struct NewSeed: Sendable {
    let seed: SecretKey
    let encrypted: EncryptedKey
}

extension PluginClient {
    /// Asks for the status, and for a round trip of a random key: a plugin can be healthy and not decrypt.
    public func examine() -> PluginExamination {
        var examination = PluginExamination()
        do throws(PluginError) {
            let status = try status()
            examination.status = status
            if let problem = status.problem(ofProvider: provider.name) { throw .untrue(problem) }
            _ = try makeSeed(keyID: status.keyID)
            examination.isRoundTripDone = true
        } catch {
            examination.problem = error
        }
        return examination
    }

    /// Makes a seed, lets the plugin encrypt it, and sees that it decrypts it again: what is written with a seed that
    /// cannot be decrypted is lost.
    ///
    /// - Parameter keyID: What Status told; nil for v1.
    func makeSeed(keyID: String?) throws(PluginError) -> NewSeed {
        let random = try Self.random(Self.seedByteCount)
        let seed = SecretKey(random)
        let encrypted = try encrypt(seed.span)
        if let keyID {
            guard encrypted.keyID.utf8.elementsEqual(keyID.utf8) else {
                // What kube-apiserver tells in this case are the hashes in the midst of its own state.
                throw .untrue(
                    "failed to rotate DEK: statusKeyIDHash=\"\(PluginStatus.hash(keyID))\", "
                        + "encryptKeyIDHash=\"\(PluginStatus.hash(encrypted.keyID))\"")
            }
            do { try encrypted.validate() } catch { throw .untrue(error.apiserverText) }
        }
        let decrypted = try decrypt(encrypted)
        guard decrypted.bytes.isEqual(to: seed.bytes) else {
            throw .keyNotReturned
        }
        return NewSeed(seed: seed, encrypted: encrypted)
    }

    /// As kube-apiserver makes them (pkg/storage/value/encrypt/aes/aes_extended_nonce.go, `commonSize`).
    private static let seedByteCount = 32
}

extension EncryptedKey {
    /// The checks of kube-apiserver before it writes.
    func validate() throws(KMSEnvelopeError) {
        try KMSv2Envelope.validate(encryptedDEKSource: ciphertext, keyID: keyID, annotations: annotations)
    }
}
