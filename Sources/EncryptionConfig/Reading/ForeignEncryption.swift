internal import Diagnostics
internal import SecretMemory

/// A tool that encrypted a file, or the keys in it, so that neither encconf nor kube-apiserver can read them. An edit of
/// such a file would break it.
enum ForeignEncryption {
    /// (getsops.io: the field `sops`, and values `ENC[AES256_GCM,…]`.)
    case sops
    /// (docs.ansible.com, "Format of files encrypted with Ansible Vault": `$ANSIBLE_VAULT;1.1;AES256`.)
    case ansibleVault
    /// (age-encryption.org/v1, with and without armor.)
    case age
    /// (RFC 9580, 6.2: the armor of OpenPGP.)
    case openPGP
    /// (git-crypt, `\0GITCRYPT\0`.)
    case gitCrypt

    /// Nil for a file that none of them made.
    init?(of file: RawSpan) {
        func begins(_ words: String...) -> Bool {
            words.contains { word in
                let bytes = Array(word.utf8)
                return file.starts(with: bytes.span.rawBytes)
            }
        }
        if begins("age-encryption.org/", "-----BEGIN AGE ENCRYPTED FILE-----") {
            self = .age
        } else if begins("-----BEGIN PGP MESSAGE-----") {
            self = .openPGP
        } else if begins("\0GITCRYPT\0") {
            self = .gitCrypt
        } else if let found = ForeignEncryption(ofSecret: file) {
            self = found
        } else {
            return nil
        }
    }

    /// Nil for a text that none of them made a value of.
    init?(ofSecret text: RawSpan) {
        if text.holds("ENC[AES256_GCM,") {
            self = .sops
        } else if text.holds("$ANSIBLE_VAULT;") {
            self = .ansibleVault
        } else {
            return nil
        }
    }

    /// What is said besides.
    var remark: String {
        switch self {
        case .sops: "this is encrypted with SOPS"
        case .ansibleVault: "this is encrypted with Ansible Vault"
        case .age: "this is encrypted with age"
        case .openPGP: "this is encrypted with OpenPGP"
        case .gitCrypt: "this is encrypted with git-crypt"
        }
    }

    var hint: Hint {
        switch self {
        case .sops: Hint(aroundFile: ["decrypt it first, and do not edit it: `sops -d ", " | encconf verify -`"])
        case .ansibleVault:
            "decrypt it first, and do not edit it: `ansible-vault view` prints a whole file; Ansible decrypts single values"
        case .age: "decrypt it first with `age -d`, into a pipe to `encconf verify -`"
        case .openPGP: Hint(aroundFile: ["decrypt it first: `gpg -d ", " | encconf verify -`"])
        case .gitCrypt: "decrypt it first: unlock the repository with `git-crypt unlock`"
        }
    }
}
