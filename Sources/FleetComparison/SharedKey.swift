public import EncryptionConfig
public import GoText
internal import KubernetesResources
internal import SecretMemory

/// Key bytes that several clusters use: who gets the key of one opens the values of the others.
public struct SharedKey: Sendable {
    /// Where the bytes are.
    public struct Place: Sendable {
        public let name: FleetName
        public let provider: ProviderName
        public let key: ByteName
        /// Whether only stored values show it, and not the file.
        public let isOfAudit: Bool
    }

    /// Nil for a weak key. That two weak keys are equal is told nevertheless: it confirms no guess of their bytes.
    public let fingerprint: String?
    /// In the order of the command line.
    public let places: [Place]

    /// What makes a key the one that it is.
    private enum Identity: Hashable {
        case fingerprint(String)
        /// The fingerprint of a weak key would confirm a guess, so it has none; its bytes are compared here.
        case bytes(SecretHash)
    }

    static func all(of files: [FleetFile], _ audits: [JudgedAudit], _ fingerprint: KeyFingerprints) -> [SharedKey] {
        var order: [Identity] = []
        var places: [Identity: [Place]] = [:]
        func add(_ identity: Identity, _ place: Place) {
            if places[identity] == nil { order.append(identity) }
            let isKnown = places[identity, default: []].contains {
                $0.name == place.name && $0.provider == place.provider && $0.key == place.key
            }
            if !isKnown { places[identity, default: []].append(place) }
        }
        for file in files {
            for (provider, key) in file.file.configuration.keys {
                let identity = fingerprint.of(key).map { Identity.fingerprint($0) } ?? .bytes(SecretHash(key.secret))
                add(identity, Place(name: file.name, provider: provider.name, key: key.name, isOfAudit: false))
            }
        }
        for audit in audits {
            for need in audit.audit.needs where audit.isProven(need) {
                guard let print = need.fingerprint, let provider = need.provider, let key = need.key else { continue }
                add(
                    .fingerprint(print),
                    Place(name: audit.audit.name, provider: provider, key: key, isOfAudit: true))
            }
        }
        return order.compactMap { identity in
            let found = places[identity] ?? []
            guard Set(found.map(\.name.cluster)).count > 1 else { return nil }
            var print: String?
            if case .fingerprint(let text) = identity { print = text }
            return SharedKey(fingerprint: print, places: found)
        }
    }
}

/// The fingerprints of keys, computed once: this module knows no cipher.
public struct KeyFingerprints: Sendable {
    private var known: [SecretHash: String?] = [:]

    public init() {}

    /// Adds a key.
    ///
    /// - Parameter fingerprint: Nil for a weak key.
    public mutating func add(_ key: EncryptionKey, _ fingerprint: String?) {
        known[SecretHash(key.secret)] = .some(fingerprint)
    }

    /// The fingerprint of a key; nil for a weak one.
    public func of(_ key: EncryptionKey) -> String? { known[SecretHash(key.secret)] ?? nil }
}
