/// A file of `EnvironmentFile=` (systemd.exec(5); src/basic/env-file.c, `parse_env_file_internal`).
///
/// Lines are `NAME=value`. A value may be quoted, in part or whole; quotes may span lines. Variables in it are not
/// replaced.
enum VariableFile {
    static func read(_ text: UnitText) throws(APIServerFlagsError) -> [(name: String, value: String)] {
        var variables: [(String, String)] = []
        var rest = text.bytes[...]
        while let first = rest.first {
            if VariableName.isBlank(first) {
                rest.removeFirst()
            } else if first == UInt8(ascii: "#") || first == UInt8(ascii: ";") {
                skipComment(&rest)
            } else {
                let name = rest.prefix { $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: "\n") }
                rest = rest[name.endIndex...]
                // A line without `=` says nothing.
                guard rest.first == UInt8(ascii: "=") else { continue }
                rest.removeFirst()
                let value = try self.value(&rest)
                let trimmed = name.split(whereSeparator: VariableName.isBlank)
                guard trimmed.count == 1, VariableName.isName(trimmed[0]) else { continue }
                variables.append((String(decoding: trimmed[0], as: UTF8.self), value))
            }
        }
        return variables
    }

    /// A backslash goes on with the comment in the next line.
    private static func skipComment(_ rest: inout ArraySlice<UInt8>) {
        while let byte = rest.popFirst(), byte != UInt8(ascii: "\n") {
            if byte == UInt8(ascii: "\\") { _ = rest.popFirst() }
        }
    }

    private static func value(_ rest: inout ArraySlice<UInt8>) throws(APIServerFlagsError) -> String {
        var value: [UInt8] = []
        /// How much of the value stays when blanks are taken off its end.
        var kept = 0
        while let byte = rest.popFirst(), byte != UInt8(ascii: "\n") {
            switch byte {
            case UInt8(ascii: "'"):
                guard let end = rest.firstIndex(of: byte) else { throw APIServerFlagsError(.unclosedQuote, at: nil) }
                value += rest[..<end]
                rest = rest[(end + 1)...]
                kept = value.count
            case UInt8(ascii: "\""):
                try doubleQuoted(&rest, into: &value)
                kept = value.count
            case UInt8(ascii: "\\"):
                guard let next = rest.popFirst(), next != UInt8(ascii: "\n") else { continue }
                value.append(next)
                kept = value.count
            case _ where VariableName.isBlank(byte): if !value.isEmpty { value.append(byte) }
            default:
                value.append(byte)
                kept = value.count
            }
        }
        return String(decoding: value.prefix(kept), as: UTF8.self)
    }

    private static func doubleQuoted(
        _ rest: inout ArraySlice<UInt8>, into value: inout [UInt8]
    ) throws(APIServerFlagsError) {
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") { return }
            guard byte == UInt8(ascii: "\\"), let next = rest.popFirst() else {
                value.append(byte)
                continue
            }
            // (src/basic/escape.h, `SHELL_NEED_ESCAPE`.)
            if "\"\\`$".utf8.contains(next) {
                value.append(next)
            } else if next != UInt8(ascii: "\n") {
                value += [byte, next]
            }
        }
        throw APIServerFlagsError(.unclosedQuote, at: nil)
    }
}
