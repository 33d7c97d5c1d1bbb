internal import Glibc

/// The names in a folder.
public enum Folder {
    /// Whether a path leads to a folder.
    public static func exists(_ path: String) -> Bool {
        var status = Glibc.stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The names of all entries but `.` and `..`, sorted by their bytes. A name that is not UTF-8 is repaired, so that
    /// no file has it.
    ///
    /// - Throws: ``FileError`` with ``FileError/Reason/reading(_:)``.
    public static func names(in path: String) throws(FileError) -> [String] {
        guard let stream = unsafe opendir(path) else { throw FileError(path, .reading(.last)) }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
