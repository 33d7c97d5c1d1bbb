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
    private var resources: [ArchivedResource] = []
    private var places: [ResourcePattern: Int] = [:]

    /// The number of keys, plugins and identities, counted for each resource.
    var count: Int { resources.reduce(0) { $0 + $1.count } }

    mutating func add(_ kind: Provider.Kind, for patterns: [ResourcePattern]) {
        for pattern in patterns {
            let place = places[pattern] ?? resources.count
            if place == resources.count {
                places[pattern] = place
                resources.append(ArchivedResource(pattern: pattern))
            }
            resources[place].add(kind)
        }
    }

    func isSame(as other: ArchiveContents) -> Bool {
        ConfigurationDocument.areSame(ordered, other.ordered) { $0.pattern == $1.pattern && $0.forms == $1.forms }
    }

    /// Exact resources first: an entry with a wildcard masks what follows it.
    private var ordered: [ArchivedResource] {
        (0...2).flatMap { rank in resources.filter { $0.pattern.rank == rank } }
    }

    /// Resources with the same keys share an entry, unless one of them covers the other.
    private var entries: [(patterns: [ResourcePattern], providers: [Provider.Kind])] {
        /// What resources have in common that share an entry.
        struct Shared: Hashable {
            let rank: Int
            let forms: [[StorageKeyForm]]
        }
        var entries: [(patterns: [ResourcePattern], providers: [Provider.Kind])] = []
        var places: [Shared: Int] = [:]
        for resource in ordered {
            let shared = Shared(rank: resource.pattern.rank, forms: resource.forms)
            let place = places[shared] ?? entries.count
            if place == entries.count {
                places[shared] = place
                entries.append(([], resource.providers.map(\.kind)))
            }
            entries[place].patterns.append(resource.pattern)
        }
        return entries
    }

    func text() -> SecretBytes { ConfigurationText.write(entries) }
}

/// What the archive has for one resource.
private struct ArchivedResource {
    let pattern: ResourcePattern
    private(set) var providers: [ArchivedProvider] = []
    private var known: Set<StorageKeyForm> = []
    /// The places of providers with keys, by their field.
    private var places: [String: Int] = [:]

    init(pattern: ResourcePattern) { self.pattern = pattern }

    var count: Int { providers.reduce(0) { $0 + max($1.keys.count, 1) } }
    /// Of each provider what it writes.
    var forms: [[StorageKeyForm]] { providers.map(\.kind.forms) }

    /// Adds what is not there yet: keys to the list of their provider, plugins behind all others.
    mutating func add(_ kind: Provider.Kind) {
        guard !kind.keys.isEmpty else {
            if known.isDisjoint(with: kind.forms) { providers.append(ArchivedProvider(kind)) }
            known.formUnion(kind.forms)
            return
        }
        guard let unknown = kind.without(known) else { return }
        known.formUnion(unknown.forms)
        if let place = places[kind.fieldName] {
            providers[place].keys += unknown.keys
        } else {
            places[kind.fieldName] = providers.count
            providers.append(ArchivedProvider(unknown))
        }
    }
}

/// A provider whose list of keys can grow in its place.
private struct ArchivedProvider {
    private let form: Provider.Kind
    var keys: [EncryptionKey]

    init(_ kind: Provider.Kind) {
        form = kind
        keys = kind.keys
    }

    var kind: Provider.Kind {
        switch form {
        case .identity, .kms: form
        case .aescbc: .aescbc(keys)
        case .aesgcm: .aesgcm(keys)
        case .secretbox: .secretbox(keys)
        }
    }
}

extension ResourcePattern {
    /// How much it covers: one resource, a group, everything.
    fileprivate var rank: Int { self == .everything ? 2 : isWildcard ? 1 : 0 }
}

extension Provider.Kind {
    private var provider: Provider {
        Provider(kind: self, path: "", position: Provider.implicitIdentity.position)
    }

    fileprivate var keys: [EncryptionKey] { provider.keys }
    fileprivate var forms: [StorageKeyForm] { provider.forms }
}
