public import EncryptionConfig
internal import GoText
internal import SecretMemory

/// The result of one key for a value that another key wrote.
enum ReadAttempt {
    /// The bytes that were written.
    case opens
    /// Another prefix, or an error. The search goes on.
    case refuses
    /// No error and other bytes, always.
    case garbles
    /// Usually an error: a wrong AES-CBC key passes the padding check for about 1 in 255 values.
    case gambles
    /// A KMS plugin of the right name at another endpoint: it may be the same one.
    case unknown
}

extension StorageKey {
    /// Whether both write the same: the same name and bytes, or the same plugin at the same place.
    public func isSame(as other: StorageKey) -> Bool { attempt(on: other) == .opens }

    /// Tries this key on a value of another.
    ///
    /// (k8s.io/apiserver 1.36, pkg/storage/value/transformer.go, `prefixTransformers`, and encrypt/aes/aes.go, `cbc`.)
    func attempt(on value: StorageKey) -> ReadAttempt {
        switch (self, value) {
        case (.plaintext, .plaintext): return .opens
        case (.plugin(let reader), .plugin(let writer)):
            // A name that is only the start of the other finds no DEK that its plugin accepts.
            guard reader.version == writer.version, reader.name == writer.name
            else { return .refuses }
            return reader.endpoint == writer.endpoint ? .opens : .unknown
        case (.key(let reader, let provider), .key(let writer, let writerProvider)) where provider == writerProvider:
            guard let rest = Self.byteCount(of: writer.name, behind: reader.name) else { return .refuses }
            let hasSameBytes = reader.secret.isEqual(to: writer.secret)
            if rest == 0, hasSameBytes { return .opens }
            // The other ciphers authenticate.
            guard provider == .aescbc else { return .refuses }
            // The rest of the name counts as message. AES-CBC accepts only whole blocks. If it is whole blocks, the
            // first one is read as the initialization vector, and the right key finds the right padding at the end of
            // a text with extra bytes at its start.
            guard rest % aesBlockByteCount == 0 else { return .refuses }
            return hasSameBytes ? .garbles : .gambles
        default: return .refuses
        }
    }

    /// The length of the rest of `name` and its colon after `prefix` and its colon; nil if it does not begin with it.
    private static func byteCount(of name: ByteName, behind prefix: ByteName) -> Int? {
        let rest = name.utf8.dropFirst(prefix.utf8.count)
        guard name.starts(with: prefix), rest.first ?? UInt8(ascii: ":") == UInt8(ascii: ":")
        else { return nil }
        return rest.count
    }
}

private let aesBlockByteCount = 16
