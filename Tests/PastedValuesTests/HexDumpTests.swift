import PastedValues
import Testing

private let lines = [
    "00000000  6b 38 73 3a 65 6e 63 3a  61 65 73 63 62 63 3a 76  |k8s:enc:aescbc:v|",
    "00000010  31 3a 6b 65 79 31 3a 6f  13 04 49 b0 c4 44 86 07  |1:key1:o..I..D..|",
    "00000020  2e 89 7a e4 4c ee bd                              |..z.L..|",
    "00000027",
]
private let dump = lines.joined(separator: "\n")
private let value =
    bytes("k8s:enc:aescbc:v1:key1:o")
    + [0x13, 0x04, 0x49, 0xb0, 0xc4, 0x44, 0x86, 0x07, 0x2e, 0x89, 0x7a, 0xe4, 0x4c, 0xee, 0xbd]

struct HexDumpTests {
    @Test(arguments: [
        dump,
        "root@master:~# etcdctl get x --print-value-only | hexdump -C\n" + dump + "\nroot@master:~# \n",
        "[root@master ~]# hexdump -C x\r\n\r\n" + lines.joined(separator: "\r\n"),
        lines.joined(separator: "\n\n"),
        lines.joined(separator: "  \n    "),
        lines.map { $0.prefix(58) }.joined(separator: "\n"),
        lines.map { $0.uppercased() }.joined(separator: "\n"),
        // A row shorter than the others is the last: nothing is missing.
        lines[..<3].joined(separator: "\n"),
    ])
    func readsAroundTheDump(text: String) throws {
        #expect(try Found.all(in: text) == [Found(value: value, format: .hexdump)])
    }

    /// Lines are those of the dump above, by their numbers, or other ones.
    @Test(arguments: [
        // A line is missing, or there twice.
        (["0", "2", "3"], PasteError.hexdump(line: 2, .offset)),
        (["0", "1", "1", "2", "3"], .hexdump(line: 3, .offset)),
        (["1", "2", "3"], .hexdump(line: 1, .start)),
        (["0", "1", "2", "00000028"], .hexdump(line: 4, .offset)),
        // A line of another kind.
        (["0", "1", "x", "2", "3"], .hexdump(line: 3, .unreadable)),
        (["0", "00000010  31 3a 6b 65 79 31 3a 6f  13 0  |1|", "2", "3"], .hexdump(line: 2, .unreadable)),
        (["0", "1", "2", "3", "0", "1", "2", "3"], .hexdump(line: 5, .unreadable)),
        // Cut off behind a whole row.
        (["0"], .truncated), (["0", "1"], .truncated), (["0", "1", "*"], .truncated), (["0", "1", "x"], .truncated),
        // Repeated rows up to an offset that cannot be.
        (["0", "1", "*", "7fffffff"], .hexdump(line: 4, .tooLong)),
        (["0", "1", "*", "00000020"], .hexdump(line: 4, .offset)),
        (["0", "1", "*", "00000038  00  |.|"], .hexdump(line: 4, .offset)),
        // od does not tell its base, and here the offset fits all three.
        (["0000000 6b 38 73 3a 65 6e 63 3a 61 62 3a 20 61 30 62 20", "*", "0000160"], .hexdump(line: 3, .offset)),
        (["00000000: 6b38 733a 656e  k8s:en", "00000016: 3a61  :a"], .hexdump(line: 2, .offset)),
    ])
    func tellsWhereItIsWrong(parts: [String], error: PasteError) {
        let text = parts.map { part in Int(part).flatMap { lines.indices.contains($0) ? lines[$0] : nil } ?? part }
        #expect(throws: error) { try Found.all(in: text.joined(separator: "\n") + "\n") }
    }

    /// The characters of xxd's right column can look like bytes.
    @Test func xxdCharactersAreNoBytes() throws {
        let text = """
            00000000: 6b38 733a 656e 633a 6162 3a20 6130 6220  k8s:enc:ab: a0b\u{20}
            00000010: 6130 2062 3131                           a0 b11
            """
        #expect(try Found.all(in: text).map(\.value) == [bytes("k8s:enc:ab: a0b a0 b11")])
    }

    /// od does not say in which base it writes offsets.
    @Test(arguments: ["000016", "0000022", "0000026"])
    func odOffsetsInAnyBase(end: String) throws {
        let (second, width) = (["000016": "10", "0000022": "16", "0000026": "20"][end] ?? "", end.count)
        let offsets = ["0", second].map { String(repeating: "0", count: width - $0.count) + $0 }
        let text = """
            \(offsets[0]) 6b 38 73 3a 65 6e 63 3a 61 62 3a 20 61 30 62 20
            \(offsets[1]) 61 30 20 62 31 31
            \(end)
            """
        #expect(try Found.all(in: text).map(\.value) == [bytes("k8s:enc:ab: a0b a0 b11")])
    }

    /// The hexdump of FreeBSD and macOS leaves out a last row that is the beginning of the row before.
    @Test func repeatsAPartOfARow() throws {
        let row = "6b 38 73 3a 65 6e 63 3a  61 65 73 63 62 63 3a 76  |k8s:enc:aescbc:v|"
        let found = try Found.all(in: "00000000  \(row)\n*\n00000023\n")
        #expect(found.map(\.value) == [bytes("k8s:enc:aescbc:vk8s:enc:aescbc:vk8s")])
    }
}
