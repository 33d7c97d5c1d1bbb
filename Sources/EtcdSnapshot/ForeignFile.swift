internal import SecretMemory

/// What a file is that is not a snapshot, by what it begins with.
public enum ForeignFile: String, Sendable, CaseIterable {
    /// RFC 1952.
    case gzip
    /// PKWARE's APPNOTE, section 4.3.7.
    case zip
    /// RFC 8878.
    case zstandard
    /// tukaani.org, the .xz file format, section 2.1.1.
    case xz
    case bzip2
    /// POSIX.1-1988: `ustar` behind the first header.
    case tar
    /// sqlite.org, Database File Format, section 1.3: the default datastore of k3s.
    case sqlite
    /// The custom format of pg_dump.
    case postgresDump
    /// A dump of an SQL database as text.
    case sqlText

    /// Nil for a file that begins like none of them.
    init?(beginningOf bytes: RawSpan) {
        guard let found = Self.allCases.first(where: { $0.isBeginning(of: bytes) }) else { return nil }
        self = found
    }

    private func isBeginning(of bytes: RawSpan) -> Bool {
        func begins(_ beginning: [UInt8], at offset: Int = 0) -> Bool {
            bytes.byteCount >= offset + beginning.count
                && beginning.indices.allSatisfy { bytes[offset + $0] == beginning[$0] }
        }
        return switch self {
        case .gzip: begins([0x1f, 0x8b])
        case .zip: begins([0x50, 0x4b, 0x03, 0x04])
        case .zstandard: begins([0x28, 0xb5, 0x2f, 0xfd])
        case .xz: begins([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])
        case .bzip2: begins(Array("BZh".utf8))
        case .tar: begins(Array("ustar".utf8), at: 257)
        case .sqlite: begins(Array("SQLite format 3\0".utf8))
        case .postgresDump: begins(Array("PGDMP".utf8))
        case .sqlText:
            ["-- ", "PRAGMA ", "CREATE ", "INSERT ", "BEGIN TRANSACTION"].contains { begins(Array($0.utf8)) }
        }
    }
}
