public import KMSPlugin
public import StorageEvidence

/// The facts and confirmations for the judgement of a step.
public struct StepFacts: Sendable {
    /// The SHA-256 of the file that the step changes: `sha256:` and 64 hex digits.
    public var hash: String
    /// The proof that every server runs a file; nil without one.
    public var servers: ServersFact?
    /// Whether only one server reads the file.
    public var isSingleServer: Bool
    /// The state of the plugin that the step adds or promotes; nil if it was not tested.
    public var plugin: PluginHealth?
    /// The stored values.
    public var stored: Stored
    /// Whether the user confirms that no other stored value needs the removed keys.
    public var isAbsencePromised: Bool
    /// Where removed keys go; nil if not chosen.
    public var destination: Destination?

    /// The state of the evidence.
    public enum Stored: Sendable {
        /// There is no source.
        case unseen
        /// A source will be read, if the step is not refused before.
        case awaited
        case seen(StorageEvidence)

        /// The evidence that was read; nil if nothing was.
        public var evidence: StorageEvidence? { if case .seen(let evidence) = self { evidence } else { nil } }
    }

    /// Where removed keys go.
    public enum Destination: Sendable { case archive, destruction }

    /// The state of a KMS plugin.
    public enum PluginHealth: Sendable, Equatable {
        case healthy
        /// It did not answer, or failed the health check of kube-apiserver.
        case unhealthy(PluginError)
        /// The test was skipped.
        case waived
    }

    public init(
        hash: String, servers: ServersFact? = nil, isSingleServer: Bool, plugin: PluginHealth? = nil,
        stored: Stored = .unseen, isAbsencePromised: Bool, destination: Destination?
    ) {
        self.hash = hash
        self.servers = servers
        self.isSingleServer = isSingleServer
        self.plugin = plugin
        self.stored = stored
        self.isAbsencePromised = isAbsencePromised
        self.destination = destination
    }
}

/// The proof that every server runs a file. It names the file by its hash, so it is void for any other version.
public enum ServersFact: Sendable, Equatable {
    /// The user confirms it.
    case word(HashPrefix)
    /// A receipt of the answers of the servers.
    case receipt(ConvergenceReceipt)

    /// Whether it is about the file with a hash.
    public func isAbout(_ hash: String) -> Bool {
        switch self {
        case .word(let prefix): prefix.fits(hash)
        case .receipt(let receipt): receipt.hash == hash
        }
    }
}

/// The start of a SHA-256 from the command line: at least 8 hex digits, with or without `sha256:`.
public struct HashPrefix: Sendable, Equatable {
    private let digits: String

    /// Nil for other text.
    public init?(_ text: String) {
        let digits = (text.hasPrefix("sha256:") ? String(text.dropFirst(7)) : text).lowercased()
        guard (8...64).contains(digits.utf8.count), digits.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) })
        else { return nil }
        self.digits = digits
    }

    /// Whether a hash, `sha256:` and 64 hex digits, starts with it.
    public func fits(_ hash: String) -> Bool { hash.hasPrefix("sha256:\(digits)") }
}
