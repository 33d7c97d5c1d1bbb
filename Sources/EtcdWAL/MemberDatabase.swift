internal import EtcdSnapshot
internal import SecretMemory

/// The parts of a database, beside its records, that decide how entries of the log are applied.
struct MemberDatabase {
    let settings: SnapshotSettings
    /// The leases that there are.
    private(set) var leases: Set<Int64> = []
    private(set) var hasAlarm = false
    private(set) var hasAuthentication = false
    /// The members of the cluster that vote, and those that were removed.
    private(set) var voters: Set<UInt64> = []
    private(set) var removedMembers: Set<UInt64> = []

    init(_ file: SnapshotFile, _ problems: inout SnapshotProblems) throws(SnapshotError) {
        settings = try file.settings(&problems)
        var walk = try BucketWalk("lease", of: file, &problems)
        while let entry = try walk.next(&problems) {
            // The key is the number, big-endian (server/storage/schema/lease.go).
            guard entry.key.count == 8 else { continue }
            leases.insert(Int64(bitPattern: entry.key.reduce(0) { $0 << 8 | UInt64(file.bytes[$1]) }))
        }
        walk = try BucketWalk("alarm", of: file, &problems)
        hasAlarm = try walk.next(&problems) != nil
        walk = try BucketWalk("auth", of: file, &problems)
        while let entry = try walk.next(&problems) {
            let isFlag = file.bytes.extracting(entry.key).elementsEqual(Self.authenticationFlag.span.rawBytes)
            // 1 if it is on; whatever is not 0 is taken for on (auth.go, saveAuthEnabled).
            if isFlag { hasAuthentication = entry.value.contains { file.bytes[$0] != 0 } }
        }
        walk = try BucketWalk("members", of: file, &problems)
        while let entry = try walk.next(&problems) {
            // Learners vote as little as others, but they are taken for voters here: more voters promise less.
            if let id = Self.memberID(in: entry.key, of: file.bytes) { voters.insert(id) }
        }
        walk = try BucketWalk("members_removed", of: file, &problems)
        while let entry = try walk.next(&problems) {
            if let id = Self.memberID(in: entry.key, of: file.bytes) { removedMembers.insert(id) }
        }
    }

    private static let authenticationFlag = Array("authEnabled".utf8)

    /// Members are named by their number in hexadecimal digits.
    private static func memberID(in range: Range<Int>, of bytes: RawSpan) -> UInt64? {
        guard (1...16).contains(range.count) else { return nil }
        var number: UInt64 = 0
        for offset in range {
            guard let digit = bytes[offset].hexadecimalValue else { return nil }
            number = number << 4 | UInt64(digit)
        }
        return number
    }
}
