import EnvelopeCrypto
import SecretMemory
import TestSupport
import Testing

/// What ciphers leave in the memory of the process: neither keys nor plaintext.
struct WipingTests {
    /// The key schedules of OpenSSL begin with the key itself, and go with the cipher.
    @Test(arguments: TestCipher.all) func noKeyIsLeft(_ cipher: TestCipher) throws {
        let needle = MemoryNeedle(
            seed: cipher.testDescription.utf8.reduce(1) { $0 &* 257 &+ UInt64($1) }, count: cipher.keyByteCount)
        func use() throws -> Int {
            let key = SecretKey(SecretBytes(copying: needle.bytes))
            let context = Array(defaultContext.utf8)
            var sealed = SecretBuffer()
            let plaintext: [UInt8] = [1, 2, 3]
            var opened = SecretBuffer()
            switch cipher.kind {
            case .aescbc:
                let cipher = try AESCBC(key: key.bytes)
                try cipher.seal(plaintext.span.rawBytes, appendingTo: &sealed)
                try cipher.open(sealed.bytes, appendingTo: &opened)
            case .aesgcm:
                let cipher = try AESGCM(key: key.bytes)
                try cipher.seal(
                    plaintext.span.rawBytes, authenticating: context.span.rawBytes, appendingTo: &sealed)
                try cipher.open(sealed.bytes, authenticating: context.span.rawBytes, appendingTo: &opened)
            case .secretbox:
                let cipher = try Secretbox(key: key)
                try cipher.seal(plaintext.span.rawBytes, appendingTo: &sealed)
                try cipher.open(sealed.bytes, appendingTo: &opened)
            case .extendedNonce:
                let cipher = try ExtendedNonceGCM(seed: key)
                try cipher.seal(
                    plaintext.span.rawBytes, authenticating: context.span.rawBytes, appendingTo: &sealed)
                try cipher.open(sealed.bytes, authenticating: context.span.rawBytes, appendingTo: &opened)
            }
            #expect(opened.bytes.copiedToArray() == plaintext)
            return try withExtendedLifetime(key) { try needle.occurrences() }
        }
        #expect(try use() >= 1)
        #expect(try needle.occurrences() == 0)
    }

    /// A plaintext that is not to be had, since its tag or padding is wrong, is not to be found either.
    @Test(arguments: TestCipher.all) func noPlaintextIsLeft(_ cipher: TestCipher) throws {
        let needle = MemoryNeedle(
            seed: cipher.testDescription.utf8.reduce(2) { $0 &* 257 &+ UInt64($1) }, count: 64)
        let key = [UInt8](repeating: 0x41, count: cipher.keyByteCount)
        var sealed = try seal(needle, with: cipher.keyed(key))
        // The tag; for AES-CBC the padding, which the block before it changes.
        switch cipher.kind {
        case .aescbc: sealed[sealed.count - 17] ^= 0xff
        case .secretbox: sealed[cipher.vectorByteCount] ^= 1
        case .aesgcm, .extendedNonce: sealed[sealed.count - 1] ^= 1
        }
        var output = SecretBuffer()
        let context = Array(defaultContext.utf8)
        #expect(throws: CipherError.self) {
            switch cipher.kind {
            case .aescbc: try AESCBC(key: SecretKey(key).bytes).open(sealed.span.rawBytes, appendingTo: &output)
            case .aesgcm:
                try AESGCM(key: SecretKey(key).bytes).open(
                    sealed.span.rawBytes, authenticating: context.span.rawBytes, appendingTo: &output)
            case .secretbox: try Secretbox(key: SecretKey(key)).open(sealed.span.rawBytes, appendingTo: &output)
            case .extendedNonce:
                try ExtendedNonceGCM(seed: SecretKey(key)).open(
                    sealed.span.rawBytes, authenticating: context.span.rawBytes, appendingTo: &output)
            }
        }
        // The buffer is still there, and could be read.
        #expect(try needle.occurrences() == 0)
        #expect(output.count == 0)
    }

    /// Seals the needle ten times over, without another copy of it that stays.
    private func seal(_ needle: MemoryNeedle, with keyed: TestCipher.Keyed) throws -> [UInt8] {
        let plaintext = SecretBytes.filling(capacity: 640) { output in
            for _ in 0..<10 { output.append(contentsOf: needle.bytes) }
        }
        return try keyed.seal(plaintext.bytes)
    }
}
