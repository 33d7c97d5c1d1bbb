internal import Diagnostics

/// One argument of a command, after variables have been followed.
struct CommandWord: Equatable, Sendable {
    /// It keeps references to unknown variables as in the file.
    var text: String
    /// The references to variables whose values the file does not tell, in order.
    let unknowns: [Unknown]
    let position: SourcePosition?

    struct Unknown: Equatable, Sendable {
        let variable: String
        /// Where the reference begins in the text, and how long it is, in bytes.
        var offset: Int
        let byteCount: Int
        /// Whether a shell that gets the word as its script replaces the reference itself, and nothing replaces it
        /// before.
        var isForShell = false

        /// Whether it is a specifier of systemd.
        var isSpecifier: Bool { variable.utf8.first == UInt8(ascii: "%") }
    }

    init(_ text: String, unknowns: [Unknown] = [], at position: SourcePosition?) {
        self.text = text
        self.unknowns = unknowns
        self.position = position
    }

    /// A word of which nothing is certain.
    init(unknown variable: String, reference text: String = "", at position: SourcePosition?) {
        self.init(
            text, unknowns: [Unknown(variable: variable, offset: 0, byteCount: text.utf8.count)], at: position)
    }

    /// The first variable whose value the file does not tell.
    var unknown: Unknown? { unknowns.first }

    /// The text up to the first unknown variable.
    var certainText: Substring {
        guard let unknown else { return text[...] }
        return text[
            ..<(text.utf8.index(text.startIndex, offsetBy: unknown.offset, limitedBy: text.endIndex) ?? text.endIndex)]
    }

    /// The last part of the path. The folder of a program may be unknown, if the program is kube-apiserver.
    var programName: String? {
        let name = text.pieces(between: "/").last
        return unknown == nil || name == "kube-apiserver" ? name : nil
    }
}

extension String {
    /// The pieces between separators, also empty ones; at least one.
    ///
    /// By bytes: for `split` a separator before a combining character is not a separator.
    func pieces(between separator: Unicode.Scalar) -> [String] {
        utf8.split(separator: UInt8(ascii: separator), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }
}

/// Puts a word together piece by piece.
struct WordBuilder {
    private var bytes: [UInt8] = []
    private var unknowns: [CommandWord.Unknown] = []

    mutating func append(_ byte: UInt8) { bytes.append(byte) }
    mutating func append(_ text: some Sequence<UInt8>) { bytes.append(contentsOf: text) }

    /// Appends a reference as in the file.
    mutating func append(unknown variable: String, reference: some Sequence<UInt8>, isForShell: Bool = false) {
        let offset = bytes.count
        bytes.append(contentsOf: reference)
        unknowns.append(
            CommandWord.Unknown(
                variable: variable, offset: offset, byteCount: bytes.count - offset, isForShell: isForShell))
    }

    func word(at position: SourcePosition?) -> CommandWord {
        CommandWord(String(decoding: bytes, as: UTF8.self), unknowns: unknowns, at: position)
    }
}

/// The names of variables, and of the bytes that words are made of.
enum VariableName {
    /// Whether the byte can begin the name of a variable (POSIX.1-2017, Base Definitions, 3.235, "Name").
    static func isStart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        default: false
        }
    }

    static func isPart(_ byte: UInt8) -> Bool {
        isStart(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    static func isName(_ text: some Sequence<UInt8>) -> Bool {
        var isFirst = true
        for byte in text {
            guard isFirst ? isStart(byte) : isPart(byte) else { return false }
            isFirst = false
        }
        return !isFirst
    }

    static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\n")
            || byte == UInt8(ascii: "\r")
    }
}
