internal import Diagnostics
internal import EncryptionConfig
internal import SecretMemory

/// Keys that can be guessed.
extension LintRule {
    static let weakKeys: [LintRule] = [
        weakKey(
            "ENC0220", "a key is copied from documentation",
            meaning: "The bytes of the key are printed in public documentation. An attacker tries these first.",
            check: "Compare with the page that the finding names."
        ),
        weakKey(
            "ENC0221", "a key is a pattern",
            meaning: "The bytes of the key are all equal, count up or down, repeat themselves, or have few "
                + "different values. Random bytes never do.",
            check: "How the key was made; `head -c 32 /dev/urandom | base64` does not make such a key."
        ),
        weakKey(
            "ENC0222", "a key is text",
            meaning: "The bytes of the key are printable characters: a passphrase, a sentence, or digits. 32 such "
                + "characters have far less than 256 bits. A line break at the end shows that `echo` printed the "
                + "text.",
            check: "`encconf show` names the key. Find out how it was made."
        ),
        weakKey(
            "ENC0223", "a key is encoded twice",
            meaning: "The bytes of the key are base64 or hexadecimal digits: the output of a generator was encoded "
                + "again. A key of 32 hexadecimal digits has at most 128 bits, one of 32 base64 characters 192.",
            check: "How the key was made, for example with `openssl rand -hex 16 | base64`."
        ),
        LintRule(
            "ENC0224", .note, "an AES key is shorter than 256 bits",
            meaning: "A key of 16 or 24 bytes selects AES-128 or AES-192. Both are secure; 32 bytes cost almost "
                + "nothing and add a margin that some policies require.",
            check: "`encconf show` prints the length of each key.",
            remedy: "Rotate to a key of 32 bytes with `encconf rotate`."
        ) { subject in
            subject.keys.filter { $0.key.secret.bytes.count < 32 }.map { key in
                LintFinding(
                    path: key.secretPath, position: key.secretPosition,
                    message: "\(key.provider.rawValue) \(subject.shown(key.key.name)) has "
                        + "\(key.key.secret.bytes.count) bytes (AES-\(key.key.secret.bytes.count * 8))",
                    hint: "`encconf rotate` makes the next key with 32 bytes")
            }
        },
    ]

    private static func weakKey(
        _ code: String, _ title: String, meaning: String, check: String
    ) -> LintRule {
        LintRule(
            code, .warning, title, meaning: meaning, check: check,
            remedy: "Treat the key as disclosed: rotate to a new key (`encconf rotate`), re-encrypt every value, "
                + "and treat the Secrets that it protected in old backups as disclosed."
        ) { subject in
            subject.keys.compactMap { key in
                guard let weakness = KeyWeakness(of: key.key.secret), weakness.code == code else { return nil }
                return LintFinding(
                    path: key.secretPath, position: key.secretPosition,
                    message: "the key bytes of \(key.provider.rawValue) \(subject.shown(key.key.name)) "
                        + "\(weakness.words)",
                    hint: "rotate to a random key with `encconf rotate`")
            }
        }
    }
}
