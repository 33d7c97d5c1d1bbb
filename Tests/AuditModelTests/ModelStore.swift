import EnvelopeCrypto
import TestSupport

/// Where an etcd key belongs, by etcd-storage.md, section 1. The generator knows it, since it makes the key.
enum ModelPlace: Hashable {
    /// A key of an object.
    case object(ModelResource, namespace: String, name: String, Kinds)
    /// In the range of a resource, and no key of an object.
    case stray(ModelResource)
    case bookkeeping
    /// It names no resource, below the prefix of the servers.
    case nowhere
    /// Another prefix than the servers': an object's key if their prefix is not known, and nothing to them if it is.
    case otherPrefix(ModelResource, namespace: String, name: String, Kinds)
    /// Below no prefix that servers have.
    case outside

    /// Which objects the resource has.
    enum Kinds: Hashable {
        /// The kind, and the groups that stored objects of it can be of.
        case builtIn(String, groups: [String])
        /// Any kind of the group.
        case custom
        /// Any kind that no built-in resource has.
        case unknown
    }
}

/// One change of one etcd key.
struct ModelRecord {
    var key: [UInt8]
    var place: ModelPlace
    /// Nil for a deletion.
    var value: [UInt8]?
    var main: Int64
    var sub: Int64
    var createRevision: Int64
    var version: Int64
}

enum ModelDigest: CaseIterable { case right, wrong, absent }

/// An etcd store: every change of it, in order, and what its file says beside them.
struct ModelStore {
    var records: [ModelRecord] = []
    /// Revisions of markers, which hold neither key nor value.
    var markers: [Int64] = []
    /// The bucket `meta` notes it.
    var compactedRevision: Int64 = 0

    /// Whether each record is the latest of a key that exists.
    var isLive: [Bool] {
        var latest: [[UInt8]: Int] = [:]
        for (index, record) in records.enumerated() { latest[record.key] = index }
        return records.indices.map { latest[records[$0].key] == $0 && records[$0].value != nil }
    }

    var liveRecords: [ModelRecord] { zip(records, isLive).filter(\.1).map(\.0) }

    /// etcd-storage.md, section 3: the highest of the last record, a marker and the compactions.
    var revision: Int64 { max(records.map(\.main).max() ?? 0, markers.max() ?? 0, compactedRevision) }

    /// The revision of the last record or marker.
    var lastRevision: Int64 { max(records.map(\.main).max() ?? 1, markers.max() ?? 1) }

    /// The store as it was.
    func upTo(_ revision: Int64) -> ModelStore {
        ModelStore(
            records: records.filter { $0.main <= revision }, markers: markers.filter { $0 <= revision },
            compactedRevision: min(compactedRevision, revision))
    }

    /// What `etcdctl snapshot save` would write.
    func file(_ digest: ModelDigest, leafLimit: Int) throws -> [UInt8] {
        typealias Element = BoltBuilder.Element
        var elements = records.map { record in
            Element(
                key: Element.revision(record.main, sub: record.sub) + (record.value == nil ? [UInt8(ascii: "t")] : []),
                value: record.message)
        }
        elements += markers.map { Element.marker($0) }
        elements.sort { $0.key.lexicographicallyPrecedes($1.key) }
        var builder = BoltBuilder()
        var buckets: [Element] = [.bucket("key", root: 3)]
        if compactedRevision > 0 {
            let value = Element.revision(compactedRevision)
            buckets.append(
                .bucket(
                    "meta",
                    inline: ["finishedCompactRev", "scheduledCompactRev"].map {
                        Element(key: Array($0.utf8), value: value)
                    }))
        }
        builder.leaf(2, buckets)
        if elements.count <= leafLimit {
            builder.leaf(3, elements)
        } else {
            var (page, children): (UInt64, [Element]) = (4, [])
            for start in stride(from: 0, to: elements.count, by: leafLimit) {
                let leaf = Array(elements[start..<min(start + leafLimit, elements.count)])
                children.append(Element(key: leaf[0].key, child: page))
                builder.leaf(page, leaf)
                page += UInt64((BoltBuilder.page(page, flags: 2, leaf).count - 1) / builder.pageSize + 1)
            }
            builder.branch(3, children)
        }
        let database = builder.file
        guard digest != .absent else { return database }
        var sum = try Digest.sha256(database.span.rawBytes)
        if digest == .wrong { sum[7] ^= 1 }
        return database + sum
    }
}

extension ModelRecord {
    /// etcd-storage.md, section 3: mvccpb.KeyValue.
    fileprivate var message: [UInt8] {
        let name = [0x0a] + varint(key.count) + key
        guard let value else { return name }
        let numbers = [0x10] + varint(createRevision) + [0x18] + varint(main) + [0x20] + varint(version)
        return name + numbers + (value.isEmpty ? [] : [0x2a] + varint(value.count) + value)
    }
}

/// Makes stores, and values with every fault.
struct StoreMaker {
    let configuration: ModelConfiguration
    let pool: KeyPool
    /// The UID of the cluster's namespaces.
    let uid: String
    var random: SeededGenerator
    /// How many of the values are faultless, in ten.
    let healthInTen: Int

    init(
        _ configuration: ModelConfiguration, _ pool: KeyPool, uid: String, healthInTen: Int,
        using random: inout SeededGenerator
    ) {
        (self.configuration, self.pool, self.uid, self.healthInTen) = (configuration, pool, uid, healthInTen)
        self.random = SeededGenerator(seed: random.next())
    }

    private mutating func chance(_ count: Int, in all: Int) -> Bool { Int.random(in: 0..<all, using: &random) < count }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &random)]
    }

    // MARK: Etcd keys

    private static let bookkeeping = [
        "compact_rev_key", "/registry/compact_rev_key", "/registry/health", "/registry/masterleases/10.0.0.1",
        "/registry/peerserverleases/apiserver-x", "/registry/ranges/serviceips", "/registry/ranges/servicenodeports",
    ]

    private static let secret = ModelPlace.Kinds.builtIn("Secret", groups: [""])

    private mutating func makeKey() -> (key: [UInt8], place: ModelPlace) {
        let (namespace, name) = (pick(["a", "b"]), "n\(Int.random(in: 0..<6, using: &random))")
        func key(_ path: String) -> [UInt8] { Array("/registry/\(path)/\(namespace)/\(name)".utf8) }
        func place(_ resource: ModelResource, _ kinds: ModelPlace.Kinds) -> ModelPlace {
            .object(resource, namespace: namespace, name: name, kinds)
        }
        switch Int.random(in: 0..<30, using: &random) {
        case 0..<7: return (key("secrets"), place(.secrets, Self.secret))
        case 7..<11: return (key("configmaps"), place(.configmaps, .builtIn("ConfigMap", groups: [""])))
        case 11..<15: return (key("example.com/widgets"), place(.widgets, .custom))
        case 15: return (key("example.com/oxen"), place(.oxen, .custom))
        case 16:
            return (
                Array("/registry/namespaces/\(name)".utf8),
                .object(.namespaces, namespace: "", name: name, .builtIn("Namespace", groups: [""]))
            )
        case 17: return (key("events"), place(.events, .builtIn("Event", groups: ["", "events.k8s.io"])))
        case 18:
            return (key("deployments"), place(.deployments, .builtIn("Deployment", groups: ["apps", "extensions"])))
        case 19, 20: return (key("gadgets"), place(.gadgets, .unknown))
        case 21, 22: return (Array(pick(Self.bookkeeping).utf8), .bookkeeping)
        case 23:
            return (
                Array("/copies/of/s/\(namespace)/\(name)".utf8),
                .otherPrefix(.secrets, namespace: "", name: "", .custom)
            )
        case 24: return (key("ranges"), .nowhere)
        case 25: return (pick([Array("other".utf8), Array("app/config".utf8), [0x2f, 0xff, 0x2f, 0x61]]), .outside)
        case 26: return (Array("/registry/secrets/\(namespace)".utf8), .stray(.secrets))
        case 27: return (key("secrets/x"), .stray(.secrets))
        case 28: return (Array(key("configmaps").dropLast()) + [0xff], .stray(.configmaps))
        default:
            return (
                Array("/prod/k8s/secrets/\(namespace)/\(name)".utf8),
                .otherPrefix(.secrets, namespace: namespace, name: name, Self.secret)
            )
        }
    }

    private static let kubeSystem = (
        key: Array("/registry/namespaces/kube-system".utf8),
        place: ModelPlace.object(.namespaces, namespace: "", name: "kube-system", .builtIn("Namespace", groups: [""]))
    )

    // MARK: Objects

    /// The object that the key names.
    fileprivate mutating func rightObject(_ place: ModelPlace) -> ModelObject {
        switch place {
        case .object(let resource, let namespace, let name, let kinds),
            .otherPrefix(let resource, let namespace, let name, let kinds):
            var object = ModelObject(apiVersion: "v1", kind: "Secret", namespace: namespace, name: name, uid: uid)
            switch kinds {
            case .builtIn(let kind, let groups):
                object.kind = kind
                let group = pick(groups)
                object.apiVersion = group.isEmpty ? "v1" : "\(group)/v1"
            case .custom:
                object.apiVersion = "\(resource.group)/v\(Int.random(in: 1...2, using: &random))"
                object.kind = resource == .oxen ? "Ox" : "Widget"
            case .unknown:
                (object.apiVersion, object.kind) = (pick(["new.k8s.io/v1", "new.k8s.io/v1", "v1"]), "Gadget")
            }
            return object
        default: return ModelObject(apiVersion: "v1", kind: "Secret", namespace: "a", name: "n1", uid: uid)
        }
    }

    /// The plaintext of what is stored at the key, right or wrong.
    private mutating func plaintext(_ place: ModelPlace) -> [UInt8] {
        var object = rightObject(place)
        var isJSON = chance(1, in: 5)
        var isCBOR = chance(1, in: 30)
        if case .object(_, _, _, .custom) = place { (isJSON, isCBOR) = (chance(9, in: 10), chance(1, in: 3)) }
        func written(_ object: ModelObject) -> [UInt8] {
            isCBOR ? object.cbor : isJSON ? object.json : object.protobuf
        }
        guard !chance(healthInTen, in: 10) else { return written(object) }
        switch Int.random(in: 0..<12, using: &random) {
        case 0: object.name = "n9"
        case 1: object.namespace = object.namespace.isEmpty ? "a" : ""
        case 2: object.namespace = "c"
        case 3: (object.apiVersion, object.kind) = ("v1", pick(["ConfigMap", "Secret", "Namespace"]))
        case 4: object.apiVersion = pick(["other.io/v1", "a/b/c", ""])
        case 5: object.kind = pick(["Gadget", "Widget", "Oxen", ""])
        case 6:
            return ReferenceContent.markOfCBOR
                + pick([hex("a1 41 61 c1 00"), hex("a1 41 ff 00"), [0xa1] + random.bytes(12)])
        case 7: return Array(object.cbor.dropLast(Int.random(in: 1...30, using: &random)))
        case 8: return Array("apiVersion: v1\nkind: Secret\n".utf8)
        case 9: return pick([[], Array("hello".utf8), Array("k8s\0".utf8), Array("{".utf8)])
        case 10: return Array(object.protobuf.dropLast(Int.random(in: 1...30, using: &random)))
        default: return Array(object.json.dropLast(Int.random(in: 2...30, using: &random)))
        }
        return written(object)
    }

    // MARK: Values

    private static func resource(of place: ModelPlace) -> ModelResource? {
        switch place {
        case .object(let resource, _, _, _), .stray(let resource), .otherPrefix(let resource, _, _, _): resource
        case .bookkeeping, .nowhere, .outside: nil
        }
    }

    /// A stored value: mostly one that the configuration would write, or has written.
    private mutating func value(_ key: [UInt8], _ place: ModelPlace) throws -> [UInt8] {
        let resource = Self.resource(of: place)
        let isObject = resource != nil
        let plaintext = isObject || chance(1, in: 3) ? plaintext(place) : Array("10.0.0.0/12".utf8)
        if !isObject, !chance(1, in: 4) { return plaintext }
        let providers = resource.flatMap { configuration.rule(for: $0)?.providers } ?? []
        let anyProvider = configuration.entries.flatMap(\.providers)
        let provider: ModelProvider
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<5: provider = providers.first ?? .identity
        case 5..<8: provider = providers.isEmpty ? .identity : pick(providers)
        case 8: provider = .identity
        default: provider = pick(anyProvider)
        }
        switch provider {
        case .identity: return plaintext
        case .kms(let name): return ReferenceCipher.kmsValue(chance(9, in: 10) ? name : "gone", using: &random)
        case .keys(var cipher, let keys):
            var written = chance(2, in: 3) ? keys[0] : pick(keys)
            var etcdKey = key
            var padding = 0
            if !chance(healthInTen, in: 10) {
                switch Int.random(in: 0..<6, using: &random) {
                case 0: written = ModelKey(name: written.name, bytes: pool.bytes(using: &random))
                case 1: written = ModelKey(name: Array("gone".utf8), bytes: written.bytes)
                case 2: written = pool.key(using: &random)
                case 3: cipher = pick(ModelCipher.allCases)
                case 4: etcdKey = Array("/registry/secrets/a/n0".utf8)
                default: padding = 16 * Int.random(in: 1...2, using: &random)
                }
            }
            var value = try ReferenceCipher.seal(
                plaintext, cipher, written, at: etcdKey, extraPadding: padding, using: &random)
            if !chance(healthInTen, in: 10) {
                switch Int.random(in: 0..<3, using: &random) {
                case 0: value.removeLast(Int.random(in: 1..<value.count, using: &random))
                case 1: value.removeLast(min(value.count, 16))
                default:
                    value[Int.random(in: 0..<value.count, using: &random)] ^=
                        1 << UInt8.random(in: 0..<8, using: &random)
                }
            }
            return value
        }
    }

    // MARK: Stores

    /// A store of some keys, each changed a few times.
    mutating func store(keys keyCount: ClosedRange<Int>) throws -> ModelStore {
        var keys: [(key: [UInt8], place: ModelPlace)] = []
        if chance(7, in: 10) { keys.append(Self.kubeSystem) }
        for _ in 0..<Int.random(in: keyCount, using: &random) {
            let made = makeKey()
            if !keys.contains(where: { $0.key == made.key }) { keys.append(made) }
        }
        var store = ModelStore()
        var (main, sub): (Int64, Int64) = (Int64.random(in: 1...3, using: &random), 0)
        var changed: Set<[UInt8]> = []
        var live: [[UInt8]: (create: Int64, version: Int64)] = [:]
        guard !keys.isEmpty else { return store }
        let changes = keys + (0..<Int.random(in: 0...keys.count, using: &random)).map { _ in pick(keys) }
        for (key, place) in changes.shuffled(using: &random) {
            if !changed.isEmpty, !changed.contains(key), chance(1, in: 5) {
                sub += 1
            } else {
                (main, sub) = (main + Int64.random(in: 1...2, using: &random), 0)
                changed = []
            }
            changed.insert(key)
            if let old = live[key], chance(1, in: 5) {
                live[key] = nil
                store.records.append(
                    ModelRecord(
                        key: key, place: place, value: nil, main: main, sub: sub, createRevision: old.create, version: 0
                    ))
                continue
            }
            let first = chance(1, in: 60) ? Int64.random(in: 60_000...220_000, using: &random) : 1
            let state = live[key].map { ($0.create, $0.version + 1) } ?? (main, first)
            live[key] = state
            store.records.append(
                ModelRecord(
                    key: key, place: place, value: try value(key, place), main: main, sub: sub,
                    createRevision: state.0, version: state.1))
        }
        if chance(1, in: 4) { store.compactedRevision = Int64.random(in: 1...main + 2, using: &random) }
        if chance(1, in: 6) { store.markers.append(main + Int64.random(in: 1...50, using: &random)) }
        return store
    }
}

extension StoreMaker {
    /// Which key writes the values that are written anew.
    enum Writer {
        case first
        /// A key of the entry that is neither the first nor this one.
        case another(than: ModelKey)
    }

    /// Writes live objects anew, as a rotation does.
    mutating func rewrite(_ store: inout ModelStore, shareInTen: Int, by writer: Writer) throws {
        for record in store.liveRecords where Int.random(in: 0..<10, using: &random) < shareInTen {
            guard case .object(let resource, _, _, _) = record.place, let rule = configuration.rule(for: resource)
            else { continue }
            let plaintext = rightObject(record.place).protobuf
            var provider = rule.providers[0]
            if case .another(let key) = writer {
                let others = rule.providers.flatMap { provider -> [ModelProvider] in
                    guard case .keys(let cipher, let keys) = provider else { return [] }
                    return keys.filter { $0 != key }.map { .keys(cipher, [$0]) }
                }
                provider = others.randomElement(using: &random) ?? provider
            }
            let value: [UInt8]
            switch provider {
            case .identity: value = plaintext
            case .kms(let name): value = ReferenceCipher.kmsValue(name, using: &random)
            case .keys(let cipher, let keys):
                value = try ReferenceCipher.seal(plaintext, cipher, keys[0], at: record.key, using: &random)
            }
            let change = ModelRecord(
                key: record.key, place: record.place, value: value, main: store.lastRevision + 1, sub: 0,
                createRevision: record.createRevision, version: record.version + 1)
            store.records.append(change)
        }
    }
}
