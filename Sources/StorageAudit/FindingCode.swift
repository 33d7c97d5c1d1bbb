/// The kinds of findings of an audit. A code never changes its meaning.
public enum FindingCode: String, CaseIterable, Sendable, Comparable {
    /// The configuration encrypts the resource, and the value is plaintext.
    case plaintext = "ENC0401"
    /// kube-apiserver would store the value again.
    case stale = "ENC0402"
    /// kube-apiserver returns an error for the value.
    case unreadable = "ENC0403"
    /// The value decrypts, but not to an object.
    case notObject = "ENC0404"
    /// The value decrypts to another object than its etcd key names.
    case moved = "ENC0405"
    /// Two values of one AES-GCM key have the same nonce.
    case nonceReuse = "ENC0406"
    /// An AES-CBC value has more than a block of padding.
    case padding = "ENC0407"
    /// Only a KMS plugin can show whether the value is readable. This makes the verdict unknown; it does not count as
    /// a finding.
    case needsPlugin = "ENC0408"
    /// An AES-GCM key has written as often as Kubernetes allows.
    case writes = "ENC0409"
    /// A plaintext Secret, or a plaintext object of a resource that was asked for, which no entry encrypts.
    case uncovered = "ENC0410"
    /// An old revision is plaintext.
    case oldPlaintext = "ENC0411"
    /// An old revision is unreadable, moved or not an object.
    case oldUnreadable = "ENC0412"
    /// Free space of the file holds plaintext.
    case freePlaintext = "ENC0413"
    /// A KMS value contains its own data key unencrypted.
    case keyInClear = "ENC0414"
    /// The file is not the file that was saved: its digest differs.
    case digest = "ENC0415"
    /// kube-apiserver returns an error for the value, and an archive has its key.
    case archived = "ENC0416"
    /// A key is of a provider that the policy does not allow.
    case policyProvider = "ENC0417"
    /// A write key is older than the cryptoperiod of the policy.
    case policyAge = "ENC0418"
    /// An AES-GCM key has written as often as the policy allows.
    case policyWrites = "ENC0419"
    /// A resource that the policy wants encrypted is not.
    case policyPlaintext = "ENC0420"

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    public enum Severity: String, Sendable { case error, warning, note }

    public var severity: Severity {
        switch self {
        case .stale, .padding, .writes, .oldUnreadable: .warning
        case .needsPlugin: .note
        default: .error
        }
    }

    /// Whether it counts in the verdict unless `--fail-on` says otherwise: all but what a rotation leaves behind.
    public var countsByDefault: Bool { ![.stale, .writes, .needsPlugin].contains(self) }

    /// What a finding in a live value becomes in an old revision; nil if it does not matter there.
    var inOldRevision: FindingCode? {
        switch self {
        case .plaintext, .uncovered: .oldPlaintext
        case .unreadable, .notObject, .moved: .oldUnreadable
        case .nonceReuse, .keyInClear, .needsPlugin: self
        default: nil
        }
    }

    /// The names that `--fail-on` accepts, each with its codes.
    public static let names: [String: Set<FindingCode>] = [
        "plaintext": [.plaintext, .uncovered, .oldPlaintext, .freePlaintext], "stale": [.stale],
        "unreadable": [.unreadable, .oldUnreadable, .archived], "notObject": [.notObject], "moved": [.moved],
        "nonce": [.nonceReuse], "padding": [.padding], "writes": [.writes], "keyInClear": [.keyInClear],
        "digest": [.digest],
        "policy": [.policyProvider, .policyAge, .policyWrites, .policyPlaintext],
    ]

    /// What `--fail-on` takes for exactly these codes: names, and the codes that belong to no whole name.
    public static func words(for codes: Set<FindingCode>) -> [String] {
        let whole = names.filter { $0.value.isSubset(of: codes) }
        let rest = whole.values.reduce(codes) { $0.subtracting($1) }
        return whole.keys.sorted() + rest.sorted().map(\.rawValue)
    }

    /// The name that `--fail-on` accepts for the code.
    public var name: String { Self.names.first { $0.value.contains(self) }?.key ?? rawValue }
}
