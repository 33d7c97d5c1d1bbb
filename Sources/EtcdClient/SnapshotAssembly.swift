internal import EnvelopeCrypto
internal import SecretMemory

/// Sees to it that the pieces of a snapshot are all there: pieces of the database until none remains, and then one
/// with its SHA-256 (etcd, server/etcdserver/api/v3rpc/maintenance.go, `Snapshot`).
struct SnapshotAssembly: ~Copyable {
    private static let digestByteCount: Int64 = 32
    /// A database is a whole number of such blocks (etcd, etcdutl/snapshot/v3_snapshot.go, `hasChecksum`); otherwise
    /// a digest after it could not be detected.
    private static let blockByteCount: Int64 = 512

    /// The length of the database as far as it has come, in bytes.
    private(set) var databaseByteCount: Int64 = 0
    private(set) var hasBegun = false
    private var remaining: Int64 = 0
    private var stored: [UInt8]?
    private let computed: SHA256Stream

    init() throws(SnapshotFault) {
        do { computed = try SHA256Stream.make() } catch { throw .noDigest }
    }

    /// - Parameter remaining: What the peer says that follows of the database, in bytes.
    mutating func add(_ blob: RawSpan, remaining: Int64) throws(SnapshotFault) {
        let count = Int64(blob.byteCount)
        if hasBegun && self.remaining == 0 {
            guard stored == nil, remaining == 0, count == Self.digestByteCount else { throw .length }
            stored = blob.copiedToArray()
            return
        }
        if hasBegun {
            guard count > 0, self.remaining - count == remaining else { throw .length }
        } else {
            let (total, overflows) = remaining.addingReportingOverflow(count)
            guard !overflows, total > 0, total % Self.blockByteCount == 0 else { throw .length }
        }
        (hasBegun, self.remaining) = (true, remaining)
        databaseByteCount += count
        do { try computed.update(blob) } catch { throw .noDigest }
    }

    /// Compares the digests; the SHA-256 of the database.
    mutating func finish() throws(SnapshotFault) -> [UInt8] {
        guard let stored else { throw .missingEnd }
        let digest: [UInt8]
        do { digest = try computed.finish() } catch { throw .noDigest }
        guard digest == stored else { throw .digest(stored: stored, computed: digest) }
        return digest
    }
}
