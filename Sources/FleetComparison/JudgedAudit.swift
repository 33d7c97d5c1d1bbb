internal import EncryptionConfig
public import GoText
internal import KeyTransition
internal import KubernetesResources
internal import SecretMemory

/// Whether a configuration opens the values of one key and resource.
public enum Holding: Hashable, Sendable {
    case opens
    case lacks(Lack)
    case unknown(Doubt)

    /// Why it does not open them.
    public enum Lack: Hashable, Sendable {
        /// No key of the name.
        case noKey
        /// The name has other bytes.
        case otherBytes
        /// The key has another name, and the name is part of each value.
        case renamed(ByteName)
        /// The key serves other resources only.
        case otherResource
        /// The key is there, and another one that is tried first decrypts the values to something else.
        case shadowed
        /// No identity provider.
        case noPlaintext
    }

    /// Why nobody can tell.
    public enum Doubt: String, Hashable, Sendable {
        /// The configuration has a key of the name, and the audit names no fingerprint to compare: the key is weak, or the
        /// audit had none or several of the name.
        case noFingerprint
        /// The audit did not decrypt all these values, so its fingerprint may belong to another key of the name.
        case notDecrypted
        /// A KMS plugin decrypts them, and the files do not show with which key.
        case plugin
        /// No provider of Kubernetes has this value prefix.
        case unknownProvider
    }
}

/// The keys that the values of one source need, and who has them.
public struct JudgedAudit: Sendable {
    /// One need, as each group of the cluster meets it.
    public struct KeyNeed: Sendable {
        public let need: FleetAudit.Need
        /// For each group of the cluster.
        public let holdings: [Holding]
        /// The archives that have the key.
        public let archives: [FleetName]
        /// The files, of any cluster, that have the key's bytes.
        public let holders: [FleetName]

        /// Whether the values can be opened with the configuration of the group, or with an archive.
        public func answer(_ group: Int) -> Answer {
            switch holdings[group] {
            case .opens: .yes
            case .lacks: archives.isEmpty ? .no : .yes
            case .unknown: .unknown
            }
        }
    }

    public enum Answer: String, Sendable { case yes, no, unknown }

    public let audit: FleetAudit
    public private(set) var needs: [KeyNeed] = []
    /// The number of groups of the cluster.
    public let groupCount: Int
    /// The label of each key whose fingerprint is known, because all configurations of the audit are given.
    private let unambiguous: Set<StoredKeyLabel>

    init(
        _ audit: FleetAudit, readers: [ValueReader], files: KeyHolders, archives: KeyHolders
    ) {
        self.audit = audit
        groupCount = readers.count
        unambiguous = Self.unambiguous(audit, files.files + archives.files)
        needs = audit.needs.map { need in
            let isProven = isProven(need)
            return KeyNeed(
                need: need, holdings: readers.map { $0.holding(need, isProven: isProven) },
                archives: isProven ? archives.holders(of: need) : [],
                holders: isProven ? files.holders(of: need) : [])
        }
    }

    /// Whether the fingerprint of a need is that of the key that wrote the values.
    func isProven(_ need: FleetAudit.Need) -> Bool {
        guard need.decrypted < need.objects else { return true }
        guard need.areOthersArchived, let provider = need.provider else { return false }
        return unambiguous.contains(StoredKeyLabel(provider: provider, key: need.key))
    }

    /// Whether a group of the cluster, with the archives, opens everything in the source.
    public func answer(_ group: Int) -> Answer {
        let answers = needs.map { $0.answer(group) }
        if answers.contains(.no) { return .no }
        return answers.contains(.unknown) || !audit.gaps.isEmpty ? .unknown : .yes
    }

    /// The labels that have one key only in all configurations of the audit; none if not all of them are given.
    private static func unambiguous(_ audit: FleetAudit, _ files: [FleetFile]) -> Set<StoredKeyLabel> {
        var configurations: [EncryptionConfiguration] = []
        for hash in audit.hashes {
            guard let file = files.first(where: { $0.file.hash == hash }) else { return [] }
            configurations.append(file.file.configuration)
        }
        var bytes: [StoredKeyLabel: Set<SecretHash>] = [:]
        for (provider, key) in configurations.flatMap(\.keys) {
            let label = StoredKeyLabel(
                provider: provider.name, key: key.name.split(at: UInt8(ascii: ":")).first ?? key.name)
            bytes[label, default: []].insert(SecretHash(key.secret))
        }
        return Set(bytes.filter { $0.value.count == 1 }.keys)
    }
}

/// The files that have a key, found by its fingerprint.
struct KeyHolders {
    let files: [FleetFile]
    private var names: [String: [FleetName]] = [:]

    init(_ files: [FleetFile], _ fingerprints: KeyFingerprints) {
        self.files = files
        for file in files {
            for (provider, key) in file.file.configuration.keys {
                guard let print = fingerprints.of(key) else { continue }
                let identity = Self.identity(provider.name, print)
                if names[identity]?.last != file.name { names[identity, default: []].append(file.name) }
            }
        }
    }

    /// The files with the key of a need, for whatever resource and under whatever name.
    func holders(of need: FleetAudit.Need) -> [FleetName] {
        guard let provider = need.provider, let print = need.fingerprint else { return [] }
        return names[Self.identity(provider, print)] ?? []
    }

    private static func identity(_ provider: ProviderName, _ fingerprint: String) -> String {
        "\(provider.rawValue) \(fingerprint)"
    }
}

/// What a configuration can open.
struct ValueReader {
    let configuration: EncryptionConfiguration
    let resolution: ResourceResolution
    let fingerprints: KeyFingerprints

    init(_ configuration: EncryptionConfiguration, _ fingerprints: KeyFingerprints) {
        self.configuration = configuration
        resolution = ResourceResolution(configuration)
        self.fingerprints = fingerprints
    }

    /// - Parameter isProven: Whether the fingerprint of the need is that of the key that wrote the values.
    func holding(_ need: FleetAudit.Need, isProven: Bool) -> Holding {
        let providers = resolution.rule(for: need.resource)?.providers ?? [.implicitIdentity]
        let keys = StorageKey.list(of: providers)
        switch need.provider {
        case nil: return .unknown(.unknownProvider)
        case .identity:
            return keys.contains { $0.provider == .identity } ? .opens : .lacks(.noPlaintext)
        case .kmsv1, .kmsv2:
            let hasPlugin = keys.contains { $0.provider == need.provider && Self.isNamed($0, need) }
            return hasPlugin ? .unknown(.plugin) : .lacks(.noKey)
        case .aescbc, .aesgcm, .secretbox:
            let candidates = keys.filter { $0.provider == need.provider && Self.isNamed($0, need) }
            guard !candidates.isEmpty else { return .lacks(lack(need, keys, isProven: isProven)) }
            guard need.fingerprint != nil else { return .unknown(.noFingerprint) }
            guard isProven else { return .unknown(.notDecrypted) }
            guard let key = candidates.first(where: { fingerprint($0) == need.fingerprint }) else {
                return .lacks(.otherBytes)
            }
            return KeyReading.isReadable(key, by: providers) ? .opens : .lacks(.shadowed)
        }
    }

    /// Why no key of the name serves the resource.
    private func lack(_ need: FleetAudit.Need, _ keys: [StorageKey], isProven: Bool) -> Holding.Lack {
        guard isProven, let print = need.fingerprint else { return .noKey }
        if let name = keys.first(where: { $0.provider == need.provider && fingerprint($0) == print })?.name {
            return .renamed(name)
        }
        let isElsewhere = configuration.keys.contains { provider, key in
            provider.name == need.provider && fingerprints.of(key) == print
        }
        return isElsewhere ? .otherResource : .noKey
    }

    private func fingerprint(_ key: StorageKey) -> String? {
        guard case .key(let key, _) = key else { return nil }
        return fingerprints.of(key)
    }

    /// Whether values of a key are counted under the name of the need: it ends at the first colon.
    private static func isNamed(_ key: StorageKey, _ need: FleetAudit.Need) -> Bool {
        guard let name = key.name, let wanted = need.key else { return false }
        return name == wanted || name.split(at: UInt8(ascii: ":")).first == wanted
    }
}
