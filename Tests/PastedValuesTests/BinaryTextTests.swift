import PastedValues
import TestSupport
import Testing

struct BinaryTextTests {
    private static let object =
        #"{"kind":"A","apiVersion":"b/v1","metadata":{"uid":"u","creationTimestamp":"2026-01-01T00:00:00Z"}}"#

    @Test func rawTakesTheBytesAsTheyAre() throws {
        for input in ["k8s:enc:aesgcm:v1:k:\u{80}\n", "/registry/a\nk8s\0\n", "anything\n\n", "\n"] {
            #expect(try Found.all(in: latin1(input), as: .raw) == [Found(value: latin1(input), format: .raw)])
        }
    }

    /// Whose the newline at the end is; see `PastedValue`.
    @Test(arguments: [
        ("k8s:enc:aesgcm:v1:key1:\u{80}123\n", "k8s:enc:aesgcm:v1:key1:\u{80}123"),
        ("k8s:enc:kms:v2:cloud:\u{80}123\n", "k8s:enc:kms:v2:cloud:\u{80}123"),
        ("k8s\0\n\u{4}v1\u{1a}\0\"\0\n", "k8s\0\n\u{4}v1\u{1a}\0\"\0"),
        // Two blocks behind the prefix, without the newline and with it.
        (
            "k8s:enc:aescbc:v1:key1:\u{80}123456789abcdef0123456789abcdef\n",
            "k8s:enc:aescbc:v1:key1:\u{80}123456789abcdef0123456789abcdef"
        ),
        (
            "k8s:enc:aescbc:v1:key1:\u{80}123456789abcdef0123456789abcde\n",
            "k8s:enc:aescbc:v1:key1:\u{80}123456789abcdef0123456789abcde\n"
        ),
        ("k8s:enc:aescbc:v1:key1:\u{80}123\n", "k8s:enc:aescbc:v1:key1:\u{80}123"),
        ("k8s:enc:aescbc:v1:\u{80}\n", "k8s:enc:aescbc:v1:\u{80}"),
        // kube-apiserver ends JSON with a newline.
        ("\(object)\n\n", "\(object)\n"),
        ("\(object)\n", "\(object)\n"),
    ])
    func prefersOneReading(input: String, preferred: String) throws {
        let other = input == preferred ? String(input.dropLast()) : input
        let expected = Found(value: latin1(preferred), alternatives: [latin1(other)], format: .raw)
        #expect(try Found.all(in: latin1(input)) == [expected])

        let keyed = try Found.all(in: latin1("/registry/secrets/a/b\n" + input))
        #expect(keyed.map(\.key) == ["/registry/secrets/a/b"])
        #expect(keyed.map(\.value) == [latin1(preferred)])
        #expect(keyed.map(\.alternatives) == [[latin1(other)]])
    }

    @Test(arguments: [
        "k8s:enc:aesgcm:v1:key1:\u{80}123", "k8s\0\n\u{4}", object,
        "apiVersion: v1\nmetadata:\n  uid: u\n  creationTimestamp: t",
    ])
    func hasOneReadingWithoutANewline(input: String) throws {
        #expect(try Found.all(in: latin1(input)) == [Found(value: latin1(input), format: .raw)])
        let keyed = Found(key: "/registry/a/b", value: latin1(input), format: .raw)
        #expect(try Found.all(in: latin1("/registry/a/b\n" + input)) == [keyed])
    }

    @Test func recognisesCBOR() throws {
        let value: [UInt8] = [0xd9, 0xd9, 0xf7, 0xa0]
        #expect(try Found.all(in: value).map(\.value) == [value])
        #expect(try Found.all(in: bytes("/registry/x.io/ys/z\n") + value).map(\.value) == [value])
    }

    /// Values with newlines, and with lines that look like keys but have no value behind them.
    @Test(arguments: 0..<32 as Range<UInt64>)
    func splitsWhatAPrefixGives(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let starts = ["k8s:enc:aescbc:v1:k:", "k8s\0", "{", "k8s:enc:kms:v2:p:"]
        let pieces = [
            "\n", "\n\n", "\n/registry/", "\n/registry/x\n", "\n/other/x\nk8s:enc:", "/registry/y\nk8s\0", "\0\u{7f}",
        ]
        let objects = (0..<6).map { index in
            var value = bytes(starts.randomElement(using: &random) ?? "") + [0x80]
            for _ in 0..<Int.random(in: 0..<8, using: &random) {
                value += random.bytes(Int.random(in: 0..<40, using: &random)) + [0x80]
                value += bytes(pieces.randomElement(using: &random) ?? "") + [0x80]
            }
            if value.starts(with: bytes("{")) { value += bytes("\n") }
            return Found(key: "/registry/secrets/ns/\(index)", value: value, format: .raw)
        }
        let printed = objects.flatMap { bytes(($0.key ?? "") + "\n") + $0.value + bytes("\n") }
        let found = try Found.all(in: printed)
        #expect(found.map(\.key) == objects.map(\.key))
        #expect(found.dropLast().map(\.value) == objects.dropLast().map(\.value))
        let readings = found.last.map { [$0.value] + $0.alternatives }
        #expect(readings?.contains(objects.last?.value ?? []) == true)
        #expect(found.dropLast().flatMap(\.alternatives) == [])
    }

    /// What cannot be told apart: a plaintext value that contains a dump of etcd is cut where that begins.
    @Test func cutsAValueThatContainsADump() throws {
        let value = "k8s\0a file:\n/registry/secrets/a/b\nk8s:enc:aesgcm:v1:k:\u{80}"
        let found = try Found.all(in: latin1("/registry/configmaps/a/c\n\(value)\n"))
        #expect(found.map(\.key) == ["/registry/configmaps/a/c", "/registry/secrets/a/b"])
    }

    @Test(arguments: [
        "/registry/secrets/a/b\n\n", "/registry/secrets/a/b\n", "/registry/a/b\n\n/registry/a/c\n\n", "/a/b\n/a/c\n",
    ])
    func seesKeysWithoutValues(input: String) {
        #expect(throws: PasteError.keysOnly) { try Found.all(in: input) }
    }

    @Test(arguments: [
        "/registry/a b\nk8s\0", "/\nk8s\0", "/registry/a", "/registry/a\nvalue", "hello",
    ])
    func refusesWhatIsNeitherKeyNorValue(input: String) {
        #expect(throws: PasteError.notRecognized) { try Found.all(in: input) }
    }
}
