internal import COpenSSL
internal import SecretMemory

/// An AES mode that OpenSSL provides.
enum AESMode: String {
    case cbc = "CBC"
    case gcm = "GCM"
}

/// Owns one `EVP_CIPHER_CTX`, that is one key in one direction. The cipher functions of `EVP` are called here alone.
///
/// The key schedule is made once; each message sets only a new initialization vector, because for a small Secret a
/// new context costs more than the decryption. Freeing the context wipes the key schedule (EVP_CIPHER_CTX_free(3)).
@safe struct CipherContext: ~Copyable {
    enum Direction: CInt {
        case open = 0
        case seal = 1
    }

    private let raw: OpaquePointer

    /// Wraps a context that this value frees. A noncopyable type with a `deinit` cannot throw halfway through `init`;
    /// everything that can fail is in ``make(_:key:direction:)``.
    private init(owning raw: OpaquePointer) { unsafe self.raw = raw }

    deinit { unsafe EVP_CIPHER_CTX_free(raw) }

    /// A context for `key`, whose length in bytes (16, 24 or 32) chooses AES-128, AES-192 or AES-256.
    static func make(_ mode: AESMode, key: RawSpan, direction: Direction) throws(CipherError) -> CipherContext {
        guard [16, 24, 32].contains(key.byteCount) else {
            throw .keyLength(key.byteCount, allowed: [16, 24, 32])
        }
        guard let raw = unsafe EVP_CIPHER_CTX_new() else {
            throw .library(LibraryFailure(draining: "EVP_CIPHER_CTX_new"))
        }
        let context = unsafe CipherContext(owning: raw)
        let name = "AES-\(key.byteCount * 8)-\(mode.rawValue)"
        guard let cipher = unsafe EVP_CIPHER_fetch(nil, name, nil) else {
            throw .library(LibraryFailure(draining: "EVP_CIPHER_fetch"))
        }
        defer { unsafe EVP_CIPHER_free(cipher) }
        let status = unsafe key.withUnsafeBytes { key in
            // No padding: the rules of kube-apiserver are wider than PKCS #7, so AES-CBC's are checked by AESCBC.
            unsafe encconf_cipher_init(raw, cipher, key.baseAddress, direction.rawValue, 0)
        }
        try check("EVP_CipherInit_ex2", status)
        return context
    }

    /// Begins a message under the key of the context.
    /// - Parameter vector: The initialization vector or nonce, of the default length of the mode.
    func start(vector: RawSpan) throws(CipherError) {
        let status = unsafe vector.withUnsafeBytes { vector in
            unsafe EVP_CipherInit_ex2(raw, nil, nil, vector.baseAddress, -1, nil)
        }
        try Self.check("EVP_CipherInit_ex2", status)
    }

    /// Begins the decryption of a message with the key of the context, and sets the tag that it must have.
    func start(vector: RawSpan, tag: RawSpan) throws(CipherError) {
        let status = unsafe vector.withUnsafeBytes { vector in
            unsafe tag.withUnsafeBytes { tag in
                unsafe encconf_cipher_start_opening(raw, vector.baseAddress, tag.baseAddress, tag.count)
            }
        }
        try Self.check("EVP_CipherInit_ex2", status)
    }

    /// Begins a message under another key of the same length. The schedule of the old key is overwritten.
    func start(key: RawSpan, vector: RawSpan) throws(CipherError) {
        let status = unsafe key.withUnsafeBytes { key in
            unsafe vector.withUnsafeBytes { vector in
                unsafe EVP_CipherInit_ex2(raw, nil, key.baseAddress, vector.baseAddress, -1, nil)
            }
        }
        try Self.check("EVP_CipherInit_ex2", status)
    }

    /// Adds data that is authenticated but not part of the message. Without any there is nothing to call.
    func authenticate(_ data: RawSpan) throws(CipherError) {
        guard data.byteCount > 0 else { return }
        var written: CInt = 0
        let status = unsafe data.withUnsafeBytes { data in
            unsafe EVP_CipherUpdate(raw, nil, &written, data.baseAddress, CInt(data.count))
        }
        try Self.check("EVP_CipherUpdate", status)
    }

    /// Ciphers `input` and appends as many bytes to `output`. The caller has checked that there is room, and that
    /// `input` is shorter than 2 GiB.
    func update(_ input: RawSpan, appendingTo output: inout OutputRawSpan) throws(CipherError) {
        guard input.byteCount > 0 else { return }
        precondition(output.freeCapacity >= input.byteCount, "no room for the output of the cipher")
        var written: CInt = 0
        let status = unsafe output.withUnsafeMutableBytes { buffer, initializedCount in
            let status = unsafe input.withUnsafeBytes { input in
                unsafe EVP_CipherUpdate(
                    raw, buffer.baseAddress?.advanced(by: initializedCount), &written, input.baseAddress,
                    CInt(input.count))
            }
            initializedCount += Int(written)
            return status
        }
        try Self.check("EVP_CipherUpdate", status)
        guard Int(written) == input.byteCount else { throw .library(LibraryFailure(draining: "EVP_CipherUpdate")) }
    }

    /// Sets the tag that the message must have, before ``finish()``.
    func setTag(_ tag: RawSpan) throws(CipherError) {
        let status = unsafe tag.withUnsafeBytes { tag in
            unsafe EVP_CIPHER_CTX_ctrl(
                raw, EVP_CTRL_AEAD_SET_TAG, CInt(tag.count), UnsafeMutableRawPointer(mutating: tag.baseAddress))
        }
        try Self.check("EVP_CTRL_AEAD_SET_TAG", status)
    }

    /// Ends the message; answers whether the tag was right.
    func finish() -> Bool {
        // GCM has no output left; the block is for a cipher that would.
        var rest: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        var written: CInt = 0
        let status = unsafe withUnsafeMutableBytes(of: &rest) { rest in
            unsafe EVP_CipherFinal_ex(raw, rest.bindMemory(to: UInt8.self).baseAddress, &written)
        }
        if status != 1 { ERR_clear_error() }
        return status == 1
    }

    /// Appends the tag of an encrypted message.
    func appendTag(byteCount: Int, to output: inout OutputRawSpan) throws(CipherError) {
        precondition(output.freeCapacity >= byteCount, "no room for the tag")
        let status = unsafe output.withUnsafeMutableBytes { buffer, initializedCount in
            let status = unsafe EVP_CIPHER_CTX_ctrl(
                raw, EVP_CTRL_AEAD_GET_TAG, CInt(byteCount), buffer.baseAddress?.advanced(by: initializedCount))
            if status == 1 { initializedCount += byteCount }
            return status
        }
        try Self.check("EVP_CTRL_AEAD_GET_TAG", status)
    }

    private static func check(_ call: StaticString, _ status: CInt) throws(CipherError) {
        guard status == 1 else { throw .library(LibraryFailure(draining: call)) }
    }
}
