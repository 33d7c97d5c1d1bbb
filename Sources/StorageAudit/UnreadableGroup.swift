public import KubernetesObjects
public import KubernetesResources
public import Transformers

/// Stored values of one resource that kube-apiserver cannot read for one reason, and that the same keys decrypt.
public struct UnreadableGroup: Sendable {
    /// One of the values.
    public struct Value: Sendable {
        /// The bytes of the etcd key.
        public let etcdKey: [UInt8]
        /// What the etcd key names; nil if it does not name an object.
        public let registryKey: RegistryKey?
        /// The revision that wrote the value.
        public let revision: Int64
    }

    /// What kube-apiserver meets in a value.
    public enum Failure: Sendable {
        /// It does not decrypt.
        case transform(TransformError)
        /// It decrypts to something else than an object.
        case decoding(IdentityCheck)
    }

    public let resource: GroupResource
    public let label: StoredLabel
    public let cause: UnreadableCause
    /// Of the first value.
    public let failure: Failure
    /// Every key at hand that decrypts the values, one for each configuration that has it. Empty if none does.
    public let keys: [KeyAtHand]
    /// Whether a KMS plugin that may decrypt the values did not answer, or was not asked. Then it is unknown whether a
    /// key at hand decrypts them.
    public let isPluginMissing: Bool
    /// The number of values.
    public internal(set) var count: Int
    /// The first values, in the order of their etcd keys.
    public internal(set) var values: [Value]

    /// Whether a key at hand decrypts the values.
    public var isOpenable: Bool { !keys.isEmpty }
}

/// The values that kube-apiserver cannot read, in groups.
public struct UnreadableLog: Sendable {
    /// So many values of each group are kept; all are counted.
    private let limit: Int
    private var byKind: [Kind: UnreadableGroup] = [:]

    private struct Kind: Hashable {
        let resource: GroupResource
        let label: StoredLabel
        let cause: UnreadableCause
        let keys: [KeyAtHand.Identity]
        let isPluginMissing: Bool

        init(_ group: UnreadableGroup) {
            resource = group.resource
            label = group.label
            cause = group.cause
            keys = group.keys.map(\.identity)
            isPluginMissing = group.isPluginMissing
        }
    }

    init(limit: Int) { self.limit = limit }

    /// The groups: first those that a key at hand decrypts, then by the number of values.
    public var groups: [UnreadableGroup] {
        byKind.values.sorted { left, right in
            if left.isOpenable != right.isOpenable { return left.isOpenable }
            if left.count != right.count { return left.count > right.count }
            if left.resource != right.resource { return left.resource < right.resource }
            if left.label != right.label { return left.label < right.label }
            if left.cause != right.cause { return left.cause.rawValue < right.cause.rawValue }
            return !left.isPluginMissing && right.isPluginMissing
        }
    }

    /// The number of all values.
    public var count: Int { byKind.values.reduce(0) { $0 + $1.count } }

    /// Adds the values of a group.
    mutating func add(_ group: UnreadableGroup) {
        let kind = Kind(group)
        guard var known = byKind[kind] else {
            var first = group
            first.values = Array(group.values.prefix(limit))
            byKind[kind] = first
            return
        }
        known.count += group.count
        // One value at a time usually comes in order, and most come when there is no room left.
        if known.values.count < limit || !precedes(known.values.last, group.values) {
            known.values = Array(
                (known.values + group.values).sorted { $0.etcdKey.lexicographicallyPrecedes($1.etcdKey) }.prefix(limit))
        }
        byKind[kind] = known
    }

    private func precedes(_ last: UnreadableGroup.Value?, _ values: [UnreadableGroup.Value]) -> Bool {
        guard let last else { return true }
        return values.allSatisfy { last.etcdKey.lexicographicallyPrecedes($0.etcdKey) }
    }

    /// Adds what another thread found.
    mutating func add(_ other: UnreadableLog) { for group in other.byKind.values { add(group) } }
}
