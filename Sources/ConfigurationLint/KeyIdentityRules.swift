internal import Diagnostics
internal import EncryptionConfig
internal import GoText
internal import SecretMemory

/// Names and bytes of keys: each name is for one key, and each key has one name.
extension LintRule {
    static let keyIdentity: [LintRule] = [
        LintRule(
            "ENC0210", .warning, "two keys of one provider have the same name",
            meaning: "A stored value names its key. If two keys of a provider have that name, kube-apiserver tries "
                + "both in order. With aescbc a wrong key is undetected for about 1 in 255 values; with the others "
                + "the value does not show which key it needs.",
            check: "`encconf show` lists names and fingerprints.",
            remedy: "Do not rename a key that has encrypted values: they carry its name. Re-encrypt every value "
                + "with a third key first (`encconf rotate`), then remove both."
        ) { subject in
            // A resource that is listed twice brings one key into its list twice (Kubernetes 1.26).
            let owners = subject.providersOfOneKey
            return subject.pairsInOneList(KeyPairs.sameName).filter { $0.key.path != $1.key.path }.map {
                earlier, later in
                let isSame = earlier.key.secret.isEqual(to: later.key.secret)
                let name = subject.shown(later.key.name)
                return LintFinding(
                    path: later.namePath, position: later.namePosition,
                    message: "duplicate key name \(name) with "
                        + (isSame ? "the same key bytes" : "different key bytes") + " (also \(earlier.key.path))",
                    hint: isSame
                        ? Hint(.remove(path: owners[later.key.path] ?? later.key.path), after: ": it is there twice")
                        : "`encconf rotate` gives new keys names of their own")
            }
        },
        LintRule(
            "ENC0211", .warning, "one key has two names",
            meaning: "One provider has the same key bytes under two names. A rotation from one to the other changes "
                + "nothing: anyone who has the old key can decrypt new values.",
            check: "`encconf show` shows equal fingerprints.",
            remedy: "Rotate to a new key with `encconf rotate`."
        ) { subject in
            subject.equalKeys.flatMap(KeyPairs.otherName).map { earlier, later in
                LintFinding(
                    path: later.secretPath, position: later.secretPosition,
                    message: "\(subject.shown(later.key.name)) and \(subject.shown(earlier.key.name)) are the same "
                        + "key (\(earlier.key.path))",
                    hint: "rotate to a new key with `encconf rotate`")
            }
        },
        LintRule(
            "ENC0212", .warning, "two providers share a key",
            meaning: "Two ciphers use the same key bytes. Each cipher assumes that its key has no other use, and a "
                + "change from one provider to the other does not replace the key.",
            check: "`encconf show` shows equal fingerprints.",
            remedy: "Rotate each provider to its own new key with `encconf rotate`."
        ) { subject in
            subject.equalKeys.flatMap(KeyPairs.otherProvider).map { earlier, later in
                LintFinding(
                    path: later.secretPath, position: later.secretPosition,
                    message: "\(later.provider.rawValue) \(subject.shown(later.key.name)) has the same key bytes as "
                        + "\(earlier.provider.rawValue) \(subject.shown(earlier.key.name)) (\(earlier.key.path))",
                    hint: "rotate to a new key with `encconf rotate`")
            }
        },
        LintRule(
            "ENC0213", .note, "a key name contains a colon",
            meaning: "In a stored value a colon ends the name of the key. A name with a colon works, but programs "
                + "that parse the prefix may read only a part of it, and it can overlap with another name.",
            check: "The names of the keys. k3s and RKE2 use names with a time, which contains colons.",
            remedy: "Nothing for a key in use. Choose names without colons for new keys, as `encconf init` and "
                + "`encconf rotate` do."
        ) { subject in
            subject.keys.filter { $0.key.name.contains(UInt8(ascii: ":")) }.map { key in
                LintFinding(
                    path: key.namePath, position: key.namePosition,
                    message: "the name \(subject.shown(key.key.name)) contains a colon, which ends the name in "
                        + "stored values",
                    hint: "choose names without a colon for new keys")
            }
        },
        LintRule(
            "ENC0214", .warning, "names of aescbc keys overlap at a colon",
            meaning: "Values of a key `a:b` also begin with the prefix of a key `a`, and kube-apiserver tries every "
                + "key with a matching prefix, in order. aescbc has no integrity check, so a wrong key that comes "
                + "first can succeed: for about 1 in 255 values if the key bytes differ, and for all values if they "
                + "are the same and the rest of the longer name, with its colon, is 16 bytes, which are then read "
                + "as the initialization vector. Such reads return wrong data without an error.",
            check: "`encconf decrypt-secret` with a value of the longer name.",
            remedy: "Put the key with the longer name first: its values are then read rightly, and the finding is a "
                + "note. If the key with the shorter name writes, promote a key whose name overlaps with none before that, "
                + "or the order would change which key writes. Then rewrite everything, and take both out."
        ) { subject in
            subject.pairsInOneList(KeyPairs.overlappingNames).map { earlier, later in
                let names = (subject.shown(earlier.key.name), subject.shown(later.key.name))
                let rest = later.key.name.utf8.count - earlier.key.name.utf8.count
                let (message, hint): (String, Hint)
                if rest < 0 {
                    message =
                        "the name overlaps with \(names.0) (\(earlier.key.path)); in the other order this key would "
                        + "be tried for values of \(names.0)"
                    hint = "keep the order, and rotate to a key whose name overlaps with no other"
                } else if rest == ivByteCount, earlier.key.secret.isEqual(to: later.key.secret) {
                    // After `a:`, a value of `a:<15 characters>` has these 15 and their colon; the rest of the name has
                    // the same length, with the colon before it.
                    message =
                        "every value of \(names.1) decrypts to wrong data without an error: key \(names.0) "
                        + "(\(earlier.key.path)) comes first and reads part of the name as the IV"
                    hint = subject.reordering(earlier, later)
                } else {
                    message =
                        "\(names.0) (\(earlier.key.path)) is tried first for values of \(names.1), and can decrypt "
                        + "them to wrong data without an error"
                    hint = subject.reordering(earlier, later)
                }
                return LintFinding(
                    path: later.namePath, position: later.namePosition, message: message, hint: hint,
                    severity: rest < 0 ? .note : nil)
            }
        },
        LintRule(
            "ENC0215", .warning, "a name contains a part of a key",
            meaning: "The name of a key or KMS provider is stored as plaintext with every value, and it is in logs, "
                + "metrics and reports. A name that contains a key discloses it.",
            check: "Compare the names in the file with its secrets. Reports print REDACTED instead of such a name.",
            remedy: "Treat the key as disclosed: rotate to a new key with another name (`encconf rotate`), and "
                + "re-encrypt every value."
        ) { subject in
            subject.keys.filter { !subject.mayShow($0.key.name.text) }.map { key in
                LintFinding(
                    path: key.namePath, position: key.namePosition,
                    message: "the name of this key contains a part of a key, or looks like one",
                    hint: "rotate to a new key with another name, with `encconf rotate`",
                    severity: subject.holdsKey(key.key.name.text) ? .warning : .note)
            }
        },
    ]

    /// Of AES-CBC.
    private static let ivByteCount = 16
}

extension LintSubject {
    /// The providers of keys that have no other, by the path of the key.
    fileprivate var providersOfOneKey: [String: String] {
        let pairs = entries.flatMap(\.providers).compactMap { item in
            item.keys.count == 1 ? item.keys.first.map { ($0.key.path, item.provider.path) } : nil
        }
        return Dictionary(pairs) { first, _ in first }
    }

    /// The hint at the right order of two aescbc keys whose names overlap.
    fileprivate func reordering(_ earlier: Key, _ later: Key) -> Hint {
        let name = shown(earlier.key.name)
        // What comes first in its list writes.
        guard !earlier.writes else {
            return """
                rotate to a key whose name overlaps with none (`encconf rotate`); when it writes, put this key before \
                \(name), before anything is re-encrypted
                """
        }
        let rest = ", then rotate to a key whose name overlaps with none"
        return earlier.entry == later.entry
            ? Hint(.moveKey(path: later.key.path, before: earlier.key.path, named: name), after: rest)
            : Hint(.repeatKey(path: later.key.path, before: earlier.key.path, named: name), after: rest)
    }

    /// Pairs of keys that serve the same resources; of several for one key, the first.
    ///
    /// `pairs` finds them among the keys of one list.
    fileprivate func pairsInOneList(_ pairs: ([Key]) -> [KeyPairs.Pair]) -> [KeyPairs.Pair] {
        let items = Dictionary(
            entries.flatMap(\.providers).map { ($0.provider.path, $0.keys) }, uniquingKeysWith: { first, _ in first })
        // The rules, not the entries: those for the same resource are joined. Most resources share their list.
        var lists: Set<[String]> = []
        var seen: Set<String> = []
        return resolution.rules.map { $0.providers.map(\.path) }
            .filter { lists.insert($0).inserted }
            .flatMap { list in pairs(list.flatMap { items[$0] ?? [] }) }
            .enumerated()
            .sorted { left, right in
                (left.element.later.namePosition.offset, left.offset)
                    < (right.element.later.namePosition.offset, right.offset)
            }
            .map(\.element)
            .filter { seen.insert($0.later.key.path).inserted }
    }

    /// The keys of the file by their bytes.
    fileprivate var equalKeys: [[Key]] {
        // By a seeded hash, which is good for this process alone, so that not every key meets every other.
        keys.grouped { SecretHash($0.key.secret) }.map(\.elements)
    }
}

/// Two keys that should not stand together. For each later key its first earlier one is found without comparing all.
private enum KeyPairs {
    typealias Key = LintSubject.Key
    typealias Pair = (earlier: Key, later: Key)

    /// Keys of one provider that have the same name. Entries that are joined (ENC0206) can repeat a key with its name;
    /// that is one key.
    static func sameName(among keys: [Key]) -> [Pair] {
        keys.grouped { NameOfProvider($0) }.flatMap { group in
            var byEntry: [String: Int] = [:]
            var bySecret = FirstDiffering<SecretHash>()
            return pairs(of: group.elements) { key, place in
                let secret = SecretHash(key.key.secret)
                defer {
                    byEntry[key.entry] = byEntry[key.entry] ?? place
                    bySecret.add(secret, at: place)
                }
                return [byEntry[key.entry], bySecret.place(differingFrom: secret)].compactMap(\.self).min()
            }
        }
    }

    /// Of keys with the same bytes, those of one provider under different names.
    static func otherName(among keys: [Key]) -> [Pair] {
        var names: [ProviderName: FirstDiffering<ByteName>] = [:]
        return pairs(of: keys) { key, place in
            let name = key.key.name
            defer { names[key.provider, default: FirstDiffering()].add(name, at: place) }
            return names[key.provider]?.place(differingFrom: name)
        }
    }

    /// Of keys with the same bytes, those of different providers.
    static func otherProvider(among keys: [Key]) -> [Pair] {
        var providers = FirstDiffering<ProviderName>()
        return pairs(of: keys) { key, place in
            defer { providers.add(key.provider, at: place) }
            return providers.place(differingFrom: key.provider)
        }
    }

    /// aescbc keys one of whose names goes on with a colon behind the other.
    static func overlappingNames(among keys: [Key]) -> [Pair] {
        var names = NameTree()
        return pairs(of: keys.filter { $0.provider == .aescbc }) { key, place in names.add(key.key.name, at: place) }
    }

    /// - Parameter earlier: Answers for a key and its place which place holds the first one to pair it with.
    private static func pairs(of keys: [Key], _ earlier: (Key, Int) -> Int?) -> [Pair] {
        keys.enumerated().compactMap { place, key in
            earlier(key, place).map { (keys[$0], key) }
        }
    }
}

private struct NameOfProvider: Hashable {
    let provider: ProviderName
    let name: ByteName

    init(_ key: LintSubject.Key) { (provider, name) = (key.provider, key.key.name) }
}

/// The place of the first value that differs from a given one. It is the first of all, or the first that differs from
/// that.
private struct FirstDiffering<Value: Equatable> {
    private var first: (value: Value, place: Int)?
    private var second: (value: Value, place: Int)?

    mutating func add(_ value: Value, at place: Int) {
        guard let first else { return first = (value, place) }
        if second == nil, first.value != value { second = (value, place) }
    }

    func place(differingFrom value: Value) -> Int? {
        guard let first else { return nil }
        return first.value != value ? first.place : second?.place
    }
}

/// Names, split at their colons: a name goes on with a colon behind another if it lies below it in the tree.
private struct NameTree {
    private struct Branch: Hashable {
        let node: Int
        let part: [UInt8]
    }

    private struct Node {
        /// The first name that ends here.
        var end: Int?
        /// The first name that goes on.
        var below: Int?
    }

    private var nodes = [Node()]
    private var branches: [Branch: Int] = [:]

    /// A name of more parts is not looked at. The most that are known, dates with a time zone, have four.
    private static let partLimit = 16

    /// Adds the name and answers the place of the first earlier one that overlaps with it.
    mutating func add(_ name: ByteName, at place: Int) -> Int? {
        let parts = Array(name.utf8).split(
            separator: UInt8(ascii: ":"), maxSplits: Self.partLimit, omittingEmptySubsequences: false)
        guard parts.count <= Self.partLimit else { return nil }
        var (node, found): (Int, Int?) = (0, nil)
        for (index, part) in parts.enumerated() {
            let branch = Branch(node: node, part: Array(part))
            if let known = branches[branch] {
                node = known
            } else {
                nodes.append(Node())
                branches[branch] = nodes.count - 1
                node = nodes.count - 1
            }
            let isLast = index == parts.count - 1
            if let candidate = isLast ? nodes[node].below : nodes[node].end {
                found = min(candidate, found ?? candidate)
            }
            if isLast {
                nodes[node].end = nodes[node].end ?? place
            } else {
                nodes[node].below = nodes[node].below ?? place
            }
        }
        return found
    }
}
