internal import Diagnostics
internal import GoText

/// The variables that a shell finds when it starts.
struct ShellEnvironment {
    /// Variables whose values the file defines.
    var values: [ByteName: String] = [:]
}

/// The simple commands of a shell script, as far as they are known without running it.
///
/// Words are split and unquoted as POSIX.1-2017, Shell Command Language, 2.2 and 2.3 say. Whatever is computed
/// (command substitution, parameters with an operator, positional parameters, patterns) is an unknown variable. Which
/// branch of an `if` is taken is not asked: all commands are listed.
struct ShellScript {
    private let bytes: [UInt8]
    /// What somebody else replaces before the shell reads the script.
    private let unknowns: [CommandWord.Unknown]
    private let position: SourcePosition?
    private let environment: ShellEnvironment
    private var offset = 0
    private var commands: [[CommandWord]] = []
    private var command: [CommandWord] = []
    /// Set by `${NAME=value}` and `${NAME:=value}`.
    private var assignedNames: Set<String> = []

    static func commands(
        of script: CommandWord, environment: ShellEnvironment, budget: inout TextBudget
    ) throws(APIServerFlagsError) -> [[CommandWord]] {
        let unassigned = try withoutAssigned(script, environment, budget: &budget)
        var parser = ShellScript(script, unassigned)
        try parser.parse(&budget)
        return parser.commands.map(Self.withoutPrefix).filter { !$0.isEmpty }
    }

    private init(_ script: CommandWord, _ environment: ShellEnvironment) {
        bytes = Array(script.text.utf8)
        unknowns = script.unknowns.filter { !$0.isForShell }
        position = script.position
        self.environment = environment
    }

    /// The environment without the variables that the script may set itself.
    ///
    /// Every word counts that is a name (`read NAME`, `for NAME in`) or an assignment. A script that runs another one in
    /// place may set anything.
    private static func withoutAssigned(
        _ script: CommandWord, _ environment: ShellEnvironment, budget: inout TextBudget
    ) throws(APIServerFlagsError) -> ShellEnvironment {
        guard !environment.values.isEmpty else { return environment }
        var unknown = environment
        var parser = ShellScript(script, ShellEnvironment())
        try parser.parse(&budget)
        for word in parser.commands.joined() {
            let name = word.assignedName ?? word.text
            // `IFS` defines where unquoted values are split.
            if [".", "source", "eval", "IFS"].contains(name) { return ShellEnvironment() }
            unknown.values[ByteName(name)] = nil
        }
        for name in parser.assignedNames { unknown.values[ByteName(name)] = nil }
        return unknown
    }

    /// The command without assignments and reserved words in front of it.
    private static func withoutPrefix(_ command: [CommandWord]) -> [CommandWord] {
        let reserved: Set = ["if", "then", "else", "elif", "do", "while", "until", "!", "{", "time"]
        return Array(command.drop { $0.isAssignment || $0.unknown == nil && reserved.contains($0.text) })
    }

    private mutating func parse(_ budget: inout TextBudget) throws(APIServerFlagsError) {
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): offset += 1
            case UInt8(ascii: "\n"), UInt8(ascii: ";"), UInt8(ascii: "|"), UInt8(ascii: "("), UInt8(ascii: ")"):
                endCommand()
                offset += 1
            case UInt8(ascii: "&"):
                offset += 1
                // `&>file` of bash.
                if peek() == UInt8(ascii: ">") { continue }
                endCommand()
            case UInt8(ascii: "#"): skipComment()
            case UInt8(ascii: "<"), UInt8(ascii: ">"): try skipRedirection(&budget)
            default:
                if isRedirectedDescriptor() { continue }
                command += try words(&budget)
            }
        }
        endCommand()
    }

    private mutating func skipComment() {
        offset = bytes[offset...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    }

    private func peek(_ distance: Int = 0) -> UInt8? {
        offset + distance < bytes.count ? bytes[offset + distance] : nil
    }

    private mutating func endCommand() {
        if !command.isEmpty { commands.append(command) }
        command = []
    }

    /// Passes over the number in front of a redirection, such as `2>`.
    private mutating func isRedirectedDescriptor() -> Bool {
        let digits = bytes[offset...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard !digits.isEmpty, digits.endIndex < bytes.count,
            bytes[digits.endIndex] == UInt8(ascii: "<") || bytes[digits.endIndex] == UInt8(ascii: ">")
        else { return false }
        offset = digits.endIndex
        return true
    }

    /// `>file`, `>>file`, `>|file`, `>&2`, `<file`: the operator and one word.
    private mutating func skipRedirection(_ budget: inout TextBudget) throws(APIServerFlagsError) {
        if bytes[offset] == UInt8(ascii: "<"), peek(1) == UInt8(ascii: "<") {
            throw APIServerFlagsError(.unsupported(.hereDocument), at: position)
        }
        offset += 1
        if peek() == UInt8(ascii: "(") {
            // Process substitution: the word is the name of a pipe.
            _ = skipParentheses()
            return command.append(CommandWord(unknown: "<(", at: position))
        }
        while let byte = peek(), ">&|".utf8.contains(byte) { offset += 1 }
        while let byte = peek(), byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { offset += 1 }
        if let byte = peek(), !"\n;|&()<>".utf8.contains(byte) { _ = try words(&budget) }
    }

    // MARK: Words

    /// One word of the script, which is several once its variables are split, or none.
    private mutating func words(_ budget: inout TextBudget) throws(APIServerFlagsError) -> [CommandWord] {
        var expansion = Expansion(position)
        while let byte = peek(), !VariableName.isBlank(byte), !";|&()<>".utf8.contains(byte) {
            offset += 1
            switch byte {
            case UInt8(ascii: "'"):
                guard let end = bytes[offset...].firstIndex(of: byte) else {
                    throw APIServerFlagsError(.unclosedQuote, at: position)
                }
                literal(upTo: end, into: &expansion)
                offset = end + 1
            case UInt8(ascii: "\""): try doubleQuoted(into: &expansion, &budget)
            case UInt8(ascii: "\\"):
                guard let next = peek() else { continue }
                // A line break is removed with its backslash.
                guard next != UInt8(ascii: "\n") else { offset += 1; continue }
                literal(upTo: offset + 1, into: &expansion)
            case UInt8(ascii: "$"), UInt8(ascii: "`"):
                try reference(byte, isQuoted: false, into: &expansion, &budget)
            // Patterns, and `~`, become names of files, if there are such files.
            case UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "["):
                expansion.append(unknown: String(UnicodeScalar(byte)), CollectionOfOne(byte))
            case UInt8(ascii: "~") where expansion.isEmpty: expansion.append(unknown: "~", CollectionOfOne(byte))
            default: expansion.append(CollectionOfOne(byte), isQuoted: true)
            }
        }
        return expansion.finish()
    }

    private mutating func doubleQuoted(
        into expansion: inout Expansion, _ budget: inout TextBudget
    ) throws(APIServerFlagsError) {
        expansion.append(EmptyCollection(), isQuoted: true)
        while let byte = peek() {
            offset += 1
            switch byte {
            case UInt8(ascii: "\""): return
            case UInt8(ascii: "\\"):
                guard let next = peek() else { break }
                if next == UInt8(ascii: "\n") {
                    offset += 1
                } else if "$`\"\\".utf8.contains(next) {
                    literal(upTo: offset + 1, into: &expansion)
                } else {
                    expansion.append(CollectionOfOne(byte), isQuoted: true)
                }
            case UInt8(ascii: "$"), UInt8(ascii: "`"): try reference(byte, isQuoted: true, into: &expansion, &budget)
            default: expansion.append(CollectionOfOne(byte), isQuoted: true)
            }
        }
        throw APIServerFlagsError(.unclosedQuote, at: position)
    }

    /// Takes bytes unchanged, except for parts that are replaced before the shell sees any quote; these may extend
    /// beyond `end`.
    private mutating func literal(upTo end: Int, into expansion: inout Expansion) {
        expansion.append(EmptyCollection(), isQuoted: true)
        while offset < end {
            let index = unknowns.partitioningIndex { $0.offset + $0.byteCount > offset }
            let next = index < unknowns.count ? max(unknowns[index].offset, offset) : end
            if next < end, index < unknowns.count {
                expansion.append(bytes[offset..<next], isQuoted: true)
                offset = min(unknowns[index].offset + unknowns[index].byteCount, bytes.count)
                expansion.append(unknown: unknowns[index].variable, bytes[next..<offset])
            } else {
                expansion.append(bytes[offset..<end], isQuoted: true)
                offset = end
            }
        }
    }

    /// What begins with `$` or a backquote; `offset` is after it.
    private mutating func reference(
        _ opener: UInt8, isQuoted: Bool, into expansion: inout Expansion, _ budget: inout TextBudget
    ) throws(APIServerFlagsError) {
        let start = offset - 1
        if opener == UInt8(ascii: "`") {
            offset = (bytes[offset...].firstIndex(of: opener) ?? bytes.count - 1) + 1
            return expansion.append(unknown: "`", bytes[start..<offset])
        }
        let name: ArraySlice<UInt8>
        switch peek() {
        case UInt8(ascii: "{"):
            let end = bytes[offset...].firstIndex(of: UInt8(ascii: "}")) ?? bytes.count
            name = bytes[offset + 1..<max(end, offset + 1)]
            offset = min(end + 1, bytes.count)
        case UInt8(ascii: "("):
            name = skipParentheses()
        case let byte? where VariableName.isStart(byte):
            name = bytes[offset...].prefix(while: VariableName.isPart)
            offset = name.endIndex
        case let byte? where "0123456789@*#?-$!".utf8.contains(byte):
            name = bytes[offset...offset]
            offset += 1
        default: return expansion.append(CollectionOfOne(opener), isQuoted: true)
        }
        let variable = String(decoding: name, as: UTF8.self)
        if name.contains(UInt8(ascii: "=")) {
            assignedNames.insert(String(decoding: name.prefix(while: VariableName.isPart), as: UTF8.self))
        }
        guard VariableName.isName(name), let value = environment.values[ByteName(variable)] else {
            return expansion.append(unknown: variable, bytes[start..<offset])
        }
        try budget.spend(value.utf8.count, at: position)
        expansion.append(value.utf8, isQuoted: isQuoted)
    }

    /// Skips a command substitution; its content.
    private mutating func skipParentheses() -> ArraySlice<UInt8> {
        let start = offset + 1
        var depth = 0
        while let byte = peek() {
            offset += 1
            if byte == UInt8(ascii: "(") { depth += 1 }
            if byte == UInt8(ascii: ")") { depth -= 1 }
            if depth == 0 { return bytes[start..<offset - 1] }
        }
        return bytes[min(start, bytes.count)...]
    }
}

/// A word of a script while its variables are replaced.
private struct Expansion {
    private var words: [CommandWord] = []
    private var builder = WordBuilder()
    private(set) var isEmpty = true
    private let position: SourcePosition?

    init(_ position: SourcePosition?) { self.position = position }

    /// - Parameter isQuoted: Whether blanks are part of the word and do not end it.
    mutating func append(_ text: some Sequence<UInt8>, isQuoted: Bool) {
        if isQuoted {
            isEmpty = false
            return builder.append(text)
        }
        for byte in text {
            if VariableName.isBlank(byte) {
                endWord()
            } else {
                isEmpty = false
                // The result of a pattern in a value depends on the files that exist.
                if "*?[".utf8.contains(byte) {
                    builder.append(unknown: String(UnicodeScalar(byte)), reference: CollectionOfOne(byte))
                } else {
                    builder.append(byte)
                }
            }
        }
    }

    mutating func append(unknown variable: String, _ reference: some Sequence<UInt8>) {
        isEmpty = false
        builder.append(unknown: variable, reference: reference)
    }

    private mutating func endWord() {
        guard !isEmpty else { return }
        words.append(builder.word(at: position))
        builder = WordBuilder()
        isEmpty = true
    }

    mutating func finish() -> [CommandWord] {
        endWord()
        return words
    }
}

extension Array {
    /// The first index whose element fulfils the condition, as all behind it do.
    fileprivate func partitioningIndex(where isBehind: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
