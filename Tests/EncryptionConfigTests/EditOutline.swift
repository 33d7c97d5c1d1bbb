import EncryptionConfig
import Foundation
import GoText
import SecretMemory
import TestSupport

/// What a document says, in a form that tests can compare, and the edits on it once more, done simply.
struct Outline: Equatable {
    struct Key: Equatable {
        let name: String?
        let secret: [UInt8]?
    }
    struct Provider: Equatable {
        var keys: [String: [Key]] = [:]
        var isIdentity = false
        var kms: [String?]?
    }
    struct Entry: Equatable {
        let resources: [String]
        var providers: [Provider]
    }

    let form: ConfigurationDocument.Form
    var entries: [Entry]

    func applying(_ edit: ConfigurationEdit) -> Outline {
        var outline = self
        func inKeys(_ places: [ProviderPlace], _ change: (inout [Key]) -> Void) {
            for place in places {
                for kind in outline.entries[place.entry].providers[place.provider].keys.keys {
                    change(&outline.entries[place.entry].providers[place.provider].keys[kind, default: []])
                }
            }
        }
        switch edit {
        case .insertKey(let key, let index, let places): inKeys(places) { $0.insert(Key(key), at: index) }
        case .removeKeys(let indices, let places):
            inKeys(places) { keys in for index in indices.sorted(by: >) { keys.remove(at: index) } }
        case .moveKeyToFront(let index, let places): inKeys(places) { $0.insert($0.remove(at: index), at: 0) }
        case .insertProvider(let provider, let index, let entries):
            for entry in entries { outline.entries[entry].providers.insert(Provider(provider), at: index) }
        case .removeProviders(let indices, let entries):
            for entry in entries {
                for index in indices.sorted(by: >) { outline.entries[entry].providers.remove(at: index) }
            }
        case .moveProviderToFront(let index, let entries):
            for entry in entries {
                let moved = outline.entries[entry].providers.remove(at: index)
                outline.entries[entry].providers.insert(moved, at: 0)
            }
        case .insertEntry(let resources, let provider, let index):
            outline.entries.insert(
                Entry(resources: resources.map(\.text), providers: [Provider(provider)]), at: index)
        }
        return outline
    }
}

extension Outline.Key {
    init(_ key: NewKey) {
        name = key.name.text
        secret = key.secret.span.copiedToArray()
    }

    init(_ key: KeyConfiguration) {
        name = key.name?.value
        secret = key.secret.map { secret in
            let text = secret.value.revealedText()
            return Data(base64Encoded: text.filter { !$0.isNewline }).map { [UInt8]($0) } ?? Array(text.utf8)
        }
    }
}

extension Outline.Provider {
    init(_ provider: NewProvider) {
        switch provider {
        case .identity: isIdentity = true
        case .keys(let kind, let key): keys = [kind.rawValue: [Outline.Key(key)]]
        case .kms(let name, let endpoint): kms = ["v2", name.text, endpoint.text, nil, nil]
        }
    }

    init(_ provider: ProviderConfiguration) {
        for (name, list) in [
            ("aescbc", provider.aescbc), ("aesgcm", provider.aesgcm), ("secretbox", provider.secretbox),
        ] {
            if let list { keys[name] = list.keys.map { Outline.Key($0) } }
        }
        isIdentity = provider.identity != nil
        kms = provider.kms.map { kms in
            [
                kms.apiVersion?.value, kms.name?.value, kms.endpoint?.value, kms.timeout.map { "\($0.value)" },
                kms.cachesize.map { "\($0.value)" },
            ]
        }
    }
}

extension ConfigurationDocument {
    var outline: Outline {
        Outline(
            form: form,
            entries: resources.map { entry in
                Outline.Entry(
                    resources: entry.resources.map(\.value), providers: entry.providers.map { Outline.Provider($0) })
            })
    }
}

extension ConfigurationEdit {
    var movedIndex: Int? {
        switch self {
        case .moveKeyToFront(let index, _), .moveProviderToFront(let index, _): index
        default: nil
        }
    }

    /// What takes an insertion back.
    var inverse: ConfigurationEdit? {
        switch self {
        case .insertKey(_, let index, let places): .removeKeys(at: [index], in: places)
        case .insertProvider(_, let index, let entries): .removeProviders(at: [index], entries: entries)
        default: nil
        }
    }

    /// Whether nothing but the lines of the edit differs: an insertion only adds, a removal only takes away, and a
    /// move moves lines. Where an item shares its line with brackets and commas that holds for bytes.
    func isConfined(from old: EditFile, to new: EditFile) -> Bool {
        switch self {
        case .insertKey, .insertProvider, .insertEntry: old.bytes.isSubsequence(of: new.bytes)
        case .removeKeys, .removeProviders:
            new.bytes.isSubsequence(of: old.bytes) || new.text.contains("[]") && new.lines.count <= old.lines.count
        case .moveKeyToFront, .moveProviderToFront: old.bytes.sorted() == new.bytes.sorted()
        }
    }
}
