internal import EnvelopeCrypto
internal import GoText
internal import SecretMemory

/// What came of asking a plugin all that kube-apiserver would ask it.
public struct PluginExamination: Equatable, Sendable {
    /// Nil if the plugin did not tell.
    public internal(set) var status: PluginStatus?
    /// Whether Encrypt and Decrypt returned a random key unchanged.
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
            // A v1 plugin is asked for its version when it has to encrypt the first time.
            let status = try inSection(provider.version == .v1 ? "encrypt" : "status", status)
            examination.status = status
            if let problem = status.problem(ofProvider: provider.name, in: provider.kubernetes) {
                throw provider.version == .v1
                    ? PluginError.untrue(problem).prefixed(sectionWords("encrypt")) : .untrue(problem)
            }
            _ = try makeSeed(keyID: status.keyID, isExamination: true)
            examination.isRoundTripDone = true
        } catch {
            examination.problem = error
        }
        return examination
    }

    /// Puts the words of kube-apiserver's health check before an error
    /// (k8s.io/apiserver 1.36, pkg/server/options/encryptionconfig/config.go, `check` of both kinds of probe).
    private func inSection<Value>(
        _ section: String, _ body: () throws(PluginError) -> Value
    ) throws(PluginError) -> Value {
        do { return try body() } catch { throw error.prefixed(sectionWords(section)) }
    }

    private func sectionWords(_ section: String) -> String {
        "failed to perform \(section) section of the healthz check for KMS Provider \(provider.name), error: "
    }

    /// Makes a seed, lets the plugin encrypt it, and sees that it decrypts it again: what is written with a seed that
    /// cannot be decrypted is lost.
    ///
    /// - Parameters:
    ///   - keyID: The key ID of Status; nil for v1.
    ///   - isExamination: Whether errors have the text of the health check of kube-apiserver, which encrypts and
    ///     decrypts only with a v1 plugin.
    func makeSeed(keyID: ByteName?, isExamination: Bool = false) throws(PluginError) -> NewSeed {
        let random = try Self.random(Self.seedByteCount)
        let seed = SecretKey(random)
        let hasSections = isExamination && provider.version == .v1
        let encrypted =
            hasSections
            ? try inSection("encrypt") { () throws(PluginError) in try encrypt(seed.span) } : try encrypt(seed.span)
        if let form = encrypted.clearForm(of: seed.span) { throw .keyInClear(form) }
        if let keyID {
            guard encrypted.keyID == keyID else {
                // The text of kube-apiserver for this case contains hashes of its own state.
                throw .untrue(
                    "failed to rotate DEK: statusKeyIDHash=\"\(PluginStatus.hash(keyID))\", "
                        + "encryptKeyIDHash=\"\(PluginStatus.hash(encrypted.keyID))\"")
            }
            do { try encrypted.validate() } catch { throw .untrue(error.apiserverText()) }
        }
        let decrypted =
            hasSections
            ? try inSection("decrypt") { () throws(PluginError) in try decrypt(encrypted) } : try decrypt(encrypted)
        guard decrypted.bytes.isEqual(to: seed.bytes) else {
            throw .keyNotReturned
        }
        return NewSeed(seed: seed, encrypted: encrypted)
    }

    /// As kube-apiserver makes them (pkg/storage/value/encrypt/aes/aes_extended_nonce.go, `commonSize`).
    private static let seedByteCount = 32
}

extension EncryptedKey {
    /// The form in which the answer holds a key unencrypted; nil if it does not. The time of the search reveals
    /// nothing: the plugin knows the key, and its answer is not secret.
    func clearForm(of key: RawSpan) -> ClearKeyForm? {
        KMSUnwrapRequest.clearForm(of: key, encryptedKey: ciphertext, keyID: keyID, annotations: annotations)
    }

    /// The checks of kube-apiserver before it writes.
    func validate() throws(KMSEnvelopeError) {
        try KMSv2Envelope.validate(encryptedDEKSource: ciphertext, keyID: keyID, annotations: annotations)
    }
}
