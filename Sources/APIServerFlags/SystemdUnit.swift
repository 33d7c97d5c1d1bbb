public import Diagnostics
internal import GoText
public import SecretMemory

/// A service of systemd that runs kube-apiserver.
///
/// The unit names the files with its variables; the caller reads them and passes them:
///
///     let unit = try SystemdUnit(parsing: bytes) let files = unit.environmentFiles.map { … } let command = try
///     unit.command(environmentFiles: files)
///
/// Drop-ins (`NAME.service.d/*.conf`) count if they follow the unit in the same text, as `systemctl cat` prints them.
/// Only the text of the unit is known: variables of the manager and of `PassEnvironment=` are unknown.
public struct SystemdUnit: Sendable {
    /// One `EnvironmentFile=`.
    public struct EnvironmentFile: Equatable, Sendable {
        /// The path on the node.
        public let path: String
        /// Whether systemd skips it if it does not exist: it has the prefix `-`.
        public let isOptional: Bool
        /// Its place.
        public let position: SourcePosition
    }

    /// The files, in the order in which they count: a later one overrides an earlier one.
    public private(set) var environmentFiles: [EnvironmentFile] = []

    /// Whether the file has a setting that counts; otherwise, as a drop-in, it changes nothing.
    public private(set) var hasSettings = false

    private let text: UnitText
    private var commands: [UnitLine] = []
    private var environment: [String: SystemdValue] = [:]
    /// The names of `UnsetEnvironment=`, which counts last.
    private var unset: Set<String> = []
    private var paths = ServicePaths()
    private var identity: ServerIdentity = {
        var identity = ServerIdentity()
        identity.isInNodeNetwork = true
        return identity
    }()
    /// Why a file of variables is unknown. It does not matter in a unit that runs another program.
    private var unknownFile: APIServerFlagsError?

    /// Whether the file is a unit, not a manifest: its first line that says something is the name of a section.
    public static func isUnit(_ bytes: RawSpan) -> Bool {
        var offset = 0
        while offset < bytes.byteCount {
            switch bytes[offset] {
            case let byte where VariableName.isBlank(byte): offset += 1
            case UInt8(ascii: "#"), UInt8(ascii: ";"):
                offset = bytes.firstOffset(of: UInt8(ascii: "\n"), from: offset) ?? bytes.byteCount
            case UInt8(ascii: "["): return offset + 1 < bytes.byteCount && VariableName.isStart(bytes[offset + 1])
            default: return false
            }
        }
        return false
    }

    /// Reads the section `[Service]` (systemd.syntax(7)).
    public init(parsing bytes: RawSpan) throws(APIServerFlagsError) {
        guard bytes.byteCount <= APIServerFlags.byteCountLimit else {
            throw APIServerFlagsError(.tooLarge(byteCount: bytes.byteCount), at: nil)
        }
        text = try UnitText(bytes.copiedToArray())
        var isService = false
        var offset = 0
        while let line = nextLine(&offset) {
            if line.bytes.first == UInt8(ascii: "[") {
                isService = line.bytes.starts(with: "[Service]".utf8)
            } else if isService {
                // systemd warns of a line without `=`, and passes over it.
                if let (name, value) = line.setting() { try apply(name, value) }
            }
        }
    }

    /// How it starts kube-apiserver.
    ///
    /// - Parameter environmentFiles: The bytes of ``environmentFiles-swift.property``, one for each; nil for a file that
    ///   does not exist.
    public func command(environmentFiles: [SecretKey?]) throws(APIServerFlagsError) -> APIServerCommand {
        var values = environment
        for (index, file) in self.environmentFiles.enumerated() {
            guard let bytes = index < environmentFiles.count ? environmentFiles[index] : nil else {
                guard file.isOptional else {
                    throw APIServerFlagsError(.missingEnvironmentFile(path: file.path), at: file.position)
                }
                continue
            }
            guard bytes.bytes.count <= APIServerFlags.byteCountLimit else {
                throw APIServerFlagsError(.tooLarge(byteCount: bytes.bytes.count), at: file.position)
            }
            for (name, value) in try VariableFile.read(UnitText(bytes.span.copiedToArray())) {
                values[name] = SystemdValue(text: value)
            }
        }
        for name in unset { values[name] = nil }
        let known = ShellEnvironment(
            values: values.compactMapValues(\.certain).reduce(into: [:]) { $0[ByteName($1.key)] = $1.value })
        var search = ProgramSearch()
        var budget = TextBudget()
        for line in commands {
            for words in try SystemdCommand.commands(line, text, values, &budget) {
                try search.add(
                    ProgramCall.resolve(words, environment: known, budget: &budget),
                    at: text.position(line.offset(0)))
            }
        }
        let found = try search.result()
        if let unknownFile { throw unknownFile }
        return try APIServerCommand(found, paths: paths, identity: identity)
    }

    /// The next line that says something, with its continued lines. Comments between them are passed over.
    private func nextLine(_ offset: inout Int) -> UnitLine? {
        var (line, isBegun) = (UnitLine(), false)
        while offset < text.bytes.count {
            let (content, next) = text.line(from: offset)
            offset = next
            let rest = content.drop(while: VariableName.isBlank)
            if rest.first == UInt8(ascii: "#") || rest.first == UInt8(ascii: ";") { continue }
            // An empty line ends a continued one.
            guard !rest.isEmpty else {
                if isBegun { return line }
                continue
            }
            // An even number of backslashes is one of escaped ones.
            let isContinued = content.reversed().prefix { $0 == UInt8(ascii: "\\") }.count % 2 == 1
            line.append(isContinued ? rest.dropLast() : rest)
            guard isContinued else { return line }
            line.appendSpace(at: content.endIndex - 1)
            isBegun = true
        }
        return isBegun ? line : nil
    }

    private mutating func apply(_ name: String, _ value: UnitLine) throws(APIServerFlagsError) {
        if ServerIdentity.unitSettings.contains(name) {
            let text = Specifiers.expand(value.bytes[...])
            identity.apply(unit: name, text.text, hasUnknown: text.unknown != nil)
        }
        if try applyCommand(name, value) || paths.apply(name, value.bytes[...]) { hasSettings = true }
    }

    /// - Returns: Whether the setting is about the command or its variables.
    private mutating func applyCommand(_ name: String, _ value: UnitLine) throws(APIServerFlagsError) -> Bool {
        switch name {
        case "ExecStart":
            if value.bytes.isEmpty { commands = [] } else { commands.append(value) }
            // `+` and `!` pass over `User=` and its like (systemd.service(5), "Command lines").
            if value.bytes.prefix(while: { "@-:+!|".utf8.contains($0) }).contains(where: { "+!".utf8.contains($0) }) {
                identity.isUncertain = true
            }
        case "Environment":
            if value.bytes.isEmpty { environment = [:] }
            for word in try words(value) {
                guard let equals = word.bytes.firstIndex(of: UInt8(ascii: "=")),
                    VariableName.isName(word.bytes[..<equals])
                else { continue }
                let expanded = Specifiers.expand(word.bytes[(equals + 1)...])
                environment[String(decoding: word.bytes[..<equals], as: UTF8.self)] = expanded
            }
        case "UnsetEnvironment":
            if value.bytes.isEmpty { unset = [] }
            // With a value it removes the variable if it has that value; then the variable is unknown.
            for word in try words(value) {
                unset.insert(String(decoding: word.bytes.prefix(while: VariableName.isPart), as: UTF8.self))
            }
        case "EnvironmentFile": try applyFile(value)
        default: return false
        }
        return true
    }

    private mutating func applyFile(_ value: UnitLine) throws(APIServerFlagsError) {
        guard !value.bytes.isEmpty else {
            (environmentFiles, unknownFile) = ([], nil)
            return
        }
        let isOptional = value.bytes.first == UInt8(ascii: "-")
        let path = Specifiers.expand(isOptional ? value.bytes[1...] : value.bytes[...])
        let position = text.position(value.offset(0))
        if let unknown = path.unknown {
            unknownFile =
                unknownFile ?? APIServerFlagsError(.unknownVariable(flag: nil, variable: unknown), at: position)
            return
        }
        // systemd passes over a path that is not absolute.
        guard path.text.utf8.first == UInt8(ascii: "/") else { return }
        guard !path.text.utf8.contains(where: "*?[".utf8.contains) else {
            unknownFile = unknownFile ?? APIServerFlagsError(.unsupported(.environmentFilePattern), at: position)
            return
        }
        environmentFiles.append(EnvironmentFile(path: path.text, isOptional: isOptional, position: position))
    }

    private func words(_ value: UnitLine) throws(APIServerFlagsError) -> [UnitWords.Word] {
        guard let words = UnitWords.split(value.bytes) else {
            throw APIServerFlagsError(.unclosedQuote, at: text.position(value.offset(0)))
        }
        return words
    }
}
