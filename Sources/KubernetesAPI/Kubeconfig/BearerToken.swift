internal import DurableFiles
public import SecretMemory

/// A token, or the file that has it.
public enum BearerToken: Sendable {
    case fixed(SecretKey)
    /// Read again for each use, because its issuer replaces it. `otherwise` is used while the file cannot be read
    /// (client-go, transport/round_trippers.go, `bearerAuthRoundTripper`).
    case file(path: String, otherwise: SecretKey?)

    /// The present token.
    public func read() throws(KubeconfigError) -> SecretKey {
        switch self {
        case .fixed(let token): return token
        case .file(let path, let otherwise):
            do {
                return try Self.read(path)
            } catch {
                guard let otherwise else { throw error }
                return otherwise
            }
        }
    }

    /// Without the white space around it (transport/token_source.go, `fileTokenSource.Token`).
    private static func read(_ path: String) throws(KubeconfigError) -> SecretKey {
        let content: SecretKey
        do { content = try InputFile.read(path).content } catch {
            throw KubeconfigError(.unreadable(field: "tokenFile", error))
        }
        let bytes = content.span
        var range = 0..<bytes.byteCount
        while let first = range.first, isSpace(bytes[first]) { range = range.dropFirst() }
        while let last = range.last, isSpace(bytes[last]) { range = range.dropLast() }
        guard !range.isEmpty else { throw KubeconfigError(.unreadable(field: "tokenFile", FileError(path, .empty))) }
        let token = bytes.extracting(range)
        guard HeaderValue.isUsable(token) else { throw KubeconfigError(.unusable(field: "tokenFile"), file: path) }
        return SecretKey(SecretBytes(copying: token))
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
}
