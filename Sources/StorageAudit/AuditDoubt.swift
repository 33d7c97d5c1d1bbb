public import EncryptionConfig
public import EtcdWAL
public import KubernetesResources
public import KubernetesVersions

/// A reason why the audit cannot exclude findings. Each makes the verdict unknown if there are no findings.
public enum AuditDoubt: Sendable {
    /// The file has no digest: writes may be missing that only the write-ahead log beside it holds.
    case noDigest
    /// The file is a database of kine, and nothing shows whether it is whole and of now.
    case kineFile
    /// The file is not what was saved, so values may be missing. Where that is a finding that counts, it is no doubt.
    case changed
    /// The database of a member and its write-ahead log may not show all that the member holds.
    case log([LogGap])
    /// Parts of the file are damaged. What they hold was not counted.
    case damage(places: Int)
    /// None of so many keys names an object of Kubernetes.
    case noObjects(keys: Int)
    /// There is no object of what the configuration names or the command line asks for.
    case missing([ResourcePattern])
    /// Values need KMS plugins, which were not asked or did not answer.
    case plugins(values: Int)
    /// Objects are in an encoding that is not read.
    case encoding(values: Int)
    /// Whether values are the objects that their etcd keys name needs a CustomResourceDefinition.
    case identity(values: Int)
    /// Encrypted values are stored under etcd keys that name no resource.
    case unknownKeys(values: Int, keys: Int)
    /// Plaintext that is or may be objects is stored under etcd keys that name no resource.
    case unknownObjects(values: Int)
    /// The etcd keys of a resource lack its group, so that entries for another group may cover it.
    case unknownGroup(GroupResource, entries: [ResourcePattern])
    /// kube-apiserver is of this version, whose rules are not known; the values were judged by those of another.
    case version(KubernetesVersion)
    /// Bytes of free space that nothing explains.
    case unexplained(bytes: Int)
    /// The policy limits the age of keys, and the names of so many write keys have no date.
    case keyAge(keys: Int)
}
