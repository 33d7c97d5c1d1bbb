import PastedValues
import TestSupport
import Testing

struct PasteErrorTests {
    @Test(arguments: PasteFormat.allCases)
    func nothingIsAnError(format: PasteFormat) {
        #expect(throws: PasteError.empty) { try Found.all(in: "", as: format) }
        if format != .raw { #expect(throws: PasteError.empty) { try Found.all(in: " \r\n\t\n", as: format) } }
    }

    @Test(arguments: [
        // etcdctl's JSON.
        ("{\"header\":{\"revision\":412},\"count\":0}\n", PasteError.noKeys),
        ("{\"kvs\":[]}", .noKeys),
        ("{\"kvs\":[{\"key\":\"L2E=\",\"mod_revision\":2}]}", .keysOnly),
        ("{\"kvs\":[{\"key\":\"L2E=\",\"value\":\"\"},{\"key\":\"L2I=\"}]}", .keysOnly),
        ("{\"kvs\":[{\"key\":\"L2E=\",\"value\":\"eA==\"},{\"key\":\"L2\",\"value\":\"eA==\"}]}", .jsonEntry(index: 1)),
        ("{\"kvs\":[{\"key\":\"L2E=\",\"value\":7}]}", .jsonEntry(index: 0)),
        ("{\"kvs\":[7]}", .jsonEntry(index: 0)),
        ("{\"items\":[]}", .jsonWithoutKVs),
        ("{\"header\":\n{\"x\":tru}}", .json(line: 2)),
        ("{\"header\":{\"x\":1", .truncated),
        ("{\"kvs\":[]} {}", .json(line: 1)),
        ("\"bm90aGluZyBvZiB1cw==\"", .notRecognized),
        // Its fields.
        ("\"ClusterID\" : 1\n\"Revision\" : 2\n\"More\" : false\n\"Count\" : 0\n", .noKeys),
        ("\"Key\" : \"/a\"\n\"Value\" : \"\"\n\"Key\" : \"/b\"\n\"Value\" : \"\"\n", .keysOnly),
        ("\"Key\" : \"/a\"\n\"Version\" : 1\n", .truncated),
        ("\"Key\" : \"/a\"\n\"Value\" : \"k8s:enc:", .truncated),
        ("\"Key\" : \"/a\"\n\"Value\" : \"k8s:enc:\\x", .truncated),
        ("\"Key\" : \"/a\"\n\"Value\" : \"k8s:enc:\n\"Lease\" : 0\n", .fields(line: 2)),
        ("\"Key\" : \"/a\"\n\"Value\" : \"k8s\\z\"\n", .fields(line: 2)),
        ("\"Key\" : \"/a\"\n\"Value\" : \"\\ud800\"\n", .fields(line: 2)),
        ("\"Key\" : \"/a\"\n\"Value\" : \"a\"b\"\n", .fields(line: 2)),
        ("\"Key\" : \"/a\"\n\"Key\" : \"/b\"\n", .fields(line: 2)),
        ("\"ClusterID\" : 1\n\"Value\" : \"x\"\n", .fields(line: 2)),
        // Base64: `k8s:enc:aesgcm:v1:`, cut off and disturbed.
        ("azhzOmVuYzphZXNnY206djE", .truncated),
        ("azhzOmVuYzphZXNn\nY206djE6!!!!\n", .base64(line: 2)),
        ("azhzOmVuYzphZXNn\n\n  Y2==06djE6\n", .base64(line: 3)),
        ("bm90aGluZyBvZiB1cw==", .notRecognized),
        // Hexdumps.
        ("0000000 386b 3a73 6e65 3a63\n0000008\n", .hexdump(line: 1, .words)),
        ("$ od x\n0000000 034153 035163\n0000004\n", .hexdump(line: 2, .words)),
        ("00000010  6b 38 73 3a\n00000014\n", .hexdump(line: 1, .start)),
        ("\\x2f\\x61\n\n", .keysOnly),
        ("\\x2f\\x61\n\n\\x2f\\x62", .keysOnly),
        ("\\x2f\\x61\n\\x6b\\x3\n", .hexdump(line: 2, .unreadable)),
        ("6b38733a656e633a6", .notRecognized),
        // etcdctl's and the shell's own words.
        ("Error: context deadline exceeded\n", .notRecognized),
        ("bash: etcdctl: command not found\n", .notRecognized),
    ])
    func tellsWhatIsWrong(input: String, error: PasteError) {
        #expect(throws: error) { try Found.all(in: input) }
    }

    @Test(arguments: [
        ("{\"kind\":\"Secret\",\"apiVersion\":\"v1\"}", PasteFormat.json, PasteError.jsonWithoutKVs),
        ("k8s:enc:", .json, .json(line: 1)),
        (#"{"kind":"K","apiVersion":"e.com/v1","kvs":[{"key":"L2E=","value":"eA=="}]}"#, .json, .jsonWithoutKVs),
        ("k8s:enc:", .fields, .fields(line: 1)),
        ("\n{\"kvs\":[]}", .fields, .fields(line: 2)),
        ("\"Revision\" : 2\n\"Count\" : 0\n", .fields, .noKeys),
        ("k8s:enc:", .base64, .base64(line: 1)),
        ("hello", .base64, .base64(line: 1)),
        ("\nhello, world, this is text", .base64, .base64(line: 2)),
        ("azhzOmVuYzphZXNnY206djE", .base64, .truncated),
        ("azhzOmVuYzo=", .hexdump, .notRecognized),
    ])
    func tellsWhatIsWrongWithAFormat(input: String, format: PasteFormat, error: PasteError) {
        #expect(throws: error) { try Found.all(in: input, as: format) }
    }

    /// What one asks for by its format need not look like a stored value.
    @Test(arguments: [("eA==", PasteFormat.base64), ("78", .hexdump), ("00000000: 78  x", .hexdump)])
    func takesAnyValueInAFormat(input: String, format: PasteFormat) throws {
        #expect(try Found.all(in: input, as: format) == [Found(value: bytes("x"), format: format)])
    }

    @Test(arguments: 0..<64 as Range<UInt64>)
    func arbitraryBytesNeverTrap(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<32 {
            let input = random.bytes(Int.random(in: 0..<200, using: &random))
            for format in PasteFormat.allCases { _ = try? Found.all(in: input, as: format) }
        }
    }

    /// Recorded dumps with some bytes changed.
    @Test(arguments: [
        "kmsv2.json", "kmsv2.fields.txt", "kmsv2.hexdump.txt", "kmsv2.value.xxd.txt", "kmsv2.value.od.txt",
    ])
    func damagedDumpsNeverTrap(file: String) throws {
        let dump = try TestData.bytes("cluster/dumps/\(file)")
        for seed in 0..<100 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            var input = dump
            for _ in 0..<Int.random(in: 1..<8, using: &random) {
                let index = Int.random(in: input.indices, using: &random)
                input[index] =
                    [random.bytes(1)[0], UInt8(ascii: "\n"), UInt8(ascii: "*"), UInt8(ascii: "\\")]
                    .randomElement(using: &random) ?? 0
            }
            for format in PasteFormat.allCases { _ = try? Found.all(in: input, as: format) }
        }
    }
}
