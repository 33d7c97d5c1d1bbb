import StorageAudit

/// The questions of an audit.
struct ModelOptions {
    var resources: Set<ModelResource>?
    var prefix: String?
    var history = false
    var failOn: Set<FindingCode> = []
}

/// What must come out of an audit: written from etcd-storage.md, envelope-formats.md and cli.md.
struct AuditModel {
    /// How a record is booked.
    enum Booking: Hashable {
        case judged
        case finding
        case unknown(StorageAudit.Booking.UnknownReason)
        case outOfScope(StorageAudit.Booking.ScopeReason)
    }

    struct Numbers: Equatable {
        var objects = 0
        var plaintext = 0
        var stale = 0
        var unreadable = 0
        var notObjects = 0
        var uncertain = 0
        var needsPlugin = 0
        var current = 0
        var bytes = 0
        /// Those that a key opens to the object that their etcd key names.
        var openedByKey = 0
    }

    let configuration: ModelConfiguration
    let options: ModelOptions
    private(set) var bookings: [Booking: Int] = [:]
    private(set) var totals: [FindingCode: Int] = [:]
    private(set) var live: [ModelResource: Numbers] = [:]
    private(set) var clusterUID: String?
    /// Live keys that are no objects of the API.
    private(set) var otherKeys = 0
    private(set) var encryptedOtherKeys = 0
    private(set) var liveKeys = 0
    private var gcmWrites: [[UInt8]: Int64] = [:]
    private let digest: ModelDigest
    /// The resources of all values that were looked at, live and old.
    private var seen: Set<ModelResource> = []

    init(_ store: ModelStore, _ digest: ModelDigest, _ configuration: ModelConfiguration, _ options: ModelOptions) {
        (self.configuration, self.options, self.digest) = (configuration, options, digest)
        for (record, isLive) in zip(store.records, store.isLive) {
            guard let value = record.value else {
                bookings[.outOfScope(options.history ? .deletion : .oldRevision), default: 0] += 1
                continue
            }
            guard isLive || options.history else {
                bookings[.outOfScope(.oldRevision), default: 0] += 1
                continue
            }
            if isLive { liveKeys += 1 }
            let judgement = judge(record, value, isLive: isLive)
            bookings[judgement.booking, default: 0] += 1
            for code in judgement.codes { totals[code, default: 0] += 1 }
        }
        bookings[.outOfScope(options.history ? .marker : .oldRevision), default: 0] += store.markers.count
        let overdue = gcmWrites.values.count { $0 >= 200_000 }
        if overdue > 0 { totals[.writes] = overdue }
        if digest == .wrong { totals[.digest] = 1 }
        bookings = bookings.filter { $0.value > 0 }
    }

    // MARK: One record

    private mutating func judge(
        _ record: ModelRecord, _ value: [UInt8], isLive: Bool
    ) -> (booking: Booking, codes: [FindingCode]) {
        let isEncrypted = ReferenceCipher.isEncrypted(value)
        let place = effective(record.place)
        guard let (resource, isTold) = resource(of: place, value) else {
            if isLive { otherKeys += 1 }
            guard !isEncrypted else {
                if isLive { encryptedOtherKeys += 1 }
                return (.unknown(.unknownKey), [])
            }
            switch place {
            case .bookkeeping: return (.outOfScope(.bookkeeping), [])
            // Nothing else is kept below the prefix of a server, so that it may be an object, damaged or not.
            case .nowhere: return (.unknown(.unknownObject), [])
            // Without a prefix, any key may be a server's.
            case .outside where options.prefix != nil: return (.outOfScope(.foreign), [])
            default:
                // What has a mark of Kubernetes says that it is an object, damaged or not.
                let marks = [ReferenceContent.markOfCBOR, Array("k8s\0".utf8)]
                return ReferenceContent(value) == .nothing && !marks.contains { value.starts(with: $0) }
                    ? (.outOfScope(.foreign), []) : (.unknown(.unknownObject), [])
            }
        }
        let rule = configuration.rule(for: resource)
        readClusterUID(record, value, rule, isLive: isLive)
        guard options.resources?.contains(resource) ?? true else { return (.outOfScope(.notAsked), []) }
        var numbers = isLive ? live[resource] ?? Numbers() : Numbers()
        defer { if isLive { live[resource] = numbers } }
        seen.insert(resource)
        numbers.objects += 1
        numbers.bytes += value.count
        if !isEncrypted { numbers.plaintext += 1 }
        if isLive { countWrites(record, value, rule) }
        let isAskedFor = options.resources?.contains(resource) ?? (resource == .secrets)
        guard let rule else {
            if !isTold, !configuration.patternsThatMayMean(resource).isEmpty {
                numbers.uncertain += 1
                return (.unknown(.unknownGroup), [])
            }
            if isEncrypted {
                numbers.unreadable += 1
                return finding([.unreadable], isLive)
            }
            return isAskedFor ? finding([.uncovered], isLive) : (.outOfScope(.uncovered), [])
        }
        switch ReferenceCipher.open(value, at: record.key, rule.providers) {
        case .needsPlugin(let isFirst):
            numbers.needsPlugin += 1
            if !isFirst { numbers.stale += 1 }
            return (.unknown(.plugin), [.needsPlugin])
        case .failed:
            numbers.unreadable += 1
            // Whoever can read the disk can read it, whatever kube-apiserver makes of it.
            return finding(isEncrypted ? [.unreadable] : [.plaintext, .unreadable], isLive)
        case .opened(let plaintext, let isStale, let key, let padding):
            var codes: [FindingCode] = []
            if isStale { numbers.stale += 1 }
            if padding > 16 { codes.append(.padding) }
            if !isEncrypted {
                if !rule.writesPlaintext { codes.append(.plaintext) } else if isAskedFor { codes.append(.uncovered) }
            } else if isStale {
                codes.append(.stale)
            }
            switch content(plaintext, place) {
            case .judged:
                if !isStale { numbers.current += 1 }
                if key != nil { numbers.openedByKey += 1 }
                return finding(codes, isLive)
            case .unknown(let reason):
                numbers.uncertain += 1
                return (.unknown(reason), finding(codes, isLive).codes)
            case .code(let code):
                numbers.notObjects += 1
                return finding(codes + [code], isLive)
            }
        }
    }

    private func finding(_ codes: [FindingCode], _ isLive: Bool) -> (booking: Booking, codes: [FindingCode]) {
        let counted = isLive ? codes : codes.compactMap(Self.inOldRevision)
        return (counted.isEmpty ? .judged : .finding, counted)
    }

    private static func inOldRevision(_ code: FindingCode) -> FindingCode? {
        switch code {
        case .plaintext, .uncovered: .oldPlaintext
        case .unreadable, .notObject, .moved: .oldUnreadable
        default: nil
        }
    }

    /// The resource whose providers serve a value; nil if the key names none. Plaintext names the group of its resource.
    private func resource(
        of place: ModelPlace, _ value: [UInt8]
    ) -> (resource: ModelResource, isTold: Bool)? {
        switch place {
        case .object(.gadgets, let namespace, let name, _):
            guard !ReferenceCipher.isEncrypted(value), case .object(let object) = ReferenceContent(value),
                object.kind == "Gadget", object.namespace == namespace, object.name == name, let group = object.group
            else { return (.gadgets, false) }
            return (ModelResource("gadgets", group), true)
        case .object(let resource, _, _, _), .stray(let resource): return (resource, false)
        case .bookkeeping, .nowhere, .outside, .otherPrefix: return nil
        }
    }

    /// The resource of a record, if its key names one.
    func resource(of record: ModelRecord) -> ModelResource? {
        record.value.flatMap { resource(of: effective(record.place), $0) }?.resource
    }

    /// The place of a key, as far as the prefix of the servers is known.
    private func effective(_ place: ModelPlace) -> ModelPlace {
        guard case .otherPrefix(let resource, let namespace, let name, let kinds) = place else { return place }
        guard options.prefix == nil else { return .outside }
        // `/copies/of/s` ends in no path of a resource, so that nothing can be said of it.
        return name.isEmpty ? .outside : .object(resource, namespace: namespace, name: name, kinds)
    }

    private enum Content {
        case judged
        case unknown(StorageAudit.Booking.UnknownReason)
        case code(FindingCode)
    }

    /// Whether a plaintext is the object that the etcd key names.
    private func content(_ plaintext: [UInt8], _ place: ModelPlace) -> Content {
        let content = ReferenceContent(plaintext)
        guard case .object(let resource, let namespace, let name, let kinds) = place else {
            if case .object = content { return .code(.moved) }
            return .code(.notObject)
        }
        // Built-in resources are never stored as CBOR (etcd-storage.md, section 2).
        if case .builtIn = kinds, plaintext.starts(with: ReferenceContent.markOfCBOR) { return .code(.notObject) }
        switch content {
        case .nothing: return .code(.notObject)
        case .unread: return .unknown(.encoding)
        case .object(let object):
            guard let group = object.group else { return .code(.notObject) }
            guard object.name == name, object.namespace == namespace else { return .code(.moved) }
            switch kinds {
            case .builtIn(let kind, let groups):
                return object.kind == kind && groups.contains(group) ? .judged : .code(.moved)
            case .custom:
                guard group == resource.group else { return .code(.moved) }
                return Self.usualKinds[resource]?.contains(object.kind) == true ? .judged : .unknown(.identity)
            case .unknown:
                let isBuiltIn = ["Secret", "ConfigMap", "Namespace"].contains(object.kind) && group.isEmpty
                guard !isBuiltIn else { return .code(.moved) }
                return object.kind == "Gadget" ? .judged : .unknown(.identity)
            }
        }
    }

    /// The kinds that usually have these plurals. `oxen` is no usual plural of `Ox`.
    private static let usualKinds: [ModelResource: Set<String>] = [.widgets: ["Widget"], .oxen: ["Oxen"]]

    /// cli.md, "Evidence": the UID of the namespace `kube-system` identifies a cluster.
    private mutating func readClusterUID(
        _ record: ModelRecord, _ value: [UInt8], _ rule: ModelConfiguration.Rule?, isLive: Bool
    ) {
        guard isLive, case .object(.namespaces, _, "kube-system", _) = record.place,
            case .opened(let plaintext, _, _, _) = ReferenceCipher.open(
                value, at: record.key, rule?.providers ?? [.identity]),
            case .object(let object) = ReferenceContent(plaintext), object.kind == "Namespace", object.group == "",
            object.name == "kube-system", object.namespace.isEmpty, !object.uid.isEmpty
        else { return }
        clusterUID = object.uid
    }

    /// The writes of AES-GCM keys, by the names that values carry: of names in the configuration the longest.
    private mutating func countWrites(_ record: ModelRecord, _ value: [UInt8], _ rule: ModelConfiguration.Rule?) {
        let prefix = ModelCipher.aesgcm.prefix
        guard value.starts(with: prefix) else { return }
        let rest = Array(value.dropFirst(prefix.count))
        let names = (rule?.providers ?? []).flatMap { provider in
            if case .keys(.aesgcm, let keys) = provider { keys.map(\.name) } else { [[UInt8]]() }
        }
        let configured = names.filter { rest.starts(with: $0 + [UInt8(ascii: ":")]) }.max { $0.count < $1.count }
        gcmWrites[configured ?? Array(rest.prefix { $0 != UInt8(ascii: ":") }), default: 0] += record.version
    }

    // MARK: The whole

    /// Resources with plaintext that no entry encrypts.
    var uncovered: [ModelResource: Numbers] {
        live.filter { resource, numbers in
            numbers.plaintext > 0 && configuration.rule(for: resource)?.writesPlaintext ?? true
        }
    }

    /// What the configuration names exactly, and of which there is no object.
    var absent: Set<ModelResource> {
        Set(
            configuration.patterns.filter { !$0.isWildcard }.map { ModelResource($0.plural, $0.group) }
                .filter { live[$0] == nil && options.resources?.contains($0) ?? true })
    }

    /// Why it is not known that nothing is wrong.
    var doubts: Set<String> {
        var doubts: Set<String> = []
        switch digest {
        case .right: break
        case .absent: doubts.insert("noDigest")
        // A file that is not what was saved can lack values like one without a digest. As a finding it is reported already.
        case .wrong: if !options.failOn.contains(.digest) { doubts.insert("changed") }
        }
        if otherKeys == liveKeys {
            doubts.insert("noObjects \(liveKeys)")
        } else if !missing.isEmpty {
            doubts.insert("missing \(missing.sorted().joined(separator: " "))")
        }
        for resource in seen where !configuration.patternsThatMayMean(resource).isEmpty {
            doubts.insert("unknownGroup \(resource)")
        }
        for (reason, name) in [
            (StorageAudit.Booking.UnknownReason.unknownKey, "unknownKeys"), (.unknownObject, "unknownObjects"),
            (.plugin, "plugins"), (.encoding, "encoding"), (.identity, "identity"),
        ] {
            let count = bookings[.unknown(reason)] ?? 0
            if count > 0 { doubts.insert("\(name) \(count)") }
        }
        return doubts
    }

    /// What should be stored and is not: all that is configured or asked for; or what is asked for and not configured.
    private var missing: [String] {
        guard let resources = options.resources else {
            let isFound = live.keys.contains { configuration.rule(for: $0) != nil }
            return isFound ? [] : configuration.patterns.map(\.description)
        }
        let absent = resources.filter { live[$0] == nil }
        return absent.filter { absent.count == resources.count || configuration.rule(for: $0) == nil }
            .map(\.description)
    }

    var verdict: AuditJudgement.Verdict {
        if options.failOn.contains(where: { totals[$0] ?? 0 > 0 }) { return .findings }
        return doubts.isEmpty ? .clean : .unknown
    }
}
