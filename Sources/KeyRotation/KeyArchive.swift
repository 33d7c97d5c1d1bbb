internal import EncryptionConfig
public import SecretMemory

/// Removed keys, kept for values and backups that were made with them: a bag, in the form of an `EncryptionConfiguration`
/// that `decrypt-secret --config` and `audit --config` read.
///
/// It has one entry, `*.*`, and each key once (same provider, name and bytes): files change by hand too, so nobody knows
/// which resources a key has written. It has no identity: nothing that it is for is plaintext. It is no file for a server.
public enum KeyArchive {
    public enum Refusal: Error, Equatable {
        /// The archive that is there cannot be read.
        case unreadable
        /// It is no archive: a file of a server, or one that holds more than keys, which would be lost.
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
        var bag = Bag()
        if let archive {
            let entries = try read(SecretBytes(copying: archive.bytes), else: .unreadable).entries
            // An archive is written anew, so it must be one that says nothing but what is written again; and the file of a
            // server is none.
            guard let entry = entries.first, entries.count == 1, entry.resources == [.everything],
                !entry.providers.contains(where: { $0.name == .identity }),
                ConfigurationText.write([(entry.resources, entry.providers.map(\.kind))]).isEqual(to: archive)
            else { throw .foreign }
            for provider in entries.flatMap(\.providers) { bag.add(provider.kind) }
        }
        let known = bag.count
        for provider in retired { bag.add(provider.kind) }
        guard bag.count > known else { return nil }
        let text = bag.text()
        var written = Bag()
        for provider in try read(SecretBytes(copying: text.bytes), else: .incomplete).entries.flatMap(\.providers) {
            written.add(provider.kind)
        }
        guard written.forms == bag.forms else { throw .incomplete }
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

/// Keys and plugins, each once.
private struct Bag {
    private var providers: [GrowingProvider] = []
    private var known: Set<StorageKeyForm> = []
    /// The places of providers with keys, by their field.
    private var places: [String: Int] = [:]

    var count: Int { providers.reduce(0) { $0 + max($1.keys.count, 1) } }
    /// Of each provider what it writes.
    var forms: [[StorageKeyForm]] { providers.map(\.kind.forms) }

    /// Adds what is not there yet: keys to the list of their provider, plugins behind all others. Identity is nothing to
    /// keep.
    mutating func add(_ kind: Provider.Kind) {
        guard let unknown = kind.without(known) else { return }
        known.formUnion(unknown.forms)
        if let place = places[kind.fieldName] {
            providers[place].keys += unknown.keys
        } else {
            if !kind.keys.isEmpty { places[kind.fieldName] = providers.count }
            providers.append(GrowingProvider(unknown))
        }
    }

    func text() -> SecretBytes { ConfigurationText.write([([.everything], providers.map(\.kind))]) }
}

/// A provider whose list of keys can grow in its place.
private struct GrowingProvider {
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

extension Provider.Kind {
    private var provider: Provider {
        Provider(kind: self, path: "", position: Provider.implicitIdentity.position)
    }

    fileprivate var keys: [EncryptionKey] { provider.keys }
    fileprivate var forms: [StorageKeyForm] { provider.forms }
}
