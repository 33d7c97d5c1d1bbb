import EncryptionConfig
import EnvelopeCrypto
import EtcdSnapshot
import EtcdWAL
import GoText
import KubernetesObjects
import KubernetesResources
import SecretMemory
import TestSupport
import Transformers

/// What a store holds, whole and in pieces.
enum FuzzedStore {
    /// A database: what is refused can be salvaged, parts say what the whole says, and nothing lies outside.
    static func snapshot(_ bytes: [UInt8]) {
        for kept in [SnapshotProblems.refused, .collected] { try? snapshot(bytes, kept) }
    }

    private static func snapshot(_ bytes: [UInt8], _ kept: SnapshotProblems) throws(SnapshotError) {
        var problems = kept
        let file = try SnapshotFile(bytes.span.bytes, &problems)
        _ = try file.settings(&problems)
        var live: LiveRecords?
        defer { parts(of: file, whole: live) }
        let records = try LiveRecords(file, &problems)
        if kept.isSalvage == false { live = records }
        for location in records.locations {
            let record = try file.record(at: location)
            precondition(record.key.upperBound <= bytes.count && record.value.upperBound <= bytes.count, "outside")
        }
        var walk = try HistoryWalk(file, live: records, &problems)
        var liveCount = 0
        while let (_, isLive) = try walk.next(&problems) { if isLive { liveCount += 1 } }
        precondition(liveCount == records.locations.count, "live records")
        for run in try file.unreachablePages(&problems) { precondition(run.bytes.upperBound <= bytes.count) }
        var ignored = SnapshotProblems.collected
        let ledger = try file.remnants(&ignored) { precondition($0.range.upperBound <= file.databaseLength) }
        precondition(ledger.inUse + ledger.searched == file.databaseLength, "the ledger")
    }

    private static func parts(of file: SnapshotFile, whole: LiveRecords?) {
        guard let plan = RecordParts(file, count: 3) else { return }
        let parts = (0..<plan.count).compactMap { LivePart($0, of: plan, in: file) }
        guard parts.count == plan.count, let live = LiveRecords(parts, of: plan, in: file) else { return }
        guard let whole else { return }
        precondition(live.locations == whole.locations && live.counts == whole.counts, "parts")
        precondition(live.lastRevision == whole.lastRevision, "parts")
    }

    private static let database = BoltBuilder.database(
        (2..<6).map { .record($0, "key-\($0 % 3)", "value") }, index: 3, term: 2,
        buckets: ["lease": [BoltBuilder.Element(key: big(UInt64(3)), value: field(1, 3))]])

    /// A log: first the bytes as a segment, then entries whose data are the bytes between two zero bytes, with the
    /// checksums that no mutation finds.
    static func log(_ bytes: [UInt8]) {
        replay([LogSegment("0000000000000000-0000000000000000.wal", bytes)])
        var log = LogBuilder()
        log.freeSpace = 16
        for voter in 1...3 as ClosedRange<UInt64> { log.change(voter, 6 + voter) }
        for data in bytes.split(separator: 0, maxSplits: 8, omittingEmptySubsequences: true).enumerated() {
            log.entry(UInt64(4 + data.offset), Array(data.element))
        }
        log.state(commit: 12)
        replay(log.segments)
    }

    private static func replay(_ segments: [LogSegment]) {
        var problems = SnapshotProblems.refused
        guard let database = try? SnapshotFile(database.span.bytes, &problems),
            let live = try? LiveRecords(database, &problems)
        else { preconditionFailure("the database is sound") }
        guard let result = try? MemberLog(segments).replay(onto: database, live: live, &problems) else { return }
        precondition(result.counts.total >= result.counts.live && result.counts.superseded >= 0, "counts")
    }

    /// The configuration under which values are opened.
    static let configurationText = """
        apiVersion: apiserver.config.k8s.io/v1
        kind: EncryptionConfiguration
        resources:
        - resources: [secrets]
          providers:
          - aesgcm: {keys: [{name: a, secret: AAECAwQFBgcICQoLDA0ODw==}, {name: "a:b", secret: AQECAwQFBgcICQoLDA0ODw==}]}
          - aescbc: {keys: [{name: a, secret: AgECAwQFBgcICQoLDA0ODxAREhMUFRYX}]}
          - secretbox: {keys: [{name: a, secret: AwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=}]}
          - kms: {apiVersion: v2, name: k2, endpoint: "unix:///k2", timeout: 3s}
          - kms: {name: k1, endpoint: "unix:///k1", timeout: 3s}
          - identity: {}
        """

    /// Its ciphers, with plugins that answer every request with the same 32 bytes.
    static func transformers() -> TransformerSet { TransformerSet(configuration, unwrapping: KnownKey()) }

    private static let configuration: EncryptionConfiguration = {
        guard let document = try? ConfigurationDocument.read(SecretBytes(Array(configurationText.utf8))),
            let configuration = try? EncryptionConfiguration(checking: document, options: .lenient)
        else { preconditionFailure("the configuration is accepted") }
        return configuration
    }()

    /// A stored value: of one that is not opened nothing is left behind.
    static func value(_ bytes: [UInt8]) {
        let key = Array("/registry/secrets/default/foo".utf8)
        guard let transformer = try? transformers().transformer(for: GroupResource(resource: "secrets")) else {
            preconditionFailure("the ciphers are there")
        }
        var plaintext = SecretBuffer()
        do throws(TransformError) {
            _ = try transformer.open(bytes.span.rawBytes, etcdKey: key.span.rawBytes, appendingTo: &plaintext)
        } catch {
            let count = plaintext.count
            precondition(count == 0, "plaintext is left behind")
            _ = error.failures.count
        }
        _ = StoredLabel(reading: bytes.span.rawBytes)
    }

    /// Answers every request with the same key or seed.
    private final class KnownKey: KMSUnwrapping {
        func unwrap(_ request: KMSUnwrapRequest) throws(KMSUnwrapError) -> SecretKey {
            SecretKey(Array(repeating: 7, count: 32))
        }

        func currentKeyID(of plugin: KMSPluginIdentity) throws(KMSUnwrapError) -> ByteName { "1" }
    }

    /// An object: the quick look at its name says yes only where the thorough one does, and it can be shown.
    static func object(_ bytes: [UInt8]) {
        let plaintext = bytes.span.rawBytes
        if case .object(let key) = EtcdKey("/registry/secrets/default/foo") {
            let (namespace, name, kind) = (Array("default".utf8), Array("foo".utf8), Array("Secret".utf8))
            let none: [UInt8] = []
            let isSure = IdentityCheck.isSurelySame(
                plaintext, namespace: namespace.span.rawBytes, name: name.span.rawBytes, kind: kind.span.rawBytes,
                group: none.span.rawBytes)
            let check = IdentityCheck(plaintext: plaintext, key: key)
            precondition(!isSure || check == .same, "surely the same")
        }
        guard let object = try? StoredObject(reading: plaintext) else { return }
        for isRevealed in [false, true] {
            var writer = ManifestWriter(disclosure: Disclosure(isRevealed: isRevealed) { "\($0.byteCount)" })
            writer.append(object, plaintext: plaintext)
            _ = writer.finish()
        }
    }
}
