import PastedValues
import TestSupport
import Testing

/// What the programs of the system print of a value comes back as the value, whatever its bytes are.
struct RenderedValueTests {
    @Test(arguments: 0..<24 as Range<UInt64>)
    func comesBack(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let value = randomValue(using: &random)
        let printed = bytes("/registry/secrets/default/token\n") + value + bytes("\n")
        for rendering in Rendering.all {
            let alone = try Found.all(in: rendering.render(value))
            #expect(alone.count == 1)
            #expect(alone.first.map { [$0.value] + $0.alternatives }?.contains(value) == true, "\(rendering.name)")

            let found = try Found.all(in: rendering.render(printed))
            #expect(found.map(\.key) == ["/registry/secrets/default/token"], "\(rendering.name)")
            #expect(found.map(\.value) == [value], "\(rendering.name)")
            #expect(found.map(\.format) == [rendering.format], "\(rendering.name)")
        }
    }

    @Test(arguments: 0..<24 as Range<UInt64>)
    func comesBackFromJSONAndFields(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let values = (0..<3).map { _ in randomValue(using: &random) }
        let expected = values.enumerated().map { index, value in
            Found(key: "/registry/secrets/a/\(index)", value: value, revision: Int64(index) + 7, format: .json)
        }
        #expect(try Found.all(in: etcdctlJSON(expected)) == expected)

        let fields = expected.map { object in
            "\"Key\" : \"\(object.key ?? "")\"\n\"ModRevision\" : \(object.revision ?? 0)\n"
                + "\"Value\" : \(goQuoted(object.value))\n"
        }
        let found = try Found.all(in: "\"ClusterID\" : 1\n" + fields.joined())
        #expect(found.map(\.key) == expected.map(\.key))
        #expect(found.map(\.value) == values)
        #expect(found.map(\.revision) == expected.map(\.revision))

        let escaped = expected.map { escapedHex(bytes($0.key ?? "")) + "\n" + escapedHex($0.value) + "\n" }
        #expect(try Found.all(in: escaped.joined()).map(\.value) == values)
    }

    /// A value with stretches of one repeated row, with newlines, and often with a newline at its end.
    private func randomValue(using random: inout SeededGenerator) -> [UInt8] {
        // No ciphertext is a text.
        var value = bytes("k8s:enc:secretbox:v1:key1:") + [0x80]
        for _ in 0..<Int.random(in: 1..<6, using: &random) {
            switch Int.random(in: 0..<4, using: &random) {
            case 0: value += [UInt8](repeating: random.bytes(1)[0], count: Int.random(in: 0..<200, using: &random))
            case 1:
                let row = random.bytes(16)
                for _ in 0..<Int.random(in: 0..<6, using: &random) { value += row }
            case 2: value += bytes(["\n\n", "  6b38 7a65  ", "|>*\n", "\r\n*\n"].randomElement(using: &random) ?? "")
            default: value += random.bytes(Int.random(in: 0..<100, using: &random))
            }
        }
        return Bool.random(using: &random) ? value + bytes("\n") : value
    }

    private func etcdctlJSON(_ objects: [Found]) throws -> String {
        let entries = try objects.map { object in
            let (key, value) = (try base64(bytes(object.key ?? "")), try base64(object.value))
            return #"{"key":"\#(key)","create_revision":1,"mod_revision":\#(object.revision ?? 0),"value":"\#(value)"}"#
        }
        return #"{"header":{"revision":9},"kvs":[\#(entries.joined(separator: ","))],"count":3}"# + "\n"
    }

    private func base64(_ input: [UInt8]) throws -> String {
        let printed = try #require(try Program("base64", "-w", "0").run(on: input))
        return String(decoding: printed, as: UTF8.self)
    }

    /// As Go's `%q` may print it: all but printable ASCII in escapes.
    private func goQuoted(_ input: [UInt8]) -> String {
        "\""
            + input.map { byte in
                switch byte {
                case UInt8(ascii: "\""): #"\""#
                case UInt8(ascii: "\\"): #"\\"#
                case UInt8(ascii: "\n"): #"\n"#
                case UInt8(ascii: "\t"): #"\t"#
                case 0x20...0x7e: String(Character(Unicode.Scalar(byte)))
                default: #"\x"# + twoDigits(byte)
                }
            }.joined() + "\""
    }

    private func escapedHex(_ input: [UInt8]) -> String { input.map { #"\x"# + twoDigits($0) }.joined() }
}

/// A way to print bytes.
private struct Rendering: Sendable {
    let name: String
    let format: PasteFormat
    let render: @Sendable ([UInt8]) throws -> [UInt8]

    static let all = [
        program(.hexdump, "hexdump", "-C"),
        program(.hexdump, "xxd"),
        program(.hexdump, "xxd", "-g", "1", "-c", "20", "-u"),
        program(.hexdump, "xxd", "-p"),
        program(.hexdump, "od", "-A", "d", "-t", "x1z"),
        program(.hexdump, "od", "-A", "x", "-t", "x1"),
        program(.hexdump, "od", "-t", "x1"),
        program(.hexdump, "od", "-v", "-A", "n", "-t", "x1"),
        program(.base64, "base64"),
        program(.base64, "base64", "-w", "0"),
    ]

    private static func program(_ format: PasteFormat, _ name: String, _ arguments: String...) -> Rendering {
        var program = Program(name)
        program.arguments = arguments
        return Rendering(name: ([name] + arguments).joined(separator: " "), format: format) { [program] input in
            try #require(try program.run(on: input), "\(name) is not installed")
        }
    }
}

private func twoDigits(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
