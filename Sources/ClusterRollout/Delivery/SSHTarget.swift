internal import ShownText

/// Where a file goes over ssh: `ssh://USER@HOST[:PORT]/PATH`.
public struct SSHTarget: Sendable, Equatable {
    /// Nil for what the client's configuration says.
    public let user: String?
    public let host: String
    public let port: Int?
    /// Absolute.
    public let path: String

    /// Nil for what is no such URL.
    public init?(_ text: String) {
        guard text.hasPrefix("ssh://") else { return nil }
        let rest = text.dropFirst(6)
        guard let slash = rest.firstIndex(of: "/") else { return nil }
        path = String(rest[slash...])
        var authority = rest[..<slash]
        if let at = authority.lastIndex(of: "@") {
            user = String(authority[..<at])
            authority = authority[authority.index(after: at)...]
        } else {
            user = nil
        }
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            host = String(authority[authority.index(after: authority.startIndex)..<end])
            authority = authority[authority.index(after: end)...]
        } else if let colon = authority.lastIndex(of: ":") {
            host = String(authority[..<colon])
            authority = authority[colon...]
        } else {
            host = String(authority)
            authority = ""
        }
        if authority.isEmpty {
            port = nil
        } else {
            guard authority.hasPrefix(":"), let number = Int(authority.dropFirst()), (1...65535).contains(number) else {
                return nil
            }
            port = number
        }
        // What begins with a dash would be an option of ssh.
        let isClean: (String) -> Bool = { text in
            !text.isEmpty && !text.hasPrefix("-") && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f }
        }
        guard isClean(host), user.map(isClean) ?? true, path.utf8.count > 1, !path.hasSuffix("/"),
            path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f })
        else { return nil }
    }

    /// The arguments of OpenSSH's client that run a script there.
    ///
    /// - Parameter configuration: Its file instead of the person's own; nil for that.
    func arguments(configuration: String?, script: String) -> [String] {
        // ssh does not ask anything: this may run unattended.
        (configuration.map { ["-F", $0] } ?? []) + [
            "-o", "BatchMode=yes", "-o", "ConnectTimeout=15", "-o", "ServerAliveInterval=15",
        ]
            + (port.map { ["-p", "\($0)"] } ?? []) + (user.map { ["-l", $0] } ?? []) + ["--", host, script]
    }

    /// What is run on the other side, with the file on standard input: the file is there whole or not at all, and has the
    /// mode and owner that it had.
    ///
    /// - Parameter hash: The SHA-256 of the file, 64 hex digits: what arrived otherwise never takes its place.
    func script(hash: String) -> String {
        """
        set -eu; umask 077; f=$(readlink -f -- \(ShellWord.quoted(path)) || echo \(ShellWord.quoted(path))); d=$(dirname -- "$f"); \
        t=$(mktemp "$d/.encconf-XXXXXX"); trap 'rm -f -- "$t"' EXIT; cat > "$t"; \
        [ "$(sha256sum < "$t" | cut -c1-64)" = \(hash) ] || { echo "the file did not arrive whole" >&2; exit 65; }; \
        if [ -e "$f" ]; then chown "$(stat -c %u:%g -- "$f")" "$t"; chmod "$(stat -c %a -- "$f")" "$t"; fi; \
        sync; mv -f -- "$t" "$f"; trap - EXIT; sync
        """
    }
}

extension SSHTarget: CustomStringConvertible {
    public var description: String {
        let host = host.contains(":") ? "[\(host)]" : host
        return "ssh://\(user.map { "\($0)@" } ?? "")\(host)\(port.map { ":\($0)" } ?? "")\(path)"
    }
}
