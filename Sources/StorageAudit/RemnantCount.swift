internal import EtcdSnapshot
internal import SecretMemory
public import Transformers

/// What is left in pages that etcd uses no more: values of revisions that were compacted away, byte for byte, until the
/// page is used again or the member is defragmented.
public struct RemnantCount {
    public private(set) var pages = 0
    public private(set) var plaintext = 0
    public private(set) var encrypted: [StoredLabel: Int] = [:]

    init(_ snapshot: SnapshotFile) throws(SnapshotError) {
        var problems = SnapshotProblems.collected
        for run in try snapshot.unreachablePages(&problems) {
            pages += run.pages.count
            var search = RemnantSearch(run, of: snapshot)
            while let remnant = search.next() {
                switch remnant.kind {
                case .protobuf, .json, .cbor: plaintext += 1
                case .encrypted:
                    let end = min(remnant.offset + 512, snapshot.bytes.byteCount)
                    let label = StoredLabel(reading: snapshot.bytes.extracting(remnant.offset..<end))
                    encrypted[label, default: 0] += 1
                }
            }
        }
    }

    public var total: Int { plaintext + encrypted.values.reduce(0, +) }
}
