internal import COpenSSL

/// SHA-256 of what comes piece by piece.
@safe public struct SHA256Stream: ~Copyable {
    private let raw: OpaquePointer

    /// Wraps a context that this value frees. A noncopyable type with a `deinit` cannot throw halfway through `init`.
    private init(owning raw: OpaquePointer) { unsafe self.raw = raw }

    deinit { unsafe EVP_MD_CTX_free(raw) }

    /// A digest of nothing yet.
    public static func make() throws(CipherError) -> SHA256Stream {
        guard let raw = unsafe EVP_MD_CTX_new() else {
            throw .library(LibraryFailure(draining: "EVP_MD_CTX_new"))
        }
        let stream = unsafe SHA256Stream(owning: raw)
        try check("EVP_DigestInit_ex2", unsafe EVP_DigestInit_ex2(raw, EVP_sha256(), nil))
        return stream
    }

    /// Adds the next bytes.
    public func update(_ bytes: RawSpan) throws(CipherError) {
        let status = unsafe bytes.withUnsafeBytes { unsafe EVP_DigestUpdate(raw, $0.baseAddress, $0.count) }
        try Self.check("EVP_DigestUpdate", status)
    }

    /// The digest of all added bytes: 32 bytes. Resets the stream.
    public func finish() throws(CipherError) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        try Self.check("EVP_DigestFinal_ex", unsafe EVP_DigestFinal_ex(raw, &digest, nil))
        try Self.check("EVP_DigestInit_ex2", unsafe EVP_DigestInit_ex2(raw, EVP_sha256(), nil))
        return digest
    }

    private static func check(_ call: StaticString, _ status: CInt) throws(CipherError) {
        guard status == 1 else { throw .library(LibraryFailure(draining: call)) }
    }
}
