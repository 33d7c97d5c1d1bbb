public import EtcdSnapshot
internal import SecretMemory
public import Transformers

/// What is in pages that etcd no longer uses: values of compacted revisions stay there, byte for byte, until the page is
/// used again or the member is defragmented.
public struct RemnantCount: Sendable {
    /// Every byte, by what it is. Where ``RemnantLedger/unexplained`` is not 0, the counts show no absence.
    public let ledger: RemnantLedger
    /// Encrypted values by their prefix.
    public let encrypted: [StoredLabel: Int]

    init(_ snapshot: SnapshotFile) throws(SnapshotError) {
        var problems = SnapshotProblems.collected
        var encrypted: [StoredLabel: Int] = [:]
        ledger = try snapshot.remnants(&problems) { value in
            guard value.kind == .encrypted else { return }
            encrypted[StoredLabel(reading: snapshot.bytes.extracting(value.range.prefix(512))), default: 0] += 1
        }
        self.encrypted = encrypted
    }

    public var pages: Int { ledger.pages }

    /// Plaintext objects, whole or not. Pieces without a beginning count as one.
    public var plaintext: Int { ledger.values.plaintext + (ledger.fragments > 0 ? 1 : 0) }

    /// Bytes that nothing explains.
    public var unexplainedBytes: Int { ledger.unexplained }

    /// Old values that were found.
    public var total: Int { plaintext + encrypted.values.reduce(0, +) }
}
