public import EncryptionConfig
public import EtcdClient
internal import GoText
public import KubernetesResources
internal import SecretMemory
internal import Transformers

/// A stored value that is not stored as a file would store it, or may not be.
public struct StaleValue: Sendable {
    public let resource: GroupResource
    /// Nil for an object of the whole cluster.
    public let namespace: String?
    public let name: String
    /// The revision of its last change, which is the resourceVersion of the object.
    public let revision: Int64
    /// Whether that is sure. Of KMS v2 values only the server knows: its plugin may have another key by now.
    public let isCertain: Bool
}

/// Finds stored values that a file would store in another way, by what they begin with. No value is decrypted.
public struct StaleValues: Sendable {
    private let source: EtcdSource
    private let resolution: ResourceResolution
    private let isWanted: @Sendable (GroupResource) -> Bool

    /// - Parameter isWanted: Which resources are looked at, of those that the file covers.
    public init(
        under file: EncryptionConfiguration, in source: EtcdSource,
        isWanted: @escaping @Sendable (GroupResource) -> Bool = { _ in true }
    ) {
        self.source = source
        resolution = ResourceResolution(file)
        self.isWanted = isWanted
    }

    /// Goes through etcd.
    ///
    /// If the revision is compacted meanwhile, it goes on behind the last key at a later one: no single revision is needed,
    /// as what was written since then was written by servers that run the file.
    ///
    /// - Parameter body: Gets the values of each page; answers whether it wants more.
    public func pages(_ body: ([StaleValue]) -> Bool) throws(EtcdError) {
        var settings = source.walk
        settings.restartLimit = Self.restartLimit
        let walk = source.client.walk(source.range, settings)
        var rules: [GroupResource: WritePrefix?] = [:]
        var last: [UInt8] = []
        while let event = try walk.next() {
            guard case .page(let page) = event else { continue }
            var found: [StaleValue] = []
            for record in page.records {
                let bytes = page.key(of: record).copiedToArray()
                guard last.lexicographicallyPrecedes(bytes) else { continue }
                last = bytes
                guard case .object(let key) = EtcdKey(bytes: bytes.span.rawBytes, prefix: source.prefix),
                    !source.elsewhere.contains(key.resource), source.resources?.contains(key.resource) ?? true
                else { continue }
                let prefix: WritePrefix?
                if let known = rules[key.resource] {
                    prefix = known
                } else {
                    prefix = isWanted(key.resource) ? WritePrefix(resolution.rule(for: key.resource)) : nil
                    rules[key.resource] = .some(prefix)
                }
                guard let prefix, let isCertain = prefix.staleness(of: page.value(of: record)) else { continue }
                found.append(
                    StaleValue(
                        resource: key.resource, namespace: key.namespace?.text, name: key.name.text,
                        revision: record.modRevision, isCertain: isCertain))
            }
            guard found.isEmpty || body(found) else { return }
        }
    }

    /// A rewrite of many thousand objects takes longer than the five minutes after which etcd is compacted.
    private static let restartLimit = 10_000
}

/// What the values begin with that a server writes under a rule.
private struct WritePrefix {
    /// Nil for plaintext.
    private let bytes: [UInt8]?
    private let isKMSv2: Bool

    /// Nil for what no entry covers.
    init?(_ rule: ResourceResolution.Rule?) {
        guard let rule, let first = StorageKey.list(of: rule.providers).first else { return nil }
        isKMSv2 = first.provider == .kmsv2
        bytes = StoredLabel(provider: first.label.provider, key: first.label.key).storedPrefix.map { Array($0.utf8) }
    }

    /// Whether it is sure that a value is stored in another way; nil if it is stored so.
    func staleness(of value: RawSpan) -> Bool? {
        guard let bytes else { return ResourceTransformer.isEncrypted(value) ? true : nil }
        guard value.starts(with: bytes.span.rawBytes) else { return true }
        return isKMSv2 ? false : nil
    }
}
