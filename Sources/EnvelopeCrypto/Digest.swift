internal import COpenSSL
internal import SecretMemory

/// SHA-256 and what is made of it.
public enum Digest {
    /// SHA-256 of `bytes`: 32 bytes.
    public static func sha256(_ bytes: RawSpan) throws(CipherError) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        let status = unsafe bytes.withUnsafeBytes { bytes in
            unsafe EVP_Q_digest(nil, "SHA256", nil, bytes.baseAddress, bytes.count, &digest, nil)
        }
        guard status == 1 else { throw .library(LibraryFailure(draining: "EVP_Q_digest")) }
        return digest
    }

    /// HMAC-SHA-256: 32 bytes.
    public static func hmacSHA256(key: RawSpan, message: RawSpan) throws(CipherError) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: 32)
        let answer = unsafe key.withUnsafeBytes { key in
            unsafe message.withUnsafeBytes { message in
                unsafe EVP_Q_mac(
                    nil, "HMAC", nil, "SHA256", nil, key.baseAddress, key.count,
                    message.bindMemory(to: UInt8.self).baseAddress, message.count, &code, code.count, nil)
            }
        }
        guard unsafe answer != nil else { throw .library(LibraryFailure(draining: "EVP_Q_mac")) }
        return code
    }

    /// Identifies a key without showing it: the first 16 hex digits of HMAC-SHA-256(key = the key's bytes, message =
    /// `encconf/key-fingerprint/v2/<length in bytes>`).
    ///
    /// HMAC pads keys with zeros to the length of a block (RFC 2104), so keys that differ in zeros at their ends would be
    /// equal without the length. The bytes of a weak key can be found from its fingerprint by trying.
    public static func keyFingerprint(_ key: RawSpan) throws(CipherError) -> String {
        let message = Array("encconf/key-fingerprint/v2/\(key.byteCount)".utf8)
        return hexadecimal(try hmacSHA256(key: key, message: message.span.rawBytes).prefix(8))
    }

    /// `bytes` in lower-case hexadecimal digits.
    public static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
