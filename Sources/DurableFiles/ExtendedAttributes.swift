internal import CLinux
internal import Glibc

/// What a file carries besides its bytes, mode and owner: SELinux label, access lists, user attributes.
enum ExtendedAttributes {
    /// Most that the names, or the value of one, may take up (xattr(7)).
    private static let limit = 64 << 10

    /// An access list (acl(5)). A new file takes one over from its folder, and the mode of an old file, set after it,
    /// would let those in whom it names.
    private static let accessList = "system.posix_acl_access"

    /// Copies what may be copied. What may not, such as attributes that only the kernel sets, is left to the system.
    ///
    /// - Throws: If an access list that was taken over cannot be removed.
    static func copy(
        from original: borrowing FileDescriptor, to file: borrowing FileDescriptor
    ) throws(SystemError) {
        if unsafe fgetxattr(original.raw, accessList, nil, 0) < 0, unsafe fremovexattr(file.raw, accessList) != 0 {
            // There was none, or the file system knows none.
            guard [ENODATA, EOPNOTSUPP].contains(errno) else { throw .last }
        }
        var names = [CChar](repeating: 0, count: limit)
        let length = unsafe flistxattr(original.raw, &names, names.count)
        guard length > 0 else { return }
        for name in names[..<length].split(separator: 0) {
            let name = Array(name) + [0]
            var value = [UInt8](repeating: 0, count: limit)
            let count = unsafe fgetxattr(original.raw, name, &value, value.count)
            guard count >= 0 else { continue }
            _ = unsafe fsetxattr(file.raw, name, value, count, 0)
        }
    }
}
