internal import COpenSSL
public import SecretMemory

/// Random bytes from OpenSSL's private generator, the one it keeps for keys (RAND_priv_bytes(3)).
public enum RandomBytes {
    /// `count` random bytes.
    /// - Throws: ``CipherError/library(_:)`` if the generator cannot be seeded.
    public static func make(_ count: Int) throws(CipherError) -> SecretBytes {
        try SecretBytes.filling(capacity: count) { output throws(CipherError) in
            let status = unsafe output.withUnsafeMutableBytes { buffer, initializedCount in
                let status = unsafe RAND_priv_bytes(buffer.bindMemory(to: UInt8.self).baseAddress, CInt(count))
                if status == 1 { initializedCount = count }
                return status
            }
            guard status == 1 else { throw CipherError.library(LibraryFailure(draining: "RAND_priv_bytes")) }
        }
    }
}
