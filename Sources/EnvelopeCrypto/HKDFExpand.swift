internal import COpenSSL
public import SecretMemory

/// HKDF-Expand with SHA-256 (RFC 5869, section 2.3), without the Extract step.
///
/// Not Sendable: it keeps one derivation context. Each thread makes its own.
public final class HKDFExpand {
    private let context: KDFContext

    /// - Throws: ``CipherError/library(_:)`` if OpenSSL offers no HKDF.
    public init() throws(CipherError) { context = try KDFContext.make() }

    /// Derives `byteCount` bytes.
    /// - Parameters:
    ///   - seed: The pseudorandom key, of at least 32 bytes.
    ///   - info: What makes the result differ from others of the same seed.
    public func derive(_ byteCount: Int, seed: RawSpan, info: RawSpan) throws(CipherError) -> SecretBytes {
        try SecretBytes.filling(capacity: byteCount) { output throws(CipherError) in
            try context.derive(byteCount, seed: seed, info: info, into: &output)
        }
    }
}

/// Owns one `EVP_KDF_CTX` for HKDF. Freeing it wipes the seed it was given last (EVP_KDF-HKDF(7)).
@safe private struct KDFContext: ~Copyable {
    private let raw: OpaquePointer

    private init(owning raw: OpaquePointer) { unsafe self.raw = raw }

    deinit { unsafe EVP_KDF_CTX_free(raw) }

    static func make() throws(CipherError) -> KDFContext {
        guard let algorithm = unsafe EVP_KDF_fetch(nil, "HKDF", nil) else {
            throw .library(LibraryFailure(draining: "EVP_KDF_fetch"))
        }
        defer { unsafe EVP_KDF_free(algorithm) }
        guard let raw = unsafe EVP_KDF_CTX_new(algorithm) else {
            throw .library(LibraryFailure(draining: "EVP_KDF_CTX_new"))
        }
        return unsafe KDFContext(owning: raw)
    }

    func derive(
        _ byteCount: Int, seed: RawSpan, info: RawSpan, into output: inout OutputRawSpan
    ) throws(CipherError) {
        precondition(output.freeCapacity >= byteCount, "no room for the derived key")
        let status = unsafe output.withUnsafeMutableBytes { buffer, initializedCount in
            let status = unsafe seed.withUnsafeBytes { seed in
                unsafe info.withUnsafeBytes { info in
                    unsafe encconf_hkdf_expand_sha256(
                        raw, seed.baseAddress, seed.count, info.baseAddress, info.count,
                        buffer.baseAddress?.advanced(by: initializedCount), byteCount)
                }
            }
            if status == 1 { initializedCount += byteCount }
            return status
        }
        guard status == 1 else { throw .library(LibraryFailure(draining: "EVP_KDF_derive")) }
    }
}
