internal import Glibc

/// An error of the operating system.
public struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The value of `errno`.
    public let code: Int32

    public init(code: Int32) { self.code = code }

    /// The error of the call that just failed.
    public static var last: SystemError { SystemError(code: errno) }

    /// The system's own words, beginning in lower case.
    public var description: String {
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        let words = unsafe String(cString: text)
        return words.prefix(1).lowercased() + words.dropFirst()
    }

    /// Whether the file does not exist.
    public var isNoSuchFile: Bool { code == ENOENT }

    /// Whether a part of the path is a file.
    public var isNoFolder: Bool { code == ENOTDIR }

    /// Whether symbolic links lead in a circle.
    public var isLoop: Bool { code == ELOOP }

    /// Whether the user lacks the right.
    public var isAccessDenied: Bool { code == EACCES }

    /// Whether the reader of a pipe has gone away.
    public var isBrokenPipe: Bool { code == EPIPE }
}
