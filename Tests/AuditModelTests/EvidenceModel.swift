import StorageEvidence

/// One source of evidence, and what the model knows of it.
struct ModelSource {
    let store: ModelStore
    let digest: ModelDigest
    /// Whether the manifest of a server names it.
    let isOfManifest: Bool
    let audit: AuditModel

    init(_ store: ModelStore, _ digest: ModelDigest, isOfManifest: Bool, _ configuration: ModelConfiguration) {
        (self.store, self.digest, self.isOfManifest) = (store, digest, isOfManifest)
        audit = AuditModel(store, digest, configuration, ModelOptions())
    }
}

/// What evidence must say about keys that are removed: written from cli.md, "Evidence".
struct EvidenceModel {
    enum Verdict: String { case used, unused, unknown }

    let old: ModelConfiguration
    let new: ModelConfiguration
    /// The key that goes, and what the entries name that lose it.
    let cipher: ModelCipher
    let key: ModelKey
    let patterns: [ModelPattern]
    let sources: [ModelSource]
    /// Whether the manifest names all that the server stores in.
    let isWholeStore: Bool
    /// Since when every server runs the file; nil if nobody knows.
    let convergence: Convergence?

    /// Of several sources of one cluster the newest tells what is stored. What a server names is always stored.
    private var present: [ModelSource] {
        sources.filter { source in
            guard let uid = source.audit.clusterUID, !source.isOfManifest else { return true }
            return !sources.contains {
                $0.audit.clusterUID == uid && $0.digest == .right && $0.store.revision > source.store.revision
            }
        }
    }

    // MARK: Presence

    /// Whether a live value of a source opens now, and does not open to the same bytes without the key.
    var isNeeded: Bool {
        liveValues.contains { record, value, resource in
            // What a wrong AES-CBC key makes of a value is nothing that anybody needs.
            guard case .opened(let plaintext, _, _, _) = read(record, value, old, resource),
                ReferenceContent(plaintext) != .nothing
            else { return false }
            guard case .opened(plaintext, _, _, _) = read(record, value, new, resource) else { return true }
            return false
        }
    }

    /// Whether a live value bears the name of the key, and only the old file has such a key for it. Of names that begin
    /// with one another, a value bears the longest.
    var isNamed: Bool {
        liveValues.contains { _, value, resource in
            bearsName(value, resource) && has(old, resource) && !has(new, resource)
        }
    }

    /// Whether a key of the name with other bytes stays where the key is removed, so that values do not tell which of them
    /// wrote them.
    var isNameShared: Bool {
        liveValues.contains { _, value, resource in
            bearsName(value, resource) && has(new, resource)
                && keys(old, resource).contains(key) && !keys(new, resource).contains(key)
        }
    }

    /// Whether the key opens a live value that kube-apiserver does not read, to the object that the etcd key names.
    var isWanted: Bool {
        liveValues.contains { record, value, resource in
            guard value.starts(with: cipher.prefix), case .failed = read(record, value, old, resource) else {
                return false
            }
            let rest = Array(value.dropFirst(cipher.prefix.count))
            return rest.indices.contains { index in
                guard rest[index] == UInt8(ascii: ":"),
                    let plaintext = ReferenceCipher.open(
                        Array(rest.dropFirst(index + 1)), cipher, key.bytes, at: record.key),
                    case .object(let object) = ReferenceContent(plaintext),
                    case .object(_, let namespace, let name, _) = record.place
                else { return false }
                return object.namespace == namespace && object.name == name
            }
        }
    }

    private var liveValues: [(record: ModelRecord, value: [UInt8], resource: ModelResource)] {
        present.flatMap { source in
            source.store.liveRecords.compactMap { record in
                guard let value = record.value, let resource = source.audit.resource(of: record) else { return nil }
                return (record, value, resource)
            }
        }
    }

    private func read(
        _ record: ModelRecord, _ value: [UInt8], _ configuration: ModelConfiguration, _ resource: ModelResource
    ) -> ReferenceCipher.Outcome {
        ReferenceCipher.open(value, at: record.key, configuration.rule(for: resource)?.providers ?? [.identity])
    }

    private func keys(_ configuration: ModelConfiguration, _ resource: ModelResource) -> [ModelKey] {
        (configuration.rule(for: resource)?.providers ?? []).flatMap { provider in
            if case .keys(cipher, let keys) = provider { keys } else { [ModelKey]() }
        }
    }

    private func bearsName(_ value: [UInt8], _ resource: ModelResource) -> Bool {
        // A value that was cut behind the name has no colon.
        if value == cipher.prefix + key.name { return true }
        return keys(old, resource).map(\.name).filter { value.starts(with: cipher.prefix + $0 + [UInt8(ascii: ":")]) }
            .max { $0.count < $1.count } == key.name
    }

    private func has(_ configuration: ModelConfiguration, _ resource: ModelResource) -> Bool {
        keys(configuration, resource).contains { $0.name == key.name }
    }

    // MARK: Absence

    /// Whether what the sources do not show is not stored.
    var isProvable: Bool { patterns.allSatisfy(isProvable) && present.allSatisfy(isLateEnough) }

    /// A running etcd shows what is stored now; a file shows it from the revision on at which every server ran the file.
    private func isLateEnough(_ source: ModelSource) -> Bool {
        guard let convergence else { return false }
        if source.isOfManifest, convergence.isBeforeReading { return true }
        return convergence.revision.map { $0 <= source.store.revision } ?? false
    }

    private func isProvable(_ pattern: ModelPattern) -> Bool {
        // Objects of an unknown group may be what the entry is for.
        guard
            !present.contains(where: { source in
                source.audit.live.keys.contains { old.patternsThatMayMean($0).contains(pattern) }
            })
        else { return false }
        let writesPlaintext = rule(pattern)?.writesPlaintext == true
        let holders = present.filter { !numbers($0, pattern).isEmpty }
        for source in holders {
            guard source.digest == .right else { return false }
            // The etcd that a server names is of its cluster, but something in it must show that it is the right one.
            let isOwn = isStore(source) && writesPlaintext && numbers(source, pattern).contains { $0.current > 0 }
            guard isOfThisCluster(source) || isOwn else { return false }
        }
        if !holders.isEmpty, !pattern.isWildcard { return true }
        guard isWholeStore else { return false }
        guard present.filter(isStore).allSatisfy({ $0.digest == .right }) else { return false }
        return writesPlaintext || present.contains { isStore($0) && isOfThisCluster($0) }
    }

    private func rule(_ pattern: ModelPattern) -> ModelConfiguration.Rule? {
        old.rule(for: ModelResource(pattern.plural, pattern.group))
    }

    private func numbers(_ source: ModelSource, _ pattern: ModelPattern) -> [AuditModel.Numbers] {
        source.audit.live.filter { resource, _ in
            pattern.isWildcard
                ? old.rule(for: resource)?.pattern == pattern : ModelPattern(resource) == pattern
        }.map(\.value)
    }

    private func isStore(_ source: ModelSource) -> Bool { isWholeStore && source.isOfManifest }

    /// Values open with the write key of their entry; or the namespace `kube-system` is that of such a source.
    private func isOfThisCluster(_ source: ModelSource) -> Bool {
        if isIdentified(source) { return true }
        guard let uid = source.audit.clusterUID else { return false }
        return sources.contains { $0.audit.clusterUID == uid && isIdentified($0) }
    }

    private func isIdentified(_ source: ModelSource) -> Bool {
        source.audit.live.contains { resource, numbers in
            guard let rule = old.rule(for: resource) else { return false }
            // A plugin that was not asked may know the values of the server's own etcd.
            if isStore(source), numbers.needsPlugin > 0 { return true }
            // Where identity writes, any key of the entry identifies the cluster.
            return rule.writesPlaintext ? numbers.openedByKey > 0 : numbers.current > 0
        }
    }
}
