/// What a key in a cluster's etcd stands for.
public enum EtcdKey: Hashable, Sendable {
    /// An object of the API. Its resource need not be a known one.
    case object(RegistryKey)
    /// Something that kube-apiserver keeps for itself, never encrypted.
    case bookkeeping(Bookkeeping)
    /// Neither: another program's, or under a prefix that cannot be told.
    case unrecognised

    /// The keys that are no objects (kubernetes, pkg/registry/core/rest/storage_core.go, pkg/controlplane/instance.go;
    /// k8s.io/apiserver, pkg/storage/etcd3/compact.go).
    public enum Bookkeeping: Hashable, Sendable {
        /// `ranges/serviceips`, `ranges/secondaryserviceips` or `ranges/servicenodeports`.
        case range(String)
        /// `masterleases/<ip>`: an apiserver that is alive.
        case masterLease(String)
        /// `health`, which is read and never written.
        case health
        /// `compact_rev_key`, which has no prefix.
        case compactedRevision
    }

    /// Reads an etcd key.
    ///
    /// - Parameters:
    ///   - key: The key as etcd has it. A key that is not UTF-8 is ``unrecognised``.
    ///   - prefix: The etcd prefix, if it is known. Otherwise `/registry` and OpenShift's `/kubernetes.io` are tried;
    ///     then the shortest prefix that leaves a key of a known resource, then one that leaves `<group>/<plural>/…`.
    public init(_ key: some StringProtocol, prefix: String? = nil) {
        guard key != "compact_rev_key" else {
            self = .bookkeeping(.compactedRevision)
            return
        }
        let segments = key.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
        guard segments.count > 1, segments[0].isEmpty, !segments.dropFirst().contains("") else {
            self = .unrecognised
            return
        }
        let path = segments[1...]
        self = prefix.map { Self.read(path, below: $0) } ?? Self.guessPrefix(of: path) ?? .unrecognised
    }

    /// Reads an etcd key from its bytes.
    public init(bytes: RawSpan, prefix: String? = nil) {
        let text = unsafe bytes.withUnsafeBytes { unsafe String(validating: $0, as: UTF8.self) }
        self = text.map { EtcdKey($0, prefix: prefix) } ?? .unrecognised
    }
}

private typealias Path = ArraySlice<String>

extension EtcdKey {
    private static func read(_ path: Path, below prefix: String) -> EtcdKey {
        let prefixPath = prefix.split(separator: "/").map { String($0) }
        guard path.starts(with: prefixPath) else { return .unrecognised }
        let cleaned = prefixPath.map { "/" + $0 }.joined()
        let rest = path.dropFirst(prefixPath.count)
        return known(rest, prefix: cleaned) ?? grouped(rest, prefix: cleaned) ?? unknown(rest, prefix: cleaned)
            ?? .unrecognised
    }

    private static func guessPrefix(of path: Path) -> EtcdKey? {
        for prefix in [RegistryKey.defaultPrefix, "/kubernetes.io"] {
            let key = read(path, below: prefix)
            if key != .unrecognised { return key }
        }
        return splits(of: path).firstNonNil(known) ?? splits(of: path).firstNonNil(grouped)
    }

    /// The ways to take `path` apart into a prefix and the rest, shortest prefix first.
    private static func splits(of path: Path) -> some Sequence<(Path, String)> {
        path.indices.lazy.map { (path[$0...], path[..<$0].map { "/" + $0 }.joined()) }
    }

    /// A key of a known resource, or of bookkeeping.
    private static func known(_ rest: Path, prefix: String) -> EtcdKey? {
        if let kept = bookkeeping(rest) { return .bookkeeping(kept) }
        for length in [2, 1] where rest.count > length {
            if let resource = KnownResource.stored(at: rest.prefix(length).joined(separator: "/")) {
                guard rest.count - length == (resource.scope == .namespaced ? 2 : 1) else { return nil }
                return object(resource.groupResource, rest.dropFirst(length), prefix: prefix)
            }
        }
        return nil
    }

    /// A key of a custom resource: `<group>/<plural>/…`, where the group has a dot and the plural has none.
    private static func grouped(_ rest: Path, prefix: String) -> EtcdKey? {
        let names = Array(rest.prefix(2))
        guard names.count == 2, names[0].contains("."), !names[1].contains(".") else { return nil }
        return object(GroupResource(resource: names[1], group: names[0]), rest.dropFirst(2), prefix: prefix)
    }

    /// A key of a resource that the table lacks: a newer Kubernetes' perhaps.
    private static func unknown(_ rest: Path, prefix: String) -> EtcdKey? {
        guard let plural = rest.first, !plural.contains("."), !reserved.contains(plural),
            !KnownResource.isPlural(plural), KnownResource.stored(at: plural) == nil
        else { return nil }
        return object(GroupResource(resource: plural), rest.dropFirst(), prefix: prefix)
    }

    private static func object(_ resource: GroupResource, _ names: Path, prefix: String) -> EtcdKey? {
        guard (1...2).contains(names.count), let name = names.last else { return nil }
        let namespace = names.count == 2 ? names.first : nil
        return .object(RegistryKey(resource: resource, namespace: namespace, name: name, prefix: prefix))
    }

    private static func bookkeeping(_ rest: Path) -> Bookkeeping? {
        guard let first = rest.first, let last = rest.last else { return nil }
        switch (first, rest.count) {
        case ("ranges", 2) where ranges.contains(last): return .range(last)
        case ("masterleases", 2): return .masterLease(last)
        case ("health", 1): return .health
        default: return nil
        }
    }

    private static let ranges: Set<String> = ["serviceips", "secondaryserviceips", "servicenodeports"]
    private static let reserved: Set<String> = ["ranges", "masterleases", "health"]
}

extension Sequence {
    fileprivate func firstNonNil<First, Second, Result>(_ transform: (First, Second) -> Result?) -> Result?
    where Element == (First, Second) {
        for element in self {
            if let result = transform(element.0, element.1) { return result }
        }
        return nil
    }
}
