import Foundation
import PastedValues
import TestSupport
import Testing

/// Digits of values as terminals, shells, databases and people print them: the exact bytes come out, or nothing does.
struct PasteDecorationTests {
    private static let value = bytes("k8s:enc:secretbox:v1:key1:") + (0..<150).map { UInt8(($0 * 151 + 128) & 0xff) }
    private static let key = "/registry/secrets/shop/db"
    private static let digits = hexadecimal(value)
    /// Ends with padding.
    private static let base64 = Data(value).base64EncodedString()
    private static let lines = pieces(of: digits, 60)
    private static let lines64 = pieces(of: base64, 76)

    // MARK: - Tables

    @Test(arguments: Table.allCases, ["", "'", "X'"])
    func wrappedTables(table: Table, prefix: String) throws {
        for hasKey in [true, false] {
            let suffix = prefix.isEmpty ? "" : "'"
            let text = table.print(prefix + Self.digits + suffix, key: hasKey ? Self.key : nil)
            let expected = Found(key: hasKey ? Self.key : nil, value: Self.value, format: .hexdump)
            #expect(try Found.all(in: text) == [expected], "\(text)")
            #expect(try Found.all(in: text, as: .sql) == [expected])
            let fenced = "```\n\(text)```\n"
            #expect(try Found.all(in: fenced) == [expected])
            #expect(try Found.all(in: withCRLF(bytes(text))) == [expected])
            // Without one of the lines in the middle, the lengths prove nothing; without the end of one, they do.
            let damaged = text.replacing(pieces(of: prefix + Self.digits, 60)[2], with: "8D28F37D28")
            #expect(throws: PasteError.self) { try Found.all(in: damaged) }
        }
    }

    @Test func severalWrappedRows() throws {
        let row = Table.box.print(Self.digits, key: Self.key)
        let rows = (row + row.replacing("shop/db", with: "shop/dc")).replacing("└", with: "├")
        #expect(try Found.all(in: rows).map(\.key) == [Self.key, "/registry/secrets/shop/dc"])
        #expect(try Found.all(in: rows).map(\.value) == [Self.value, Self.value])
    }

    private static let otherTables: [String] = {
        let blank = String(repeating: " ", count: 26)
        func joined(_ lines: [String], _ separator: String) -> String { lines.joined(separator: separator) }
        return [
            // psql: base64 breaks behind 76 digits, and `+` marks the break.
            "  encode \n-----\n \(joined(lines64, "+\n "))   \n(1 row)\n",
            " \(key) | \(joined(lines64, "+\n\(blank) | "))\n(1 row)\n",
            "| \(key) | \(joined(lines64, "+|\n|\(blank) | "))  |\n",
            // The format wrapped, in ASCII and in Unicode.
            " \(key) | \\x\(joined(lines, ".\n \(blank)|.")) \n(1 row)\n",
            " \(key) │ \\x\(joined(lines, "…\n \(blank)│…")) \n(1 row)\n",
            "name  | \(key)\nvalue | \\x\(joined(lines, ".\n      |."))\n",
            // mysql.
            "| \(key) | \(joined(lines64, "\n")) |\n+-----+\n1 row in set (0.00 sec)\n",
            "*** 1. row ***\n  name: \(key)\nTO_BASE64(value): \(joined(lines64, "\n"))\n1 row in set\n",
            // A terminal of 80 columns.
            joined(pieces(of: "\(key)|\(digits)", 80), "\n"),
            joined(pieces(of: "INSERT INTO kine VALUES(1,'\(key)',1,0,0,0,0,X'\(digits)',NULL);", 80), "\n"),
        ]
    }()

    @Test(arguments: otherTables)
    func otherWrappedRows(text: String) throws {
        let found = try Found.all(in: text)
        #expect(found.map(\.value) == [Self.value], "\(text)")
        #expect([[nil], [Self.key]].contains(found.map(\.key)))
    }

    @Test(arguments: [
        #"[{"name":"\#(key)","hex(value)":"\#(digits)"}]"#, #"[{"name":"\#(key)","quote(value)":"X'\#(digits)'"}]"#,
        #"{"name":"\#(key)","value":"\#(base64)"}"#, "[\n {\"name\": \"\(key)\", \"value\": \"\(digits)\"}\n]\n",
        "\(key),\(base64)\n", "name: \(key)\nvalue: \(base64)\n", "\(key)\t\(base64)\n",
    ])
    func cellsOfAnyForm(text: String) throws {
        #expect(try Found.all(in: text).map(\.value) == [Self.value])
        #expect(try Found.all(in: text).map(\.key) == [Self.key])
        #expect(try Found.all(in: text, as: .sql).map(\.value) == [Self.value])
    }

    /// Digits that belong to the value, but where is not certain.
    @Test(arguments: [
        ("\(key)|\(lines[0])\n   \(lines[1])\n", PasteError.wrapped(line: 2)),
        ("$ x\n\(lines[0])\n\(lines[1])\(lines[2])\n", .unclearEnd(line: 3)),
        ("$ x\n\(lines[0])\n\(lines[1].prefix(20))\n\(lines[2])\n", .wrapped(line: 4)),
        ("value: \(digits.prefix(64)) \(digits.dropFirst(64))\n", .wrapped(line: 1)),
        ("1 \(lines[0])\n2 \(lines[1])\n4 \(lines[2])\n", .unclearEnd(line: 2)),
        ("$ x\n\(lines64[0])\n\(lines64[1].dropLast(20))\n\(lines64[2])\n", .wrapped(line: 4)),
        ("value: \(base64.prefix(80)) \(base64.dropFirst(80).prefix(30)) a\n", .base64(line: 1)),
    ])
    func unclearPieces(text: String, error: PasteError) {
        #expect(throws: error) { try Found.all(in: text) }
    }

    // MARK: - What was cut off

    @Test(arguments: [
        "...", " ...", "…", " …", "[...]", "[…]", "\n...", "\n…\n", "\n--More--", "\n--More--(45%)", "\n-- more --",
        "\n:",
        "\n<snip>\n", "\n[snip]", " <truncated>", "\n# (rest omitted)", "\n\n(output truncated)", "... (412 more)",
        "\n[output cut]\n", "\n...\n$ ",
    ])
    func marksOfACut(mark: String) {
        let hex = Self.lines.dropLast().joined(separator: "\n")
        let base64 = Self.lines64.dropLast().joined(separator: "\n")
        let starts = [
            hex, "$ xxd -p x\n" + hex, base64, "$ base64 x\n" + base64,
            "| \(Self.key) | 0x\(Self.digits.prefix(200))", "\(Self.key)\t\(Self.digits.prefix(200))",
            "\\x\(Self.digits.prefix(200).lowercased())", "\(Self.digits.prefix(200))", "\(Self.digits.prefix(201))",
            "\(Self.key)|\(Self.base64.prefix(100))",
        ]
        // Behind the last row of xxd, three dots are characters.
        for start in starts + (mark.hasPrefix("\n") ? [xxd(Array(Self.value.prefix(96)))] : []) {
            #expect(throws: PasteError.truncated, "\(start + mark)") { try Found.all(in: start + mark) }
            let quoted = "> " + start.replacing("\n", with: "\n> ") + mark
            #expect(throws: PasteError.self) { try Found.all(in: quoted) }
            let rest = mark + "\n" + Self.lines[1]
            #expect(throws: PasteError.self) { try Found.all(in: start + rest) }
        }
    }

    // MARK: - Prompts

    @Test(arguments: [
        "%", "%\n", "% \n$ ", "\n$", "\n$ ", "\n# \n", "\n%", "\nroot@master:~#", "\n[root@master ~]# ",
        "[root@master ~]# ",
        "$ ", "#", "\n\n$ exit\n", "\n> ", "\nPS C:\\> ",
    ])
    func promptsBehind(prompt: String) throws {
        for text in [
            Self.digits, Self.lines.joined(separator: "\n"), Self.base64, Self.lines64.joined(separator: "\n"),
        ] {
            for command in ["", "$ x\n", "root@master:~# x | y\n"] {
                let found = try Found.all(in: command + text + prompt)
                #expect(found.map(\.value) == [Self.value], "\(command + text + prompt)")
            }
        }
    }

    /// Padding shows where base64 ends; hexadecimal digits do not end before a name that may begin with some.
    @Test func promptWithoutALineEnd() throws {
        for text in [Self.base64, Self.lines64.joined(separator: "\n")] {
            #expect(try Found.all(in: text + "root@master:~#").map(\.value) == [Self.value])
        }
        let unpadded = bytes("k8s:enc:secretbox:v1:key1:") + Self.value.suffix(100)
        let base64 = pieces(of: Data(unpadded).base64EncodedString(), 76).joined(separator: "\n")
        #expect(!base64.hasSuffix("="))
        #expect(throws: PasteError.unclearEnd(line: 3)) { try Found.all(in: base64 + "root@master:~#") }
        #expect(throws: PasteError.unclearEnd(line: 1)) { try Found.all(in: Self.digits + "root@master:~#") }
        #expect(throws: PasteError.unclearEnd(line: 3)) {
            try Found.all(in: Self.lines[0] + "\n" + Self.lines[1] + "\ndeploy@master:~#")
        }
        #expect(throws: PasteError.unclearEnd(line: 1)) { try Found.all(in: "x: \(Self.base64.prefix(100))\\\nabc") }
    }

    // MARK: - Any value

    /// For each value, encoding and decoration: the exact bytes, or a named error.
    @Test(arguments: 0..<16 as Range<UInt64>)
    func exactBytesOrNone(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let value =
            bytes("k8s:enc:secretbox:v1:key1:") + [0x80] + random.bytes(Int.random(in: 28..<400, using: &random))
        let (hex, base64) = (hexadecimal(value), Data(value).base64EncodedString())
        var encodings = [
            hex, hex.lowercased(), pieces(of: hex, 60).joined(separator: "\n"), base64,
            pieces(of: base64, 76).joined(separator: "\n"), pieces(of: base64, 64).joined(separator: "\n"), xxd(value),
            "\(Self.key)|\(hex)", "\(Self.key)\t\(base64)", "INSERT INTO kine VALUES(1,'\(Self.key)',X'\(hex)',NULL);",
            " encode \n---\n " + pieces(of: base64, 76).joined(separator: "+\n "),
            pieces(of: "\(Self.key)|\(hex)", 80).joined(separator: "\n"),
        ]
        encodings += Table.allCases.map { $0.print(hex, key: Self.key).trimmingCharacters(in: .newlines) }
        encodings += Table.allCases.map { $0.print("'\(hex)'", key: nil).trimmingCharacters(in: .newlines) }
        for encoding in encodings {
            let lines = encoding.split(separator: "\n")
            let numbered = lines.enumerated().map { "    \($0.offset + 1)\t\($0.element)" }.joined(separator: "\n")
            let certain = [
                encoding, encoding + "\n", lines.map { "> \($0)" }.joined(separator: "\n"), numbered,
                "```\n\(encoding)\n```\n", encoding.replacing("\n", with: "\r\n"), "$ x\n\(encoding)\n$ ",
                "root@m:~# x\n\(encoding)\n[root@m ~]#", "> ```\n" + lines.map { "> \($0)\n" }.joined() + "> ```",
                encoding + "\n(1 row)\n", lines.map { "+\($0)" }.joined(separator: "\n"),
            ]
            for text in certain { #expect(try isExact(text, value), "\(text)") }
            let name = ["root", "deploy", "ec2-user", "a", "fade"].randomElement(using: &random) ?? ""
            let uncertain = [
                "\(encoding)\(name)@m:~#", "\(encoding)\n\(name)@m:~#", "\(encoding)%", "\(encoding)$",
                numbered.replacing("    2\t", with: "    3\t"), encoding.replacing("\n", with: " \n "),
                encoding.replacing("\n", with: "\n\n"), encoding.replacing("\n", with: " "),
                encoding.replacing("\n", with: "\\n"), encoding.replacing("\n", with: "\n    "),
            ]
            for text in uncertain { #expect(try isExact(text, value) || isRefused(text), "\(text)") }
            // What was cut off visibly is never taken for the value.
            let piece = encoding.prefix(Int.random(in: 0..<encoding.count, using: &random))
            for mark in ["\n...", "\n…", "\n<snip>\n", "\n--More--"] {
                #expect(isRefused(piece + mark), "\(piece + mark)")
            }
        }
    }

    private func isExact(_ text: String, _ value: [UInt8]) throws -> Bool {
        guard let found = try? Found.all(in: text), found.count == 1 else { return false }
        return ([found[0].value] + found[0].alternatives).contains(value)
    }

    private func isRefused(_ text: String) -> Bool { (try? Found.all(in: text)) == nil }
}

/// sqlite3's tables, which wrap a cell behind 60 characters.
enum Table: CaseIterable, Sendable {
    case box, column, table, markdown

    func print(_ cell: String, key: String?) -> String {
        let width = 60
        var text = key == nil ? line(nil, "hex(value)", width) : line("name", "hex(value)", width)
        for (index, piece) in pieces(of: cell, width).enumerated() {
            text += line(key.map { index == 0 ? $0 : "" }, piece, width)
        }
        return text + (self == .box ? "└───┴───┘\n" : self == .table ? "+---+---+\n" : "")
    }

    private func line(_ key: String?, _ cell: String, _ width: Int) -> String {
        let name = key?.padding(toLength: 25, withPad: " ", startingAt: 0)
        let cell = cell.padding(toLength: width, withPad: " ", startingAt: 0)
        let cells = (name.map { [$0] } ?? []) + [cell]
        return switch self {
        case .box: "│ " + cells.joined(separator: " │ ") + " │\n"
        case .column: cells.joined(separator: "  ") + "\n"
        case .table, .markdown: "| " + cells.joined(separator: " | ") + " |\n"
        }
    }
}

private func pieces(of text: String, _ count: Int) -> [String] {
    stride(from: 0, to: text.count, by: count).map { String(text.dropFirst($0).prefix(count)) }
}

private func hexadecimal(_ bytes: [UInt8]) -> String { bytes.map { String(format: "%02X", $0) }.joined() }

private func xxd(_ value: [UInt8]) -> String {
    stride(from: 0, to: value.count, by: 16).map { start in
        let row = value[start...].prefix(16)
        return String(format: "%08x: ", start) + row.map { String(format: "%02x", $0) }.joined() + "  ."
    }.joined(separator: "\n")
}
