internal import Glibc

/// What the environment says to the program.
public enum Environment {
    public static func value(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }

    /// Whether a variable is set to something (no-color.org: an empty value does not count).
    public static func isSet(_ name: String) -> Bool { value(name)?.isEmpty == false }

    public static var isDumbTerminal: Bool { value("TERM") == "dumb" }
}
