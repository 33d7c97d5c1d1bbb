internal import GoText
internal import SecretMemory

/// A script, or a command line that was copied, which starts kube-apiserver: by itself or with `docker run`.
enum ScriptFile {
    private static let programs: Set<String> = ["docker", "podman", "nerdctl", "sudo", "kube-apiserver", "hyperkube"]

    /// Whether the file begins with `#!` or with a program that can start kube-apiserver.
    static func isLikely(_ bytes: RawSpan) -> Bool {
        let mark = Array("#!".utf8)
        if bytes.starts(with: mark.span.rawBytes) { return true }
        var start = 0
        while start < bytes.byteCount, VariableName.isBlank(bytes[start]) { start += 1 }
        // No path of a program is longer, and no program of these has a name with other characters.
        let word = (start..<min(bytes.byteCount, start + 256)).prefix { bytes[$0] > UInt8(ascii: " ") }
        let text = String(decoding: word.map { bytes[$0] }, as: UTF8.self)
        return programs.contains(text.pieces(between: "/").last ?? "")
    }

    static func read(_ bytes: RawSpan) throws(APIServerFlagsError) -> APIServerCommand {
        guard bytes.byteCount <= APIServerFlags.byteCountLimit else {
            throw APIServerFlagsError(.tooLarge(byteCount: bytes.byteCount), at: nil)
        }
        guard let text = String(validating: bytes.copiedToArray(), as: UTF8.self), !text.utf8.contains(0) else {
            throw APIServerFlagsError(.notText, at: nil)
        }
        var budget = TextBudget()
        let words = ["sh", "-c", text].map { CommandWord($0, at: nil) }
        var search = ProgramSearch()
        try search.add(
            try ProgramCall.resolve(words, environment: ShellEnvironment(values: [:]), budget: &budget), at: nil)
        // The folder is that of the shell that runs the script.
        var paths = ServicePaths()
        paths.workingDirectory = nil
        return try APIServerCommand(try search.result(), paths: paths)
    }
}
