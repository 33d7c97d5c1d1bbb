internal import CLinux
internal import Glibc
internal import SecretMemory

/// Where the bytes of a path are kept (statfs(2), `f_type`; linux/magic.h).
public enum FileSystemKind: Sendable {
    /// In memory: gone after a restart of the node.
    case volatile
    /// On another machine.
    case network
    /// On this node, or unknown.
    case other

    private static let volatileTypes: Set<UInt32> = [
        0x0102_1994,  // TMPFS_MAGIC
        0x8584_58F6,  // RAMFS_MAGIC
    ]

    private static let networkTypes: Set<UInt32> = [
        0x6969,  // NFS_SUPER_MAGIC
        0xFF53_4D42,  // CIFS_SUPER_MAGIC
        0xFE53_4D42,  // SMB2_SUPER_MAGIC
        0x00C3_6400,  // CEPH_SUPER_MAGIC
        0x5346_414F,  // AFS_SUPER_MAGIC
        0x0102_1997,  // V9FS_MAGIC
    ]

    /// Nil if the path cannot be read.
    public init?(of path: String) {
        var status = statfs()
        guard unsafe statfs(path, &status) == 0 else { return nil }
        let type = UInt32(truncatingIfNeeded: status.f_type)
        self = Self.volatileTypes.contains(type) ? .volatile : Self.networkTypes.contains(type) ? .network : .other
    }
}

/// SELinux on this node (selinux(8)).
public enum SELinux {
    /// Whether it refuses what its policy does not allow; nil if this cannot be read.
    public static var isEnforcing: Bool? {
        do {
            let content = try InputFile.read("/sys/fs/selinux/enforce").content
            return content.bytes.count > 0 && content.span[0] == UInt8(ascii: "1")
        } catch {
            // Without SELinux the kernel has no such file system.
            if case .reading(let error) = error.reason, error.isNoSuchFile || error.isNoFolder { return false }
            return nil
        }
    }

    /// The type in the label of a file, such as `etc_t`; nil without a label.
    public static func type(of path: String) -> String? {
        var label = [UInt8](repeating: 0, count: 4096)
        let count = unsafe getxattr(path, "security.selinux", &label, label.count)
        guard count > 0 else { return nil }
        let fields = label[..<count].prefix { $0 != 0 }.split(
            separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        return fields.count > 2 ? String(decoding: fields[2], as: UTF8.self) : nil
    }
}
