@testable import EnvelopeCrypto
import GoText
import SecretMemory
import TestSupport
import Testing

/// One value for each provider, as k8s.io/apiserver 1.36 writes it when its random numbers are the bytes 0, 1, 2, …
enum WorkedVector {
    static let plaintext = hex("6b387300 68656c6c6f")
    /// Key, DEK and seed.
    static let key = [UInt8](repeating: 0x41, count: 32)
    static let etcdKey = "/registry/secrets/default/foo"

    // What follows the prefixes.
    static let aescbc = hex("000102030405060708090a0b0c0d0e0f 200e88eaea27c5eaa94790e11e79c4b5")
    static let aesgcm = hex("000102030405060708090a0b 25958531be93e64f01 3ad158462f126033fb3b5f237c142cae")
    static let secretbox = hex(
        """
        000102030405060708090a0b0c0d0e0f1011121314151617
        550a3b5ff5b7fed5d2270820d6c742a2 08ead0ad6f31d80b71
        """)
    static let kmsv1 = hex(
        """
        0024 656e633a4141414141414141414141414141414141414141414141414141414141414141
        000102030405060708090a0b 25958531be93e64f01 3ad158462f126033fb3b5f237c142cae
        """)
    static let kmsv2Seed = hex(
        """
        0a45 808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f 000102030405060708090a0b
             995146a75b6c480e48 249bcdf95f8136861a77b68374193dce
        1205 6b656b2d31
        1a24 656e633a4141414141414141414141414141414141414141414141414141414141414141
        2212 0a0d 612e6578616d706c652e636f6d 1201 76
        2801
        """)
    static let kmsv2Key = hex(
        """
        0a25 000102030405060708090a0b 25958531be93e64f01 3ad158462f126033fb3b5f237c142cae
        1205 6b656b2d31
        1a24 656e633a4141414141414141414141414141414141414141414141414141414141414141
        """)
    static let encryptedDEK = Array("enc:".utf8) + key
}

struct WorkedVectorTests {
    @Test(arguments: [
        (TestCipher.Kind.aescbc, WorkedVector.aescbc), (.aesgcm, WorkedVector.aesgcm),
        (.secretbox, WorkedVector.secretbox),
    ])
    func opens(_ kind: TestCipher.Kind, message: [UInt8]) throws {
        let cipher = TestCipher(kind: kind, keyByteCount: 32, vectorByteCount: 0)
        let (keyed, wrong) = try (
            cipher.keyed(WorkedVector.key), cipher.keyed([UInt8](repeating: 0x42, count: 32))
        )
        #expect(keyed.open(message, context: WorkedVector.etcdKey) == .success(WorkedVector.plaintext))
        let moved = keyed.open(message, context: "/registry/secrets/default/bar")
        switch kind {
        case .aesgcm:
            #expect(moved == .failure(.authenticationFailed))
            #expect(wrong.open(message) == .failure(.authenticationFailed))
        case .secretbox:
            #expect(moved == .success(WorkedVector.plaintext))
            #expect(wrong.open(message) == .failure(.secretboxRefused))
        case .aescbc, .extendedNonce:
            #expect(moved == .success(WorkedVector.plaintext))
            #expect(wrong.open(message) == .failure(.notPadded))
        }
    }

    @Test func opensKMSv1() throws {
        let value = WorkedVector.kmsv1
        let envelope = try KMSv1Envelope(parsing: value.span.rawBytes)
        #expect(envelope.encryptedDEK == WorkedVector.encryptedDEK)
        let outcome = openKMSv1(value, dek: WorkedVector.key)
        #expect(outcome.plaintext == .success(WorkedVector.plaintext))
        #expect(!outcome.isOldForm)
        #expect(
            openKMSv1(value, dek: WorkedVector.key, context: "/registry/secrets/default/bar").plaintext
                == .failure(KMSOpeningError(reasons: [.authenticationFailed, .partialBlock])))
    }

    @Test(arguments: [
        (WorkedVector.kmsv2Seed, KMSv2Envelope.DEKSourceType.seed, ["a.example.com": [0x76]]),
        (WorkedVector.kmsv2Key, .key, [:]),
    ])
    func opensKMSv2(
        _ value: [UInt8], type: KMSv2Envelope.DEKSourceType, annotations: [ByteName: [UInt8]]
    ) throws {
        let envelope = try KMSv2Envelope(parsing: value.span.rawBytes)
        #expect(envelope.keyID == "kek-1")
        #expect(envelope.dekSourceType == type)
        #expect(envelope.encryptedDEKSource == WorkedVector.encryptedDEK)
        #expect(envelope.annotations == annotations)
        #expect(openKMSv2(value, secret: WorkedVector.key) == .success(WorkedVector.plaintext))
        #expect(
            openKMSv2(value, secret: WorkedVector.key, context: "/registry/secrets/default/bar")
                == .failure(.authenticationFailed))
        #expect(
            openKMSv2(value, secret: [UInt8](repeating: 0x42, count: 32)) == .failure(.authenticationFailed))
    }

    @Test func derivesTheKey() throws {
        let info = [UInt8](0x80...0x9f)
        let derived = try HKDFExpand().derive(32, seed: WorkedVector.key.span.rawBytes, info: info.span.rawBytes)
        #expect(
            derived.bytes.copiedToArray()
                == hex("c1fabcc99dc78833c4dcf745c19778b0230128eb6aad981c4701ccf384d4f3bc"))
        // One block of HKDF-Expand is one HMAC.
        let message = info + [1]
        #expect(
            try Digest.hmacSHA256(key: WorkedVector.key.span.rawBytes, message: message.span.rawBytes)
                == derived.bytes.copiedToArray())
    }
}

/// Opens a KMS v1 envelope that parses, with the plugin's answer.
func openKMSv1(
    _ value: [UInt8], dek: [UInt8], context: String = defaultContext
) -> (plaintext: Result<[UInt8], KMSOpeningError>, isOldForm: Bool) {
    let context = Array(context.utf8)
    let key = SecretKey(dek)
    var isOldForm = false
    guard let envelope = try? KMSv1Envelope(parsing: value.span.rawBytes) else {
        return (.failure(KMSOpeningError(reasons: [])), false)
    }
    let plaintext = openInto { output throws(KMSOpeningError) in
        isOldForm = try envelope.open(
            value.span.rawBytes, dek: key.bytes, authenticating: context.span.rawBytes, appendingTo: &output)
    }
    return (plaintext, isOldForm)
}

/// Opens a KMS v2 envelope that parses, with the plugin's answer.
func openKMSv2(
    _ value: [UInt8], secret: [UInt8], context: String = defaultContext
) -> Result<[UInt8], CipherError> {
    let context = Array(context.utf8)
    return openInto { output throws(CipherError) in
        guard let envelope = try? KMSv2Envelope(parsing: value.span.rawBytes) else {
            throw CipherError.messageTooShort(-1)
        }
        let key = try KMSv2Key(SecretKey(secret), type: envelope.dekSourceType)
        try envelope.open(
            value.span.rawBytes, key: key, authenticating: context.span.rawBytes, appendingTo: &output)
    }
}
