public import KMSPlugin
public import StorageEvidence

/// What is known, or promised, when a step is judged.
public struct StepFacts: Sendable {
    /// The SHA-256 of the file that the step changes: `sha256:` and 64 hex digits.
    public var hash: String
    /// Why every server is known to run a file, and which; nil if nobody says.
    public var servers: ServersFact?
    /// Whether only one server reads the file.
    public var isSingleServer: Bool
    /// What the plugin answered that the step is about; nil if it was not asked.
    public var plugin: PluginHealth?
    /// What is stored.
    public var stored: Stored
    /// Whether somebody says that no stored value needs what is removed, or none but those that the evidence shows.
    public var isAbsencePromised: Bool
    /// What becomes of removed keys; nil if nobody says.
    public var destination: Destination?

    /// What is known of the stored values.
    public enum Stored: Sendable {
        /// Nobody looks.
        case unseen
        /// Somebody will look, if nothing else stands against the step.
        case awaited
        case seen(StorageEvidence)

        /// What was seen; nil if nothing was.
        public var evidence: StorageEvidence? { if case .seen(let evidence) = self { evidence } else { nil } }
    }

    /// What becomes of removed keys.
    public enum Destination: Sendable { case archive, destruction }

    /// What is known of a KMS plugin.
    public enum PluginHealth: Sendable, Equatable {
        case healthy
        /// It gave no answer, or one that kube-apiserver's health check does not take.
        case unhealthy(PluginError)
        /// Somebody says that it need not be asked.
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

/// Why every server is known to run a file. It names the file by its hash, so that it says nothing of any other version.
public enum ServersFact: Sendable, Equatable {
    /// Somebody says so.
    case word(HashPrefix)
    /// They were asked, and the answers were written down.
    case receipt(ConvergenceReceipt)

    /// Whether it is about the file with a hash.
    public func isAbout(_ hash: String) -> Bool {
        switch self {
        case .word(let prefix): prefix.fits(hash)
        case .receipt(let receipt): receipt.hash == hash
        }
    }
}

/// The beginning of a SHA-256, as a person gives it: at least 8 hex digits, with or without `sha256:`.
public struct HashPrefix: Sendable, Equatable {
    private let digits: String

    /// Nil for what is no such beginning.
    public init?(_ text: String) {
        let digits = (text.hasPrefix("sha256:") ? String(text.dropFirst(7)) : text).lowercased()
        guard (8...64).contains(digits.utf8.count), digits.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) })
        else { return nil }
        self.digits = digits
    }

    /// Whether a hash, `sha256:` and 64 hex digits, begins so.
    public func fits(_ hash: String) -> Bool { hash.hasPrefix("sha256:\(digits)") }
}
