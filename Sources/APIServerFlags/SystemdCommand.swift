internal import Diagnostics

/// The value of a variable, and the unknown specifiers in it.
struct SystemdValue: Sendable {
    var text: String
    /// Each with its byte offset.
    var specifiers: [(name: String, offset: Int)] = []

    /// The first specifier.
    var unknown: String? { specifiers.first?.name }
    var certain: String? { specifiers.isEmpty ? text : nil }
}

/// `%i` and the like (systemd.unit(5), "Specifiers"). They depend on the machine and the instance; only `%%` is
/// known.
enum Specifiers {
    static func expand(_ bytes: ArraySlice<UInt8>) -> SystemdValue {
        var (result, specifiers): ([UInt8], [(String, Int)]) = ([], [])
        var rest = bytes
        while let byte = rest.popFirst() {
            result.append(byte)
            guard byte == UInt8(ascii: "%"), let kind = rest.first else { continue }
            if kind == byte {
                rest.removeFirst()
            } else if VariableName.isStart(kind) {
                specifiers.append(("%\(UnicodeScalar(kind))", result.count - 1))
            }
        }
        return SystemdValue(text: String(decoding: result, as: UTF8.self), specifiers: specifiers)
    }
}

/// The commands of one `ExecStart=` (systemd.service(5), "Command lines").
enum SystemdCommand {
    /// The words of each, with variables replaced.
    static func commands(
        _ line: UnitLine, _ text: UnitText, _ values: [String: SystemdValue], _ budget: inout TextBudget
    ) throws(APIServerFlagsError) -> [[CommandWord]] {
        guard let words = UnitWords.split(line.bytes) else {
            throw APIServerFlagsError(.unclosedQuote, at: text.position(line.offset(0)))
        }
        var commands: [[CommandWord]] = []
        let separator = Array(";".utf8)
        for var command in words.split(whereSeparator: { $0.bytes == separator && !$0.isQuoted }) {
            let prefixes = takePrefixes(&command[command.startIndex])
            var result: [CommandWord] = []
            for (index, word) in command.enumerated() {
                // `@`: the word behind the program is its name for itself.
                if index == 1, prefixes.contains(UInt8(ascii: "@")) { continue }
                let position = text.position(line.offset(word.start))
                if prefixes.contains(UInt8(ascii: ":")) {
                    result.append(literal(word, at: position))
                } else {
                    result += try expand(word, values, at: position, &budget)
                }
            }
            commands.append(result)
        }
        return commands
    }

    /// Takes the characters off the program that say how to run it; the table "Special executable prefixes".
    private static func takePrefixes(_ word: inout UnitWords.Word) -> [UInt8] {
        let prefixes = word.bytes.prefix { "@-:+!|".utf8.contains($0) }
        word.bytes.removeFirst(prefixes.count)
        return Array(prefixes)
    }

    /// The word of a command that begins with `:`.
    private static func literal(_ word: UnitWords.Word, at position: SourcePosition) -> CommandWord {
        let value = Specifiers.expand(word.bytes[...])
        let unknowns = value.specifiers.map { CommandWord.Unknown(variable: $0.name, offset: $0.offset, byteCount: 2) }
        return CommandWord(value.text, unknowns: unknowns, at: position)
    }

    /// `$NAME` as a word of its own becomes as many words as its value has, `${NAME}` stays within its word, `$$` is a
    /// dollar sign. `$NAME` in a word is not replaced, and counts as unknown: it cannot be what is meant.
    /// (src/basic/env-util.c, `replace_env_argv`.)
    private static func expand(
        _ word: UnitWords.Word, _ values: [String: SystemdValue], at position: SourcePosition,
        _ budget: inout TextBudget
    ) throws(APIServerFlagsError) -> [CommandWord] {
        let specified = Specifiers.expand(word.bytes[...])
        let bytes = Array(specified.text.utf8)
        if bytes.first == UInt8(ascii: "$"), VariableName.isName(bytes.dropFirst()) {
            let name = String(decoding: bytes.dropFirst(), as: UTF8.self)
            guard let value = values[name]?.certain else {
                return [CommandWord(unknown: name, reference: "$" + name, at: position)]
            }
            try budget.spend(value.utf8.count, at: position)
            return UnitWords.splitValue(value.utf8).map {
                CommandWord(String(decoding: $0.bytes, as: UTF8.self), at: position)
            }
        }
        var builder = WordBuilder()
        var offset = 0
        var specifiers = specified.specifiers[...]
        while offset < bytes.count {
            let rest = bytes[offset...]
            while let next = specifiers.first, next.offset < offset { specifiers.removeFirst() }
            let specifier = specifiers.first.flatMap { $0.offset == offset ? $0.name : nil }
            guard let reference = Reference(rest, specifier: specifier) else {
                builder.append(bytes[offset])
                offset += 1
                continue
            }
            offset += reference.length
            switch reference.kind {
            case .dollar: builder.append(UInt8(ascii: "$"))
            case .unknown(let name): builder.append(unknown: name, reference: rest.prefix(reference.length))
            // In a script it is the shell's.
            case .unreplaced(let name):
                builder.append(unknown: name, reference: rest.prefix(reference.length), isForShell: true)
            case .variable(let name):
                if let value = values[name]?.certain {
                    try budget.spend(value.utf8.count, at: position)
                    builder.append(value.utf8)
                } else {
                    builder.append(unknown: name, reference: rest.prefix(reference.length))
                }
            }
        }
        return [builder.word(at: position)]
    }

    /// The reference at the start of the bytes; nil if the bytes start with plain text.
    private struct Reference {
        enum Kind { case dollar, variable(String), unknown(String), unreplaced(String) }
        let kind: Kind
        let length: Int

        init?(_ bytes: ArraySlice<UInt8>, specifier: String?) {
            if let specifier {
                (kind, length) = (.unknown(specifier), 2)
                return
            }
            guard bytes.first == UInt8(ascii: "$"), let next = bytes.dropFirst().first else { return nil }
            switch next {
            case UInt8(ascii: "$"): (kind, length) = (.dollar, 2)
            case UInt8(ascii: "{"):
                let name = bytes.dropFirst(2).prefix(while: VariableName.isPart)
                let text = String(decoding: name, as: UTF8.self)
                let isWhole = name.endIndex < bytes.endIndex && bytes[name.endIndex] == UInt8(ascii: "}")
                (kind, length) =
                    isWhole && VariableName.isName(name)
                    ? (.variable(text), name.count + 3) : (.unknown(text), name.count + 2)
            case _ where VariableName.isStart(next):
                let name = bytes.dropFirst().prefix(while: VariableName.isPart)
                (kind, length) = (.unreplaced(String(decoding: name, as: UTF8.self)), name.count + 1)
            default: return nil
            }
        }
    }
}
