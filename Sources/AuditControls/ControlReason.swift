public import EncryptionConfig
public import KubernetesResources

/// One thing that an audit shows, or cannot show, about a control.
public enum ControlReason: Equatable, Sendable {
    // MARK: What contradicts the control

    /// Values of resources that must be encrypted are plaintext.
    case plaintext(values: Int)
    /// No entry covers the resource.
    case notConfigured(GroupResource)
    /// identity is the first provider of an entry that is not there to leave a resource out.
    case identityFirst(ResourcePattern)
    /// A provider that the framework does not name is the first of an entry.
    case writeProvider(ProviderName, ResourcePattern)
    /// Values use a provider that the framework does not name.
    case storedProvider(ProviderName, values: Int)
    /// The cipher does not show that a value was modified.
    case unauthenticated(values: Int, isWriteProvider: Bool)
    /// Old revisions hold plaintext.
    case oldPlaintext(values: Int)
    /// Free pages hold plaintext.
    case freePlaintext(values: Int)
    /// Values contain their own data key unencrypted.
    case dataKeyInClear(values: Int)
    /// AES-GCM nonces were used twice.
    case nonceReuse(count: Int)
    /// Keys can be guessed or are published.
    case weakKeys(codes: [String], count: Int)
    /// Write keys are older than the policy allows.
    case oldKeys(count: Int)
    /// AES-GCM keys wrote more often than the policy allows.
    case overusedKeys(count: Int)
    /// Keys are of a provider that the policy does not allow.
    case forbiddenKeys(count: Int)
    /// Resources are not encrypted that the policy wants encrypted.
    case plainResources(count: Int)

    // MARK: What the audit does not show

    /// The audit has doubts of its own.
    case doubts(count: Int)
    /// Nothing was decrypted.
    case censusOnly
    /// The file is not what was saved.
    case modified
    /// The member that answered may lag behind.
    case mayLag
    /// `--resources` leaves out what the control speaks of.
    case notAudited([ResourcePattern])
    /// There is no object of the resource.
    case noObjects(GroupResource)
    /// No value could be decrypted that shows encryption.
    case nothingEncrypted
    /// Values do not decrypt to the object that their etcd keys name.
    case unverified(values: Int)
    /// Values of KMS v1 may be of AES-CBC, which servers before 1.25 wrote.
    case oldKMSv1(values: Int)
    /// Old revisions were not checked.
    case historyUnchecked
    /// Free pages were not checked.
    case freePagesUnchecked
    /// No policy names the resources that matter.
    case resourcesUnknown
    /// There is no policy of the organization.
    case noRules
    /// The policy sets no period for a provider that writes.
    case noPeriod(ProviderName)
    /// No policy sets periods.
    case noPeriods
    /// No entry writes with a key.
    case noWriteKey
    /// The age of the keys of a KMS is known only to the KMS.
    case ageInKMS(ProviderName)
    /// The names of write keys have no date.
    case undatedKeys(count: Int)
    /// People, procedures and places of keys are not in stored values.
    case procedures
    /// Who may read what is not in stored values.
    case access
    /// What objects contain was not looked at.
    case content
    /// File systems were not looked at.
    case fileSystems

    // MARK: What the audit shows

    /// Values were decrypted to the objects that their etcd keys name, and none is plaintext.
    case encrypted(values: Int)
    /// Every entry writes with a provider that the framework names.
    case writeProviders([ProviderName])
    /// An entry leaves a resource out: identity is its only provider.
    case leftOut(ResourcePattern)
    /// Secrets are encrypted by a wildcard, and not by name.
    case wildcard(ResourcePattern)
    /// Write keys are within their period.
    case youngKeys(count: Int)
    /// Nothing is otherwise than the policy file asks.
    case policyKept
    /// Values still use keys that no longer write.
    case staleValues(Int)
}
