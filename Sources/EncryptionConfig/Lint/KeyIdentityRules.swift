internal import Diagnostics
internal import SecretMemory

/// Names and bytes of keys: one name should stand for one key, and one key should have one name.
extension LintRule {
    static let keyIdentity: [LintRule] = [
        LintRule(
            "ENC0210", .warning, "two keys of one provider have the same name",
            meaning: "A stored value names its key. If two keys of a provider have that name, both are tried in "
                + "order. With aescbc the wrong one yields garbage without an error for about 1 value in 256; with "
                + "the others a reader can no longer tell which key a value needs.",
            check: "`encconf show FILE` lists names and fingerprints.",
            remedy: "Do not rename a key that has written: its values carry the name. Rewrite everything with a third "
                + "key first (`encconf rotate`), then take both out."
        ) { subject in
            subject.pairsInOneList { earlier, later in
                // Entries that are joined (ENC0206) can repeat a key; that is one key.
                earlier.key.name.hasBytes(of: later.key.name)
                    && (earlier.entry == later.entry || !earlier.key.secret.isEqual(to: later.key.secret))
            }.map { earlier, later in
                let isSame = earlier.key.secret.isEqual(to: later.key.secret)
                let name = subject.shown(later.key.name)
                return LintFinding(
                    path: later.namePath, position: later.namePosition,
                    message: "\(name) is the name of \(earlier.key.path) too, with "
                        + (isSame ? "the same bytes" : "other bytes"),
                    hint: isSame
                        ? "take this one out" : "`encconf rotate` gives new keys names of their own")
            }
        },
        LintRule(
            "ENC0211", .warning, "one key has two names",
            meaning: "The same bytes stand under two names of one provider. A rotation from one to the other replaces "
                + "nothing: who knows the old key can read what the new one writes.",
            check: "`encconf show FILE` shows equal fingerprints.",
            remedy: "Make a fresh key (`encconf keygen`) and rotate to it."
        ) { subject in
            subject.keyPairs { $0.provider == $1.provider && !$0.key.name.hasBytes(of: $1.key.name) }.map {
                earlier, later in
                LintFinding(
                    path: later.secretPath, position: later.secretPosition,
                    message: "\(subject.shown(later.key.name)) has the same bytes as "
                        + "\(subject.shown(earlier.key.name)) (\(earlier.key.path))",
                    hint: "`encconf keygen` makes a key")
            }
        },
        LintRule(
            "ENC0212", .warning, "two providers share a key",
            meaning: "The same bytes serve two ciphers. Each is analysed on the assumption that its key is used for "
                + "nothing else, and a switch from one provider to the other replaces no key.",
            check: "`encconf show FILE` shows equal fingerprints.",
            remedy: "Give each provider a key of its own (`encconf keygen`) and rotate to it."
        ) { subject in
            subject.keyPairs { $0.provider != $1.provider }.map { earlier, later in
                LintFinding(
                    path: later.secretPath, position: later.secretPosition,
                    message: "\(later.provider.rawValue) key \(subject.shown(later.key.name)) has the same bytes as "
                        + "\(earlier.provider.rawValue) key \(subject.shown(earlier.key.name)) (\(earlier.key.path))",
                    hint: "`encconf keygen` makes a key")
            }
        },
        LintRule(
            "ENC0213", .note, "a key name contains a colon",
            meaning: "In a stored value the name of the key ends at a colon. A name that contains one works, but "
                + "programs that read the prefix may cut it short, and it can overlap with another name.",
            check: "Look at the names; k3s and RKE2 put times with colons into theirs.",
            remedy: "Nothing for a key that is in use. Choose names without colons for new ones, as `encconf init` "
                + "and `encconf rotate` do."
        ) { subject in
            subject.keys.filter { $0.key.name.contains(":") }.map { key in
                LintFinding(
                    path: key.namePath, position: key.namePosition,
                    message: "the name \(subject.shown(key.key.name)) contains a colon, which also ends it in stored "
                        + "values",
                    hint: "use none in the names of new keys")
            }
        },
        LintRule(
            "ENC0214", .warning, "names of aescbc keys overlap at a colon",
            meaning: "Values of a key `a:b` also begin with the prefix of a key `a`, and kube-apiserver tries every "
                + "key whose prefix fits, in order. aescbc has no integrity check, so a wrong key in front can "
                + "\"succeed\": for about 1 value in 256 with other bytes, and always if the bytes are the same and "
                + "what `a` leaves of the longer name is 16 bytes with its colon, since these are then taken for the "
                + "initialization vector. Such reads return wrong bytes and no error.",
            check: "`encconf decrypt-secret` with a value of the longer name.",
            remedy: "Put the key with the longer name first: its values are then read rightly, and the finding is a "
                + "note. Rewrite everything with a key whose name overlaps with none, and take both out."
        ) { subject in
            subject.pairsInOneList { earlier, later in
                let (short, long) = (earlier.key.name, later.key.name)
                return earlier.provider == .aescbc
                    && (long.utf8.starts(with: "\(short):".utf8) || short.utf8.starts(with: "\(long):".utf8))
            }.map { earlier, later in
                let names = (subject.shown(earlier.key.name), subject.shown(later.key.name))
                let rest = later.key.name.utf8.count - earlier.key.name.utf8.count
                let (message, hint): (String, String)
                if rest < 0 {
                    message =
                        "the name overlaps with \(names.0) (\(earlier.key.path)); in the other order values of "
                        + "\(names.0) would be read with this key"
                    hint = "keep the order, and rotate to a key whose name overlaps with none"
                } else if rest == ivByteCount, earlier.key.secret.isEqual(to: later.key.secret) {
                    // Behind `a:`, a value of `a:<15 characters>` has these 15 and their colon; the rest of the name is
                    // as long, with the colon in front.
                    message =
                        "every value of \(names.1) is read with wrong bytes and without an error: \(names.0) "
                        + "(\(earlier.key.path)) comes first and takes the rest of the name for the IV"
                    hint = "put this key before \(names.0), then rotate to one whose name overlaps with none"
                } else {
                    message =
                        "values of \(names.1) are tried with \(names.0) (\(earlier.key.path)) first, and can be "
                        + "read with wrong bytes and without an error"
                    hint = "put this key before \(names.0), then rotate to one whose name overlaps with none"
                }
                return LintFinding(
                    path: later.namePath, position: later.namePosition, message: message, hint: hint,
                    severity: rest < 0 ? .note : nil)
            }
        },
    ]

    /// Of AES-CBC.
    private static let ivByteCount = 16
}

extension LintSubject {
    typealias Pair = (earlier: Key, later: Key)

    /// Pairs of keys of one provider that serve the same resources; of several for one key, the first.
    ///
    /// `isPair` is asked about names that are equal up to their first colon.
    fileprivate func pairsInOneList(_ isPair: (Key, Key) -> Bool) -> [Pair] {
        let items = Dictionary(
            entries.flatMap(\.providers).map { ($0.provider.path, $0.keys) }, uniquingKeysWith: { first, _ in first })
        // The rules, not the entries: those for the same resource are joined. Most resources share their list.
        let lists = Set(resolution.rules.map { $0.providers.map(\.path) })
        var seen: Set<String> = []
        return lists.flatMap { list in
            list.flatMap { items[$0] ?? [] }
                .grouped { "\($0.provider.rawValue) \($0.key.name.prefix { $0 != ":" })" }
                .flatMap { firstPairs($0.elements, isPair) }
        }
        .sorted { $0.later.namePosition < $1.later.namePosition }
        .filter { seen.insert($0.later.key.path).inserted }
    }

    /// Pairs of keys anywhere in the file that have the same bytes; of several for one key, the first.
    fileprivate func keyPairs(_ isPair: (Key, Key) -> Bool) -> [Pair] {
        // By a seeded hash, which is good for this process alone, so that not every key meets every other.
        keys.grouped { SecretHash($0.key.secret) }.flatMap { firstPairs($0.elements, isPair) }
    }

    private func firstPairs(_ keys: [Key], _ isPair: (Key, Key) -> Bool) -> [Pair] {
        keys.indices.compactMap { index in
            keys[..<index].first { isPair($0, keys[index]) }.map { ($0, keys[index]) }
        }
    }
}

extension String {
    /// Whether the texts are the same to Go. Swift's `==` takes é for e with an accent.
    func hasBytes(of other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}

/// Bytes of a key, to look them up by.
private struct SecretHash: Hashable {
    let secret: SecretKey

    init(_ secret: SecretKey) { self.secret = secret }

    static func == (left: Self, right: Self) -> Bool { left.secret.isEqual(to: right.secret) }

    func hash(into hasher: inout Hasher) {
        unsafe secret.span.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
}
