internal import Diagnostics

/// The flags that are looked for.
enum Flag: String, CaseIterable {
    case etcdServers = "etcd-servers"
    case etcdCAFile = "etcd-cafile"
    case etcdCertFile = "etcd-certfile"
    case etcdKeyFile = "etcd-keyfile"
    case etcdPrefix = "etcd-prefix"
    case etcdServersOverrides = "etcd-servers-overrides"
    case encryptionProviderConfig = "encryption-provider-config"
    case automaticReload = "encryption-provider-config-automatic-reload"
    case featureGates = "feature-gates"
    case storageMediaType = "storage-media-type"
    /// OpenShift's file of flags (github.com/openshift/kubernetes, openshift-kube-apiserver/openshiftkubeapiserver).
    case openShiftConfig = "openshift-config"

    /// - Parameter name: As in the file. `_` counts as `-` (k8s.io/component-base, cli/flag/flags.go,
    ///   `WordSepNormalizeFunc`). The old name of the configuration was removed in Kubernetes 1.24; it is read, since it
    ///   says what was meant.
    init?(name: Substring) {
        let normalized = name.utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }
        let text = String(decoding: normalized, as: UTF8.self)
        self.init(rawValue: text == "experimental-encryption-provider-config" ? "encryption-provider-config" : text)
    }

    /// Whether a name is not a known flag, but begins like that of the configuration.
    static func isMisspelled(_ name: Substring) -> Bool {
        Flag(name: name) == nil && ["encrypt", "experimental-encrypt"].contains { name.utf8.starts(with: $0.utf8) }
    }

    /// Whether a word with one dash was meant for a flag of the configuration.
    static func isMeant(byShortForm word: Substring) -> Bool {
        let name = word.prefix { $0 != "=" }
        return isMisspelled(name) || [.encryptionProviderConfig, .automaticReload].contains(Flag(name: name))
    }

    /// Whether it is the old name of the configuration.
    static func isRemoved(_ name: Substring) -> Bool {
        Flag(name: name) == .encryptionProviderConfig && name.utf8.starts(with: "experimental".utf8)
    }

    /// A boolean takes no word of its own as its value (github.com/spf13/pflag, bool.go, `NoOptDefVal`).
    var isBoolean: Bool { self == .automaticReload }
}

/// The flags of a command line, in the order in which they stand there.
struct FlagValues: Sendable {
    /// Words that begin like the flag of the configuration, and that kube-apiserver does not know.
    private(set) var misspelled: [String] = []
    /// Whether the configuration is named by its old name.
    private(set) var usesRemovedName = false
    private var values: [Flag: [CommandWord]] = [:]

    init(_ words: [CommandWord]) throws(APIServerFlagsError) { try add(words) }

    /// Reads the arguments of kube-apiserver as github.com/spf13/pflag does (flag.go, `parseArgs`, `parseLongArg`).
    ///
    /// Flags that are not looked for may take the next word as their value or not. Either way the outcome is the same,
    /// unless such a value begins with `--`.
    mutating func add(_ words: [CommandWord]) throws(APIServerFlagsError) {
        var rest = words[...]
        while let word = rest.popFirst() {
            let certain = word.certainText
            guard certain.utf8.starts(with: "--".utf8) else {
                // With one dash they are letters (pflag, flag.go, `parseShortArg`), which kube-apiserver does not have.
                if certain.utf8.first == UInt8(ascii: "-"), Flag.isMeant(byShortForm: certain.dropFirst()) {
                    misspelled.append(String(certain.prefix { $0 != "=" }))
                }
                guard let unknown = word.unknown, certain.isEmpty || certain == "-" else { continue }
                throw APIServerFlagsError(.unknownVariable(flag: nil, variable: unknown.variable), at: word.position)
            }
            if word.text == "--" { break }
            let equals = certain.utf8.firstIndex(of: UInt8(ascii: "="))
            if equals == nil, let unknown = word.unknown {
                throw APIServerFlagsError(.unknownVariable(flag: nil, variable: unknown.variable), at: word.position)
            }
            let name = certain[..<(equals ?? certain.endIndex)].dropFirst(2)
            guard let flag = Flag(name: name) else {
                if Flag.isMisspelled(name) { misspelled.append("--\(name)") }
                continue
            }
            if Flag.isRemoved(name) { usesRemovedName = true }
            if let equals {
                values[flag, default: []].append(
                    word.dropping(certain.utf8.distance(from: certain.startIndex, to: equals) + 1))
            } else if flag.isBoolean {
                values[flag, default: []].append(CommandWord("true", at: word.position))
            } else {
                guard let value = rest.popFirst() else {
                    throw APIServerFlagsError(.missingValue(flag: flag.rawValue), at: word.position)
                }
                values[flag, default: []].append(value)
            }
        }
    }

    /// The last value, which may not be certain; nil if the flag is not given.
    func unchecked(_ flag: Flag) -> CommandWord? { values[flag]?.last }

    /// All values of a flag that can be given several times.
    func all(_ flag: Flag) throws(APIServerFlagsError) -> [CommandWord] {
        for word in values[flag] ?? [] { try check(word, of: flag) }
        return values[flag] ?? []
    }

    /// The last value, which is the one that counts.
    func last(_ flag: Flag) throws(APIServerFlagsError) -> CommandWord? {
        guard let word = values[flag]?.last else { return nil }
        try check(word, of: flag)
        return word
    }

    /// The words are those of Go's `strconv.ParseBool`.
    func bool(_ flag: Flag) throws(APIServerFlagsError) -> Bool {
        guard let word = try last(flag) else { return false }
        switch word.text {
        case "1", "t", "T", "true", "TRUE", "True": return true
        case "0", "f", "F", "false", "FALSE", "False": return false
        default: throw APIServerFlagsError(.malformedValue(flag: flag.rawValue), at: word.position)
        }
    }

    /// The items of a flag that holds a list. Given several times, it holds them all (pflag, string_slice.go, `Set`).
    func list(_ flag: Flag) throws(APIServerFlagsError) -> [CommandWord] {
        var items: [CommandWord] = []
        for word in try all(flag) {
            guard let fields = Self.commaSeparated(word.text) else {
                throw APIServerFlagsError(.malformedValue(flag: flag.rawValue), at: word.position)
            }
            items += fields.map { CommandWord($0, at: word.position) }
        }
        return items
    }

    private func check(_ word: CommandWord, of flag: Flag) throws(APIServerFlagsError) {
        if let unknown = word.unknown {
            throw APIServerFlagsError(
                .unknownVariable(flag: flag.rawValue, variable: unknown.variable), at: word.position)
        }
        // No argument of a process can hold a zero byte, and no path may end at one. U+FFFD replaces bytes that are
        // not UTF-8 (`\xff` in a unit), which a text cannot hold.
        guard !word.text.utf8.contains(0), !word.text.unicodeScalars.contains("\u{fffd}") else {
            throw APIServerFlagsError(.malformedValue(flag: flag.rawValue), at: word.position)
        }
    }

    /// One line of Go's `encoding/csv`; nil for what it refuses, and for more lines than one.
    static func commaSeparated(_ text: String) -> [String]? {
        guard !text.isEmpty else { return [] }
        guard text.utf8.contains(UInt8(ascii: "\"")) || text.utf8.contains(UInt8(ascii: "\n")) else {
            return text.pieces(between: ",")
        }
        var fields: [String] = []
        var rest = Array(text.utf8)[...]
        while true {
            var field: [UInt8] = []
            if rest.first == UInt8(ascii: "\"") {
                rest.removeFirst()
                while true {
                    guard let byte = rest.popFirst() else { return nil }
                    guard byte == UInt8(ascii: "\"") else { field.append(byte); continue }
                    guard rest.first == UInt8(ascii: "\"") else { break }
                    field.append(rest.removeFirst())
                }
            } else {
                field += rest.prefix { $0 != UInt8(ascii: ",") }
                rest = rest.dropFirst(field.count)
                guard !field.contains(UInt8(ascii: "\"")), !field.contains(UInt8(ascii: "\n")) else { return nil }
            }
            fields.append(String(decoding: field, as: UTF8.self))
            guard let byte = rest.popFirst() else { return fields }
            guard byte == UInt8(ascii: ",") else { return nil }
        }
    }
}

extension CommandWord {
    /// The word without its first bytes, which are certain.
    func dropping(_ byteCount: Int) -> CommandWord {
        CommandWord(
            String(decoding: text.utf8.dropFirst(byteCount), as: UTF8.self),
            unknowns: unknowns.map { unknown in
                var unknown = unknown
                unknown.offset -= byteCount
                return unknown
            }, at: position)
    }
}
