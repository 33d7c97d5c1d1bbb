internal import Glibc

/// What the environment says to the program.
enum Environment {
    static func value(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }

    /// Whether a variable is set to something (no-color.org: an empty value does not count).
    static func isSet(_ name: String) -> Bool { value(name)?.isEmpty == false }

    static var isDumbTerminal: Bool { value("TERM") == "dumb" }
}
