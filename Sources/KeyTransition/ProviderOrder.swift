internal import Diagnostics
internal import EncryptionConfig

extension [Provider] {
    /// This list, then the keys that only the other one has. The write key stays.
    func appending(_ other: [Provider]) -> [Provider] {
        let missing = other.missing(in: self)
        // Plaintext stays last where it is last; where it is read makes no difference.
        guard count > 1, let last, case .identity = last.kind else { return (self + missing).joined }
        return (dropLast() + missing + [last]).joined
    }

    /// This list, with the keys that only the other one has directly after the write key. For AES-CBC keys whose
    /// names overlap, the longer name must come first.
    func inserting(_ other: [Provider]) -> [Provider] {
        guard let first else { return other }
        let (write, rest) = first.split
        return ([write] + other.missing(in: self) + rest + dropFirst()).joined
    }

    /// The part of this list that the other one does not have.
    private func missing(in other: [Provider]) -> [Provider] {
        let known = KeyList(pattern: nil, providers: other)
        func isMissing(_ key: StorageKey) -> Bool { !known.contains(key) }
        return compactMap { provider in
            switch provider.kind {
            case .identity: isMissing(.plaintext) ? provider : nil
            case .kms(let plugin): isMissing(.plugin(plugin)) ? provider : nil
            case .aescbc, .aesgcm, .secretbox:
                provider.with(keys: provider.keys.filter { isMissing(.key($0, of: provider.name)) })
            }
        }
    }

    /// Neighbours of one cipher as one provider.
    private var joined: [Provider] {
        var joined: [Provider] = []
        var rest = self[...]
        while let first = rest.first {
            let neighbours = rest.prefix { $0.name == first.name }
            if neighbours.count > 1, let all = first.with(keys: neighbours.flatMap(\.keys)) {
                joined.append(all)
            } else {
                joined += neighbours
            }
            rest = rest.dropFirst(neighbours.count)
        }
        return joined
    }
}

extension Provider {
    /// The same cipher with these keys; nil without keys, or for a provider without a cipher.
    func with(keys: [EncryptionKey]) -> Provider? {
        guard !keys.isEmpty else { return nil }
        let kind: Kind
        switch self.kind {
        case .aescbc: kind = .aescbc(keys)
        case .aesgcm: kind = .aesgcm(keys)
        case .secretbox: kind = .secretbox(keys)
        case .identity, .kms: return nil
        }
        return Provider(kind: kind, path: path, position: position)
    }

    /// The first key, and the others if there are any.
    fileprivate var split: (first: Provider, rest: [Provider]) {
        guard let first = with(keys: Array(keys.prefix(1))) else { return (self, []) }
        return (first, [with(keys: Array(keys.dropFirst()))].compactMap { $0 })
    }
}
