internal import Diagnostics
internal import GoText
internal import SecretMemory

/// A file of arguments, as the snaps of MicroK8s and Canonical Kubernetes keep for each of their services: a flag on
/// each line, quoted as in a shell, and comments behind `#`.
enum ArgumentFile {
    /// Whether the first line that says something is a flag.
    static func isLikely(_ bytes: RawSpan) -> Bool {
        var offset = 0
        while offset < bytes.byteCount {
            switch bytes[offset] {
            case let byte where VariableName.isBlank(byte): offset += 1
            case UInt8(ascii: "#"):
                offset = bytes.firstOffset(of: UInt8(ascii: "\n"), from: offset) ?? bytes.byteCount
            case UInt8(ascii: "-"):
                return offset + 2 < bytes.byteCount && bytes[offset + 1] == UInt8(ascii: "-")
                    && VariableName.isStart(bytes[offset + 2])
            default: return false
            }
        }
        return false
    }

    /// - Parameter path: The path of the file. Below `/var/snap/NAME` it defines `$SNAP_COMMON`, and in the folder of
    ///   a revision `$SNAP_DATA` (snapcraft.io/docs/environment-variables).
    static func read(_ bytes: RawSpan, path: String) throws(APIServerFlagsError) -> APIServerCommand {
        guard bytes.byteCount <= APIServerFlags.byteCountLimit else {
            throw APIServerFlagsError(.tooLarge(byteCount: bytes.byteCount), at: nil)
        }
        guard let text = String(validating: bytes.copiedToArray(), as: UTF8.self), !text.utf8.contains(0) else {
            throw APIServerFlagsError(.notText, at: nil)
        }
        let environment = ShellEnvironment(values: variables(of: path))
        var budget = TextBudget()
        let lines = try ShellScript.commands(of: CommandWord(text, at: nil), environment: environment, budget: &budget)
        // The services take the lines as words of one command; what else a shell would do is not done.
        let lineCount = text.utf8.split(separator: UInt8(ascii: "\n")).count
        guard lines.count <= lineCount, lines.indices.allSatisfy({ isFlag(lines[$0]) || isValue($0, in: lines) }) else {
            throw APIServerFlagsError(.noAPIServer(programs: []), at: nil)
        }
        var paths = ServicePaths()
        paths.workingDirectory = nil
        return try APIServerCommand(ServerCall(arguments: lines.flatMap(\.self)), paths: paths)
    }

    private static func isFlag(_ line: [CommandWord]) -> Bool { line[0].certainText.utf8.starts(with: "--".utf8) }

    /// Whether a line is the value of the flag on the line before.
    private static func isValue(_ index: Int, in lines: [[CommandWord]]) -> Bool {
        guard index > 0, lines[index].count == 1, lines[index - 1].count == 1 else { return false }
        return isFlag(lines[index - 1]) && !lines[index - 1][0].certainText.utf8.contains(UInt8(ascii: "="))
    }

    private static func variables(of path: String) -> [ByteName: String] {
        let parts = path.pieces(between: "/")
        guard parts.count == 7, parts[...2] == ["", "var", "snap"], parts[5] == "args" else { return [:] }
        let snap = "/var/snap/\(parts[3])"
        var values: [ByteName: String] = ["SNAP_COMMON": "\(snap)/common"]
        if parts[4] != "common" { values["SNAP_DATA"] = "\(snap)/\(parts[4])" }
        return values
    }
}
