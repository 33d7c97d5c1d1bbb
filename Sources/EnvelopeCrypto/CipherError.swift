/// Why a value could not be decrypted or encrypted. Contains numbers only: no key byte, plaintext or ciphertext.
public enum CipherError: Error, Equatable {
    /// The key has a length that the cipher does not take. Lengths are in bytes.
    case keyLength(Int, allowed: [Int])
    /// The message ends before its initialization vector, nonce or tag is complete.
    case messageTooShort(Int)
    /// The ciphertext is not made of whole AES blocks.
    case partialBlock
    /// An AES-CBC message with only an initialization vector. kube-apiserver panics on it.
    case noBlocks
    /// The last byte of an AES-CBC plaintext is no padding length that fits.
    case notPadded
    /// The padding bytes of an AES-CBC plaintext differ from one another.
    case inconsistentPadding
    /// The AEAD tag does not match: wrong key, wrong etcd key, or altered data.
    case authenticationFailed
    /// The secretbox tag does not match: wrong key or altered data.
    case secretboxRefused
    /// A KMS v2 value was read without an etcd key to authenticate. kube-apiserver panics on it.
    case noContext
    /// The seed that the KMS plugin answered with is shorter than a key (in bytes).
    case seedLength(Int)
    /// The message is too long for one call to the cipher library (2 GiB).
    case messageTooLong
    /// The cipher library refused a call that should not fail.
    case library(LibraryFailure)
}

extension CipherError {
    /// What kube-apiserver says in this case, word for word, or nil where it says nothing (it panics, or never comes
    /// here).
    ///
    /// Sources: k8s.io/apiserver 1.36, pkg/storage/value/encrypt/aes/{aes,cache,aes_extended_nonce}.go and
    /// pkg/storage/value/encrypt/secretbox/secretbox.go; Go's crypto/aes and crypto/cipher.
    public var apiserverText: String? {
        switch self {
        case .keyLength(let count, _): "crypto/aes: invalid key size \(count)"
        case .messageTooShort: "the stored data was shorter than the required size"
        case .partialBlock: "the stored data is not a multiple of the block size"
        case .notPadded: "invalid PKCS7 data (empty or not padded)"
        case .inconsistentPadding: "invalid padding on input"
        case .authenticationFailed: "cipher: message authentication failed"
        case .secretboxRefused: "output array was not large enough for encryption"
        case .seedLength(let count): "invalid seed length \(count) used for key generation"
        case .noBlocks, .noContext, .messageTooLong, .library: nil
        }
    }
}
