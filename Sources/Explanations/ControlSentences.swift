public import AuditControls
internal import EncryptionConfig
internal import KubernetesResources
public import ShownText

extension ControlReason {
    /// The reason in one sentence.
    public var sentence: Phrase {
        switch self {
        case .plaintext(let count): "\(counted(count, "value")) \(isAre(count)) plaintext."
        case .notConfigured(let resource): "No entry of the configuration covers \(resource.description)."
        case .identityFirst(let pattern): "identity is the first provider for \(pattern.description)."
        case .writeProvider(let provider, let pattern):
            "\(pattern.description) is written with \(provider), which the framework does not name."
        case .storedProvider(let provider, let count):
            "\(counted(count, "value")) \(count == 1 ? "uses" : "use") \(provider), which the framework does not name."
        case .unauthenticated(let count, let isWriteProvider):
            "aescbc does not detect modification: \(counted(count, "value")) \(count == 1 ? "uses" : "use") it"
                + (isWriteProvider ? ", and it is a write provider." : ".")
        case .oldPlaintext(let count): "\(counted(count, "old revision")) \(isAre(count)) plaintext."
        case .freePlaintext(let count): "Free pages hold \(counted(count, "plaintext value"))."
        case .dataKeyInClear(let count):
            "\(counted(count, "value")) \(count == 1 ? "contains its" : "contain their") own data key unencrypted."
        case .nonceReuse(let count): "\(counted(count, "AES-GCM nonce")) \(isAre(count)) reused, which breaks the key."
        case .weakKeys(_, let count): "\(counted(count, "key")) in use can be guessed or \(isAre(count)) published."
        case .oldKeys(let count): "\(counted(count, "write key")) \(isAre(count)) older than the policy allows."
        case .overusedKeys(let count): "\(counted(count, "AES-GCM key")) wrote more often than the policy allows."
        case .forbiddenKeys(let count):
            "\(counted(count, "key")) \(isAre(count)) of a provider that the policy does not allow."
        case .plainResources(let count):
            "\(counted(count, "resource")) that the policy wants encrypted \(isAre(count)) not."
        case .doubts(let count): "Not all was checked, for \(counted(count, "reason"))."
        case .censusOnly: "Nothing was decrypted (--census-only)."
        case .modified: "The file was modified after it was saved."
        case .mayLag: "The member that answered may lag behind (--serializable)."
        case .notAudited(let patterns): "Not audited (--resources): \(patterns.map(\.description).listed)."
        case .noObjects(let resource): "No object of \(resource.description) found."
        case .nothingEncrypted: "No value was found that decrypts to its object."
        case .unverified(let count):
            "\(counted(count, "value")) \(count == 1 ? "does" : "do") not decrypt to the right object."
        case .oldKMSv1(let count):
            "\(counted(count, "value")) of KMS v1 may not be authenticated: servers before 1.25 wrote AES-CBC."
        case .historyUnchecked: "Old revisions were not checked (--history, with a snapshot)."
        case .freePagesUnchecked: "Free pages were not checked (--remnants, with a snapshot of etcd)."
        case .resourcesUnknown: "No policy file names the resources that matter (mustEncrypt)."
        case .noRules: "No policy file of the organization was given (--policy FILE)."
        case .noPeriod(let provider): "The policy sets no cryptoperiod for \(provider)."
        case .noPeriods: "No policy sets cryptoperiods."
        case .noWriteKey: "No entry encrypts, so no key writes."
        case .ageInKMS(let provider): "Only the KMS shows the age of the keys of \(provider)."
        case .undatedKeys(let count):
            "\(counted(count, "write key")) \(count == 1 ? "has" : "have") no date in \(count == 1 ? "its name" : "their names")."
        case .procedures: "Stored values show no procedures, custodians or places of keys."
        case .access: "Stored values do not show who has access."
        case .content: "The content of objects was not read."
        case .fileSystems: "The file systems below etcd were not looked at."
        case .encrypted(let count):
            "\(counted(count, "encrypted value")) \(count == 1 ? "decrypts" : "decrypt") to the right object."
        case .writeProviders(let providers):
            "New values are encrypted with \(providers.map { "\($0)" as Phrase }.joined(separator: ", "))."
        case .leftOut(let pattern): "\(pattern.description) is left out: identity is its only provider."
        case .wildcard(let pattern):
            "\(pattern.description) covers secrets: that meets the intent of the check, not its letter."
        case .youngKeys(let count): "\(counted(count, "write key")) \(isAre(count)) within the cryptoperiod."
        case .policyKept: "Keys, providers and resources are as the policy file asks."
        case .staleValues(let count):
            "\(counted(count, "value")) still \(count == 1 ? "uses" : "use") a key that does not write."
        }
    }
}

extension ControlJudgement {
    /// The reasons of the verdict: what contradicts it, what is not shown, and what is.
    public var evidence: Phrase { (contradictions + gaps + facts).map(\.sentence).joined(separator: " ") }
}

extension ControlJudgement.Verdict {
    /// The verdict for people.
    public var text: Phrase {
        switch self {
        case .met: "met"
        case .notMet: "NOT MET"
        case .notShown: "not shown"
        }
    }
}

private func isAre(_ count: Int) -> Phrase { count == 1 ? "is" : "are" }
