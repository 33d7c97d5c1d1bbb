public import AuditControls

extension Control {
    /// What the control asks, in our own words and in one line.
    public var summary: String {
        switch self {
        case .cisConfiguration: "kube-apiserver is started with an encryption configuration."
        case .cisProviders: "Each entry of the configuration encrypts with aescbc, kms or secretbox."
        case .stigSecrets: "Secrets are stored encrypted, and the configuration does not begin with identity."
        case .stigPlacement: "Passwords, keys and tokens are kept in Secrets or in an external store, nowhere else."
        case .pciUnreadable: "Card numbers are unreadable wherever they are stored, copies included."
        case .pciKeyProtection: "Keys that protect account data are themselves protected against disclosure and misuse."
        case .pciCryptoperiod: "Each key has a cryptoperiod, and is replaced when the period ends."
        case .pciRetirement: "Keys that are expired, weakened or compromised are retired and encrypt no more."
        case .nistKeys: "Keys are generated, distributed, stored, used and destroyed by defined rules."
        case .nistAtRest: "The information that the organization names is protected while it is stored."
        case .nistCryptography: "Cryptography prevents that stored information is disclosed or modified."
        case .isoCryptography: "Rules for cryptography and its keys are defined and followed."
        case .socAccess: "Logical access to information is restricted; encryption at rest is one of the measures."
        case .bsiStorage: "File systems with persistent data, those of etcd above all, are encrypted."
        }
    }

    /// How the audit reads the control: where its letter and its intent differ, and what it leaves to people.
    public var reading: String {
        switch self {
        case .cisConfiguration:
            "Values that decrypt with the keys of the file show that a kube-apiserver ran with them. `encconf servers` "
                + "shows what runs now. Other editions: 1.2.28 in v1.8, 1.2.29 in v1.7, 1.2.30 in v1.23, 1.2.32 in v1.20."
        case .cisProviders:
            "The benchmark does not name aesgcm, so aesgcm is outside of its letter, also with frequent rotation. An entry "
                + "with identity as its only provider leaves a resource out on purpose. Other editions: 1.2.29 in v1.8, "
                + "1.2.30 in v1.7, 1.2.31 in v1.23, 1.2.33 in v1.20."
        case .stigSecrets:
            "The letter asks for the flag, for an entry that names secrets, and for another first provider than identity. "
                + "A wildcard meets the intent of the check, not its letter. Plaintext Secrets in the store fail the title "
                + "of the rule, also if the file is right. The rule does not ask for FIPS; with FIPS, secretbox is ruled out."
        case .stigPlacement:
            "A person has to read ConfigMaps, Pods and custom resources. The audit counts them and looks into none."
        case .pciUnreadable:
            "Only the organization knows which resources hold card numbers: `mustEncrypt` of a policy file names them. Old "
                + "revisions and free pages are copies. Other stores and logs are not looked at."
        case .pciKeyProtection:
            "The audit sees a data key beside its data, and a key that can be guessed. Custodians, the place of keys and "
                + "the strength of the key of a KMS are shown elsewhere. Keys of the file are not protected by another key."
        case .pciCryptoperiod:
            "The standard leaves the period to the organization: `cryptoperiods` and `gcmWriteLimit` of the policy. The age "
                + "of a key is the date in its name. The documented procedure is shown elsewhere."
        case .pciRetirement:
            "The audit sees keys that are weak, broken or too old and still in use. That a key was suspected, and what was "
                + "done then, is shown elsewhere."
        case .nistKeys:
            "Only faults of keys are visible in stored values. Generation, custody and destruction are shown elsewhere; so "
                + "is the validation of modules that FIPS 140 asks for, which rules out secretbox."
        case .nistAtRest:
            "The information is Secrets, what the configuration encrypts, and `mustEncrypt` of the policy. Old revisions and "
                + "free pages are at rest too. Encryption of disks is not looked at."
        case .nistCryptography:
            "aescbc does not authenticate: a modified value is not detected. aesgcm, secretbox and kmsv2 authenticate. "
                + "FIPS 140 rules out secretbox; whether modules are validated (SC-13) is shown elsewhere."
        case .isoCryptography:
            "The rules are those of the policy file of this audit, and only their technical part. Without a file there are "
                + "no rules to compare with; a preset is not a rule of the organization."
        case .socAccess:
            "Encryption at rest is one point of focus of the criterion. Who may read Secrets, etcd, backups and keys is "
                + "shown elsewhere."
        case .bsiStorage:
            "The requirement speaks of file systems. kube-apiserver encrypts values, not their names or the file: that "
                + "supports the intent and does not meet the letter."
        }
    }
}

extension PolicyPreset {
    /// What the preset stands for, in one line.
    public var summary: String {
        switch self {
        case .cis: "aescbc, kms or secretbox; Secrets encrypted"
        case .stig: "any provider but identity; Secrets encrypted"
        case .fips: "aescbc, aesgcm or kms; keys of at most 730 days; Secrets encrypted"
        case .pci: "any provider but identity; keys of at most 365 days; Secrets encrypted"
        }
    }

    /// What must be shown elsewhere.
    public var elsewhere: [String] {
        switch self {
        case .cis: []
        case .stig:
            ["The flag --encryption-provider-config of each kube-apiserver: `encconf servers`, or its manifest."]
        case .fips:
            [
                "That kube-apiserver and the KMS use modules with a valid FIPS 140 certificate, in their approved mode.",
                "That keys come from an approved random bit generator.",
            ]
        case .pci: ["Custodians, procedures and the storage of keys; which resources hold card numbers."]
        }
    }
}
