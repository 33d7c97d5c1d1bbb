internal import EncryptionConfig
public import SecretMemory

/// Retired keys, kept for backups that were made with them: an `EncryptionConfiguration` of its own, which
/// `decrypt-secret --config` reads.
///
/// For each resource it has each key once (same provider, name and bytes). It has no identity: nothing that it is for
/// is plaintext.
public enum KeyArchive {
    public enum Refusal: Error, Equatable {
        /// The archive that is there cannot be read.
        case unreadable
        /// It holds more than keys: comments, or options of plugins, which would be lost.
        case foreign
        /// The archive would not be a configuration that can be read, or not hold everything.
        case incomplete
    }

    /// The archive with `retired` added.
    ///
    /// - Parameter archive: The archive so far; nil if there is none.
    /// - Returns: nil if the archive holds all of it already, so that it can stay as it is.
    public static func adding(
        _ retired: [RetiredProvider], to archive: consuming SecretBytes?
    ) throws(Refusal) -> SecretBytes? {
        var contents = ArchiveContents()
        if let archive {
            for entry in try read(SecretBytes(copying: archive.bytes), else: .unreadable).entries {
                for provider in entry.providers { contents.add(provider.kind, for: entry.resources) }
            }
            // An archive is written anew, so it must be one that says nothing but what is written again.
            guard contents.text().isEqual(to: archive) else { throw .foreign }
        }
        let known = contents.count
        for provider in retired { contents.add(provider.kind, for: provider.resources) }
        guard contents.count > known else { return nil }
        let text = contents.text()
        var written = ArchiveContents()
        for entry in try read(SecretBytes(copying: text.bytes), else: .incomplete).entries {
            for provider in entry.providers { written.add(provider.kind, for: entry.resources) }
        }
        guard written.isSame(as: contents) else { throw .incomplete }
        return SecretBytes(copying: text.bytes)
    }

    private static func read(
        _ text: consuming SecretBytes, else refusal: Refusal
    ) throws(Refusal) -> EncryptionConfiguration {
        do {
            let document = try ConfigurationDocument.read(text, headerless: true)
            return try EncryptionConfiguration(checking: document, options: .lenient)
        } catch {
            throw refusal
        }
    }
}

/// The providers of each resource.
private struct ArchiveContents {
    private var resources: [(pattern: ResourcePattern, providers: [Provider.Kind])] = []

    /// The number of keys, plugins and identities, counted for each resource.
    var count: Int { resources.flatMap(\.providers).reduce(0) { $0 + $1.itemCount } }

    mutating func add(_ kind: Provider.Kind, for patterns: [ResourcePattern]) {
        for pattern in patterns {
            let known = resources.firstIndex { $0.pattern == pattern } ?? resources.count
            if known == resources.count { resources.append((pattern, [])) }
            resources[known].providers.merge(kind)
        }
    }

    func isSame(as other: ArchiveContents) -> Bool {
        ConfigurationDocument.areSame(ordered, other.ordered) {
            $0.pattern == $1.pattern && ArchiveContents.areSame($0.providers, $1.providers)
        }
    }

    private static func areSame(_ left: [Provider.Kind], _ right: [Provider.Kind]) -> Bool {
        ConfigurationDocument.areSame(left, right) { $0.isSame(as: $1) }
    }

    /// Exact resources first: an entry with a wildcard masks what follows it.
    private var ordered: [(pattern: ResourcePattern, providers: [Provider.Kind])] {
        (0...2).flatMap { rank in resources.filter { $0.pattern.rank == rank } }
    }

    /// Resources with the same keys share an entry, unless one of them covers the other.
    private var entries: [(patterns: [ResourcePattern], providers: [Provider.Kind])] {
        var entries: [(patterns: [ResourcePattern], providers: [Provider.Kind])] = []
        for (pattern, providers) in ordered {
            let equal = entries.firstIndex { entry in
                entry.patterns.first?.rank == pattern.rank && Self.areSame(entry.providers, providers)
            }
            if let equal { entries[equal].patterns.append(pattern) } else { entries.append(([pattern], providers)) }
        }
        return entries
    }

    func text() -> SecretBytes { ConfigurationText.write(entries) }
}

extension ResourcePattern {
    /// How much it covers: one resource, a group, everything.
    fileprivate var rank: Int { self == .everything ? 2 : isWildcard ? 1 : 0 }
}

extension [Provider.Kind] {
    /// Adds what is not there yet: keys to the list of their provider, plugins behind all others.
    fileprivate mutating func merge(_ kind: Provider.Kind) {
        guard let kind = kind.keys.isEmpty ? kind : kind.without(keysOf: self) else { return }
        if let index = firstIndex(where: { $0.isSame(as: kind) || !kind.keys.isEmpty && $0.fieldName == kind.fieldName }
        ) {
            self[index] = self[index].appending(kind.keys)
        } else {
            append(kind)
        }
    }
}

extension Provider.Kind {
    fileprivate var keys: [EncryptionKey] {
        switch self {
        case .aescbc(let keys), .aesgcm(let keys), .secretbox(let keys): keys
        case .identity, .kms: []
        }
    }

    fileprivate var itemCount: Int { keys.isEmpty ? 1 : keys.count }

    fileprivate func appending(_ more: [EncryptionKey]) -> Provider.Kind {
        switch self {
        case .identity, .kms: self
        case .aescbc(let keys): .aescbc(keys + more)
        case .aesgcm(let keys): .aesgcm(keys + more)
        case .secretbox(let keys): .secretbox(keys + more)
        }
    }

    /// The keys that none of `kinds` has; nil if they have all.
    fileprivate func without(keysOf kinds: [Provider.Kind]) -> Provider.Kind? {
        without(kinds.map { Provider(kind: $0, path: "", position: Provider.implicitIdentity.position) })
    }

    fileprivate func isSame(as other: Provider.Kind) -> Bool {
        switch (self, other) {
        case (.kms(let left), .kms(let right)):
            left.version == right.version && left.name == right.name && left.endpoint == right.endpoint
        default:
            fieldName == other.fieldName
                && ConfigurationDocument.areSame(keys, other.keys) {
                    $0.name == $1.name && $0.secret.isEqual(to: $1.secret)
                }
        }
    }
}
