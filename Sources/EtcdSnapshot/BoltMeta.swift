internal import SecretMemory

/// One of the two pages that say where everything else is (bbolt 1.4, internal/common/meta.go).
public struct BoltMeta: Equatable, Sendable {
    /// Bytes in a page: a power of two, usually 4096.
    public let pageSize: Int
    /// The page at the root of the tree of buckets.
    public let root: UInt64
    /// The number of pages in use; the first page that is not.
    public let highWaterMark: UInt64
    /// The number of the transaction that wrote this.
    public let transaction: UInt64
}

// internal/common/types.go, page.go and meta.go.
private let magic: UInt32 = 0xed0c_daed
private let version: UInt32 = 2
private let metaFlag: UInt16 = 0x04
private let checkedLength = 56

extension BoltMeta {
    /// The bytes that it takes, with the header of its page.
    static let length = BoltPage.headerLength + checkedLength + 8

    /// Where meta 1 can stand: one page from the start, for every page size that bbolt looks for (db.go, getPageSize).
    private static let pageSizes = (0..<15).map { 1024 << $0 }

    /// The valid meta page of the later transaction, its number, and whether the other one is valid too.
    static func current(of database: RawSpan) -> (BoltMeta, page: Int, areBothValid: Bool)? {
        let first = BoltMeta(at: 0, of: database)
        let places = first.map { [$0.pageSize] } ?? pageSizes
        var second: BoltMeta?
        for place in places where second == nil {
            guard let meta = BoltMeta(at: place, of: database), meta.pageSize == place else { continue }
            second = meta
        }
        guard let first, let second else { return (first ?? second).map { ($0, first == nil ? 1 : 0, false) } }
        return first.transaction >= second.transaction ? (first, 0, true) : (second, 1, true)
    }

    /// The meta page at `offset`, or nil if it is not valid.
    private init?(at offset: Int, of database: RawSpan) {
        guard offset + BoltPage.headerLength + checkedLength + 8 <= database.byteCount else { return nil }
        let meta = offset + BoltPage.headerLength
        guard database.uint32(meta) == magic, database.uint32(meta + 4) == version else { return nil }
        let checked = database.extracting(meta..<meta + checkedLength)
        guard database.uint64(meta + checkedLength) == fnv64a(checked) else { return nil }
        pageSize = Int(database.uint32(meta + 8))
        guard Self.pageSizes.contains(pageSize) else { return nil }
        root = database.uint64(meta + 16)
        highWaterMark = database.uint64(meta + 40)
        transaction = database.uint64(meta + 48)
    }
}

/// FNV-64a (Fowler, Noll, Vo), as in Go's hash/fnv.
func fnv64a(_ bytes: RawSpan) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for offset in bytes.byteOffsets { hash = (hash ^ UInt64(bytes[offset])) &* 0x100_0000_01b3 }
    return hash
}
