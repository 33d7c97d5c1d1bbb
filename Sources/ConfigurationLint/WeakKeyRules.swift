internal import Diagnostics
internal import EncryptionConfig
internal import SecretMemory

/// Keys that can be guessed.
extension LintRule {
    static let weakKeys: [LintRule] = [
        weakKey(
            "ENC0220", "a key is copied from documentation",
            meaning: "The bytes of the key are printed in public documentation. Whoever gets at the data will try "
                + "these first.",
            check: "Compare with the page that the finding names."
        ),
        weakKey(
            "ENC0221", "a key is a pattern",
            meaning: "The bytes of the key are all equal, count up or down, repeat themselves, or are few different "
                + "ones. Random bytes never look like that.",
            check: "Remember how the key was made; `head -c 32 /dev/urandom | base64` makes no such key."
        ),
        weakKey(
            "ENC0222", "a key is text",
            meaning: "The bytes of the key are printable characters: a passphrase, a sentence, or digits. 32 such "
                + "characters hold far less than 256 bits. A line break at the end shows that the text went through "
                + "`echo` on its way.",
            check: "`encconf show` names the key. Ask how it was made."
        ),
        weakKey(
            "ENC0223", "a key is encoded twice",
            meaning: "The bytes of the key are themselves base64 or hexadecimal digits: the output of a generator was "
                + "encoded once more. A key of 32 hexadecimal digits holds 128 bits at most, one of 32 base64 "
                + "characters 192.",
            check: "Ask how the key was made: `openssl rand -hex 16 | base64` and the like do it."
        ),
        LintRule(
            "ENC0224", .note, "an AES key is shorter than 256 bits",
            meaning: "A key of 16 or 24 bytes selects AES-128 or AES-192. Both are sound; 32 bytes cost nothing "
                + "noticeable and leave a margin that some policies demand.",
            check: "`encconf show` gives the length of each key.",
            remedy: "Make the next key with `encconf keygen`, which has 32 bytes, and rotate to it."
        ) { subject in
            subject.keys.filter { $0.key.secret.bytes.count < 32 }.map { key in
                LintFinding(
                    path: key.secretPath, position: key.secretPosition,
                    message: "\(key.provider.rawValue) key \(subject.shown(key.key.name)) has "
                        + "\(key.key.secret.bytes.count) bytes, which is AES-\(key.key.secret.bytes.count * 8)",
                    hint: "`encconf keygen` makes a key of 32 bytes")
            }
        },
    ]

    private static func weakKey(
        _ code: String, _ title: String, meaning: String, check: String
    ) -> LintRule {
        LintRule(
            code, .warning, title, meaning: meaning, check: check,
            remedy: "Treat the key as known to others: make a new one (`encconf keygen`), rotate to it, rewrite "
                + "everything, and consider the Secrets that it protected in old backups as disclosed."
        ) { subject in
            subject.keys.compactMap { key in
                guard let weakness = KeyWeakness(of: key.key.secret), weakness.code == code else { return nil }
                return LintFinding(
                    path: key.secretPath, position: key.secretPosition,
                    message: "\(key.provider.rawValue) key \(subject.shown(key.key.name)) \(weakness.words)",
                    hint: "`encconf keygen` makes a random key; rotate to it")
            }
        }
    }
}
