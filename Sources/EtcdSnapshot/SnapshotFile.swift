internal import SecretMemory

/// An etcd database as one run of bytes: what `etcdctl snapshot save` writes, or the `db` of a stopped member.
///
/// The file is mapped or read by the caller and only lent here. Nothing in it is believed: whatever the bytes are,
/// reading ends, in time and memory that follow from the size of the file and not from a number in it.
///
/// The format is that of bbolt 1.3 and 1.4 (1.4: internal/common, db.go) with the buckets of etcd 3 (server/storage/schema).
/// It holds the state of one member at one moment; nothing in it says whether newer state exists elsewhere. The `db` of
/// a running member lacks what is only in its log yet, and must not be read at all.
public struct SnapshotFile: ~Escapable, Sendable {
    /// Branch pages that may stand above one another. A tree of 2^63 pages needs fewer.
    public static let depthLimit = 64

    /// The largest database that is read: 128 GiB, sixteen times what etcd advises as the most.
    public static let largestLength = 1 << 37

    /// The whole file. Every range that this module gives out counts from its start.
    public let bytes: RawSpan
    /// The length of the database: the file without the digest behind it.
    public let databaseLength: Int
    /// The meta page in force.
    public let meta: BoltMeta
    /// Whether the other meta page is valid too, as it always is in a file that was written to the end.
    public let hasBothMetaPages: Bool
    /// The number of the page of ``meta``.
    let metaPage: Int
    /// The pages in use that the file does hold: fewer than it should if it is truncated.
    let pageCount: Int

    /// Looks at the first pages of a file.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - problems: A truncated file can be salvaged.
    /// - Throws: ``SnapshotError/tooLarge(byteCount:)``, ``SnapshotError/noMetaPage``, ``SnapshotError/foreign(_:)``, ``SnapshotError/truncated(byteCount:expected:)``.
    @_lifetime(copy bytes)
    public init(_ bytes: RawSpan, _ problems: inout SnapshotProblems) throws(SnapshotError) {
        let databaseLength = bytes.byteCount - Self.digestLength(of: bytes)
        guard databaseLength <= Self.largestLength else { throw .tooLarge(byteCount: databaseLength) }
        guard let (meta, metaPage, areBothValid) = BoltMeta.current(of: bytes.extracting(0..<databaseLength)) else {
            throw ForeignFile(beginningOf: bytes).map { .foreign($0) } ?? .noMetaPage
        }
        let pagesInFile = databaseLength / meta.pageSize
        let pageCount = Int(min(meta.highWaterMark, UInt64(pagesInFile)))
        if meta.highWaterMark > UInt64(pagesInFile) {
            let (expected, overflows) = meta.highWaterMark.multipliedReportingOverflow(by: UInt64(meta.pageSize))
            try problems.note(
                .truncated(
                    byteCount: databaseLength, expected: overflows ? .max : Int(clamping: expected)))
        }
        self.bytes = bytes
        self.databaseLength = databaseLength
        self.meta = meta
        self.metaPage = metaPage
        self.hasBothMetaPages = areBothValid
        self.pageCount = pageCount
    }
}

/// What the digest behind a database says.
public enum DigestCheck: Equatable, Sendable {
    /// No digest: the file was copied from a stopped member, or its end is missing.
    case absent
    case matches
    /// Both are SHA-256: the digest in the file, and the digest of its bytes.
    case differs(stored: [UInt8], computed: [UInt8])
}

extension SnapshotFile {
    private static let digestLength = 32

    /// A database is a whole number of 512 byte blocks, so a SHA-256 more shows
    /// (etcd, etcdutl/snapshot/v3_snapshot.go, hasChecksum).
    private static func digestLength(of file: RawSpan) -> Int {
        file.byteCount % 512 == digestLength ? digestLength : 0
    }

    /// Whether something stands behind the database that can be its digest.
    public var hasDigest: Bool { databaseLength < bytes.byteCount }

    /// Compares the digest that `etcdctl snapshot save` leaves behind the database.
    ///
    /// - Parameter sha256: Computes the SHA-256 of all of its argument: 32 bytes.
    public func checkDigest<Failure: Error>(
        sha256: (RawSpan) throws(Failure) -> [UInt8]
    ) throws(Failure) -> DigestCheck {
        guard hasDigest else { return .absent }
        let stored = bytes.extracting(databaseLength..<bytes.byteCount).copiedToArray()
        let computed = try sha256(bytes.extracting(0..<databaseLength))
        return stored == computed ? .matches : .differs(stored: stored, computed: computed)
    }
}

extension SnapshotFile {
    /// The pages that page `number` takes with its overflow.
    func pages(of number: UInt64) throws(PageFault) -> Range<Int> {
        // Pages 0 and 1 are the meta pages.
        guard number >= 2, number < UInt64(pageCount) else { throw .outsideFile }
        let start = Int(number) * meta.pageSize
        guard bytes.uint64(start) == number else { throw .otherID(bytes.uint64(start)) }
        let overflow = Int(bytes.uint32(start + 12))
        guard overflow < pageCount - Int(number) else { throw .outsideFile }
        return Int(number)..<Int(number) + overflow + 1
    }

    /// Page `number` with its overflow, between the keys `lower` and `upper` of the branch above.
    func page(
        _ number: UInt64, lower: Range<Int>, upper: Range<Int>?
    ) throws(PageFault) -> (page: BoltPage, pages: Range<Int>) {
        let pages = try pages(of: number)
        let range = pages.lowerBound * meta.pageSize..<pages.upperBound * meta.pageSize
        return (try BoltPage(number, in: range, of: bytes, lower: lower, upper: upper), pages)
    }

    /// The bucket with this name at the top of the file, or nil if it is absent.
    func bucket(_ name: String, _ problems: inout SnapshotProblems) throws(SnapshotError) -> BoltBucket? {
        var walk = try BoltWalk(BoltBucket(root: meta.root), of: self, &problems)
        let name = Array(name.utf8)
        while let element = try walk.next(&problems) {
            guard bytes.extracting(element.key).elementsEqual(name.span.rawBytes) else { continue }
            do throws(SnapshotError) {
                return try BoltBucket(element, in: bytes)
            } catch {
                try problems.note(error)
            }
        }
        return nil
    }
}
