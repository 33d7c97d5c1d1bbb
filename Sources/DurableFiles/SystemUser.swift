internal import Glibc

/// A user of this node.
public struct SystemUser: Equatable, Sendable {
    public let id: UInt32
    public let groupIDs: [UInt32]

    /// - Returns: Nil if the node has no user of that name.
    public init?(named name: String) {
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 << 10)
        guard unsafe getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, unsafe found != nil else {
            return nil
        }
        id = unsafe entry.pw_uid
        var groups = [gid_t](repeating: 0, count: 1024)
        var count = Int32(groups.count)
        groupIDs =
            unsafe getgrouplist(name, entry.pw_gid, &groups, &count) >= 0
            ? Array(groups[..<Int(count)]) : [unsafe entry.pw_gid]
    }
}
