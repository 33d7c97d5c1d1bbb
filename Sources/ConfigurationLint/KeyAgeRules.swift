internal import Diagnostics
internal import EncryptionConfig

/// Ages of keys with a date in their names.
extension LintRule {
    static let keyAge: [LintRule] = [
        LintRule(
            "ENC0250", .warning, "a write key is older than the limit",
            meaning: "The name of the write key contains a date, and it is older than `--max-key-age`.",
            check: "`encconf show` prints the age of each key with a date in its name.",
            remedy: "Rotate the key with `encconf rotate`: add, promote, re-encrypt, retire."
        ) { subject in
            guard let limit = subject.linter.maxKeyAge else { return [] }
            return subject.keys.filter(\.writes).compactMap { key in
                guard let age = subject.linter.age(of: key), age > limit else { return nil }
                return LintFinding(
                    path: key.namePath, position: key.namePosition,
                    message: "write key \(key.provider.rawValue) \(subject.shown(key.key.name)) is \(age / 86400) "
                        + "days old by its name; the limit is \(limit / 86400)",
                    hint: "rotate it with `encconf rotate`")
            }
        }
    ]
}

extension Linter {
    /// The age in seconds by the name of a key; nil if the name has no date or the time is unknown.
    func age(of key: LintSubject.Key) -> Int64? {
        guard let now, let date = KeyNameDate(in: key.key.name) else { return nil }
        return now - date.seconds
    }
}
