internal import Glibc

/// Who may read a file.
public enum FileAccess {
    /// Whether users besides the owner may read what a path leads to, by its mode. False if it leads nowhere.
    public static func isOpenToOthers(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & (S_IRGRP | S_IROTH) != 0
    }
}
