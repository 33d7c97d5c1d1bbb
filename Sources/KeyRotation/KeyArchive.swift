internal import EncryptionConfig
public import SecretMemory

/// Removed keys, kept for values and backups that need them, as an `EncryptionConfiguration` for
/// `decrypt-secret --config` and `audit --config`.
///
/// It has one entry, `*.*`, and each key once (same provider, name and bytes): files are also edited by hand, so the
/// resources that a key has encrypted are unknown. It has no identity, because it is not for plaintext. It is not a
/// file for a server.
public enum KeyArchive {
    public enum Refusal: Error, Equatable {
        /// The existing archive cannot be read.
        case unreadable
        /// Not an archive: the file of a server, or a file with more than keys, which would be lost.
        case foreign
        /// The new archive would be unreadable or incomplete.
        case incomplete
    }

    /// The archive with `retired` added.
    ///
    /// - Parameter archive: The existing archive; nil without one.
    /// - Returns: nil if the archive contains all of it already.
    public static func adding(
        _ retired: [RetiredProvider], to archive: consuming SecretBytes?
    ) throws(Refusal) -> SecretBytes? {
        var bag = Bag()
        if let archive {
            let entries = try read(SecretBytes(copying: archive.bytes), else: .unreadable).entries
            // An archive is written again as a whole, so it must contain nothing that would be lost. The file of a
            // server is not an archive.
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
    /// The keys of each provider.
    var forms: [[StorageKeyForm]] { providers.map(\.kind.forms) }

    /// Adds missing keys to the list of their provider, and missing plugins at the end. Identity needs no archive.
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

/// A provider whose list of keys can grow in place.
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
