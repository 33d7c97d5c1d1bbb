internal import Diagnostics
internal import EncryptionConfig

/// Ages of keys, where their names tell them.
extension LintRule {
    static let keyAge: [LintRule] = [
        LintRule(
            "ENC0250", .warning, "a write key is older than the limit",
            meaning: "The name of the key that writes carries a date, and it is further back than `--max-key-age` "
                + "allows.",
            check: "`encconf show` gives the age of each key whose name tells it.",
            remedy: "`encconf rotate` adds a new key; follow it through promote, rewriting and retire."
        ) { subject in
            guard let limit = subject.linter.maxKeyAge else { return [] }
            return subject.keys.filter(\.writes).compactMap { key in
                guard let age = subject.linter.age(of: key), age > limit else { return nil }
                return LintFinding(
                    path: key.namePath, position: key.namePosition,
                    message: "\(key.provider.rawValue) key \(subject.shown(key.key.name)) writes, and is "
                        + "\(age / 86400) days old by its name; the limit is \(limit / 86400)",
                    hint: "`encconf rotate` adds a new key")
            }
        }
    ]
}

extension Linter {
    /// The age in seconds by the name of a key; nil if that tells nothing or the time is not known.
    func age(of key: LintSubject.Key) -> Int64? {
        guard let now, let date = KeyNameDate(in: key.key.name) else { return nil }
        return now - date.seconds
    }
}
