public import DurableFiles
public import SecretMemory

/// How the configuration that a discovered server runs relates to others.
public enum FileInForce: Sendable {
    /// The server runs one of them.
    case same
    /// The server runs the file at this path, which is not one of them.
    case other(path: String)
    case unknown(Unknown)

    /// Why the file cannot be compared.
    public enum Unknown: Sendable {
        /// The server has no `--encryption-provider-config`.
        case noConfiguration
        /// The path in the container is not a file of this node.
        case notOnNode
        case unreadable(FileError)
    }
}

extension FileInForce {
    /// Compares the file at a path with others, byte by byte.
    ///
    /// - Parameters:
    ///   - hashes: The hashes of the others.
    ///   - hash: Computes such a hash.
    public init<Failure: Error>(
        at path: String, with hashes: [String], _ hash: (SecretKey) throws(Failure) -> String
    ) throws(Failure) {
        let content: SecretKey
        do {
            content = try InputFile.read(path).content
        } catch {
            self = .unknown(.unreadable(error))
            return
        }
        self = hashes.contains(try hash(content)) ? .same : .other(path: path)
    }
}

extension EtcdDiscovery {
    /// Compares the configuration that the server runs with others, byte by byte.
    ///
    /// - Parameters:
    ///   - hashes: The hashes of the others.
    ///   - hash: Computes such a hash.
    public func comparison<Failure: Error>(
        with hashes: [String], _ hash: (SecretKey) throws(Failure) -> String
    ) throws(Failure) -> FileInForce {
        guard let flag = flags.encryptionProviderConfig else { return .unknown(.noConfiguration) }
        guard case .file(let path) = flag else { return .unknown(.notOnNode) }
        return try FileInForce(at: path, with: hashes, hash)
    }
}
