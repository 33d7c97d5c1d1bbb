internal import GoText

/// Splits an etcd key at its slash bytes and interprets the segments.
struct EtcdKeyReader {
    private typealias Path = ArraySlice<ByteName>

    /// The whole key, for the few keys that are not paths.
    private let whole: ByteName
    /// The segments after the first slash; none if the key does not begin with a slash.
    private let path: Path
    private let prefix: StoragePrefix?

    init(_ key: ByteName, prefix: String?) {
        whole = key
        let segments = key.split(at: slash)
        path = segments.count > 1 && segments[0].isEmpty ? segments[1...] : []
        self.prefix = prefix.map { StoragePrefix($0) }
    }

    /// The meaning of the key.
    var key: EtcdKey {
        if let kept = bookkeepingOutsidePrefix { return .bookkeeping(kept) }
        guard !path.isEmpty else { return .unrecognised }
        return (path.contains("") ? nil : wellFormed) ?? stray ?? .unrecognised
    }

    private var prefixes: [StoragePrefix] { prefix.map { [$0, .openShift] } ?? StoragePrefix.defaults }

    /// Whether the key begins with the prefix of a server.
    var isBelowPrefix: Bool { prefixes.contains { $0.rest(of: path) != nil } }

    /// The resource whose list contains the key, if the path before the names says so.
    var stray: EtcdKey? {
        for prefix in prefixes {
            guard let rest = prefix.rest(of: path), rest.count > 1 else { continue }
            for length in [2, 1] where rest.count > length {
                if let resource = prefix.resource(at: rest.prefix(length)) { return .stray(resource.groupResource) }
            }
            if prefix.layout == .kubernetes, rest.count > 2, let resource = Self.custom(rest) {
                return .stray(resource)
            }
        }
        return nil
    }
}

private let slash = UInt8(ascii: "/")
private let dot = UInt8(ascii: ".")

extension EtcdKeyReader {
    /// The meaning of a key that has the form of an object's or of bookkeeping.
    private var wellFormed: EtcdKey? {
        if let key = read(below: .openShift) { return key }
        guard prefix == nil else { return prefix.flatMap(read) }
        return StoragePrefix.defaults.firstNonNil(read) ?? splits.firstNonNil(Self.known)
            ?? splits.firstNonNil { rest, prefix in
                // A default prefix is not a group, and OpenShift's own servers have no custom resources.
                let isDefault = StoragePrefix.defaults.contains { $0.segments == Array(rest.prefix(1)) }
                return prefix.segments.isEmpty && isDefault || prefix.layout == .openShift
                    ? nil : Self.grouped(rest, prefix)
            }
    }

    private func read(below prefix: StoragePrefix) -> EtcdKey? {
        guard let rest = prefix.rest(of: path) else { return nil }
        return Self.known(rest, prefix) ?? (prefix.layout == .kubernetes ? Self.grouped(rest, prefix) : nil)
            ?? Self.unknown(rest, prefix)
    }

    /// Every split of the path into a prefix and the rest, shortest prefix first.
    private var splits: some Sequence<(Path, StoragePrefix)> {
        path.indices.prefix(Self.deepestPrefix + 1).lazy
            .map { (path[$0...], StoragePrefix(segments: Array(path[..<$0]))) }
    }

    /// Longer unknown prefixes are not tried, so that a key with a million slashes takes linear time.
    private static let deepestPrefix = 16

    /// The key of a known resource, or bookkeeping.
    private static func known(_ rest: Path, _ prefix: StoragePrefix) -> EtcdKey? {
        if prefix.layout == .kubernetes, let kept = bookkeeping(rest) { return .bookkeeping(kept) }
        for length in [3, 2, 1] where rest.count > length {
            if let resource = prefix.resource(at: rest.prefix(length)) {
                guard rest.count - length == (resource.scope == .namespaced ? 2 : 1) else { return nil }
                return object(resource.groupResource, rest.dropFirst(length), prefix, .table)
            }
        }
        return nil
    }

    /// A key of a custom resource.
    private static func grouped(_ rest: Path, _ prefix: StoragePrefix) -> EtcdKey? {
        custom(rest).flatMap { object($0, rest.dropFirst(2), prefix, .path) }
    }

    /// `<group>/<plural>/…`, where the group has a dot and the plural has none.
    private static func custom(_ rest: Path) -> GroupResource? {
        let names = Array(rest.prefix(2))
        guard names.count == 2, names[0].contains(dot), !names[1].contains(dot), !names[1].isEmpty else { return nil }
        return GroupResource(resource: names[1], group: names[0])
    }

    /// The key of a resource that is not in the table, perhaps of a newer Kubernetes.
    private static func unknown(_ rest: Path, _ prefix: StoragePrefix) -> EtcdKey? {
        guard let plural = rest.first, !plural.contains(dot), !reserved.contains(plural), !prefix.isTaken(plural) else {
            return nil
        }
        return object(GroupResource(resource: plural), rest.dropFirst(), prefix, .plural)
    }

    private static func object(
        _ resource: GroupResource, _ names: Path, _ prefix: StoragePrefix, _ basis: RegistryKey.Basis
    ) -> EtcdKey? {
        guard (1...2).contains(names.count), let name = names.last else { return nil }
        let namespace = names.count == 2 ? names.first : nil
        return .object(
            RegistryKey(resource: resource, namespace: namespace, name: name, prefix: prefix.name, basis: basis))
    }

    private static func bookkeeping(_ rest: Path) -> EtcdKey.Bookkeeping? {
        guard let first = rest.first, let last = rest.last else { return nil }
        return switch (first, rest.count) {
        case ("ranges", 2) where ranges.contains(last): .range(last)
        case ("masterleases", 2): .masterLease(last)
        case ("peerserverleases", 2): .peerServerLease(last)
        case ("health", 1): .health
        case ("compact_rev_key", 1): .compactedRevision
        default: nil
        }
    }

    private var bookkeepingOutsidePrefix: EtcdKey.Bookkeeping? {
        if whole == "compact_rev_key" { return .compactedRevision }
        if Self.distributionKeys.contains(whole) { return .distribution(whole) }
        if whole.starts(with: "gap-"), whole != "gap-",
            whole.utf8.dropFirst(4).allSatisfy({ (0x30...0x39).contains($0) })
        {
            return .gap(whole)
        }
        // 12 hexadecimal digits of the SHA-256 of the token.
        guard path.count == 2, path.first == "bootstrap", let hash = path.last?.utf8, hash.count == 12,
            hash.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        return .distribution(whole)
    }

    private static let ranges: Set<ByteName> = ["serviceips", "secondaryserviceips", "servicenodeports"]
    private static let reserved: Set<ByteName> = [
        "ranges", "masterleases", "peerserverleases", "health", "compact_rev_key",
    ]
    private static let distributionKeys: Set<ByteName> = [
        "k3s/apiaddresses", "k3s/etcd/learnerProgress", "rke2/apiaddresses", "rke2/etcd/learnerProgress",
    ]
}

extension Sequence {
    fileprivate func firstNonNil<Result>(_ transform: (Element) -> Result?) -> Result? {
        for element in self {
            if let result = transform(element) { return result }
        }
        return nil
    }
}
