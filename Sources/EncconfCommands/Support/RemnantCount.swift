internal import EtcdSnapshot
internal import SecretMemory
internal import Transformers

/// What is left in pages that etcd uses no more: values of revisions that were compacted away, byte for byte, until the
/// page is used again or the member is defragmented.
struct RemnantCount {
    /// Every byte, by what it is. Where ``RemnantLedger/unexplained`` is not 0, the counts show no absence.
    let ledger: RemnantLedger
    private(set) var pages = 0
    private(set) var plaintext = 0
    private(set) var encrypted: [StoredLabel: Int] = [:]

    init(_ snapshot: SnapshotFile) throws(SnapshotError) {
        var problems = SnapshotProblems.collected
        var encrypted: [StoredLabel: Int] = [:]
        ledger = try snapshot.remnants(&problems) { value in
            guard value.kind == .encrypted else { return }
            encrypted[StoredLabel(reading: snapshot.bytes.extracting(value.range.prefix(512))), default: 0] += 1
        }
        (pages, plaintext, self.encrypted) = (ledger.pages, ledger.values.plaintext, encrypted)
    }

    var total: Int { plaintext + encrypted.values.reduce(0, +) }
}
