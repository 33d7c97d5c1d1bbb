import Foundation
import PastedValues
import TestSupport
import Testing

/// Every file of `testdata/cluster/dumps` gives the value that Kubernetes stored.
struct RecordedDumpTests {
    @Test(arguments: try Dump.all())
    func keyAndValue(of dump: Dump) throws {
        for (file, format) in [("json", PasteFormat.json), ("fields.txt", .fields)] {
            let expected = Found(key: dump.key, value: dump.value, revision: dump.revision, format: format)
            #expect(try Found.all(in: dump.file(file)) == [expected])
            #expect(try Found.all(in: dump.file(file), as: format) == [expected])
            #expect(try Found.all(in: withCRLF(dump.file(file))) == [expected])
        }
        for (file, format) in [("get.bin", PasteFormat.raw), ("hexdump.txt", .hexdump)] {
            let found = try Found.all(in: dump.file(file))
            #expect(found.map(\.key) == [dump.key])
            #expect(found.map(\.value) == [dump.value])
            #expect(found.map(\.format) == [format])
        }
        #expect(try Found.all(in: withCRLF(dump.file("hexdump.txt"))).map(\.value) == [dump.value])
    }

    @Test(arguments: try Dump.all())
    func valueAlone(of dump: Dump) throws {
        let files = ["value.bin", "value.hexdump.txt", "value.xxd.txt", "value.od.txt", "value.base64.txt"]
        for file in files where dump.has(file) {
            let printed = try dump.file(file)
            var variants = [printed]
            if file.hasSuffix(".txt") { variants += [withCRLF(printed), bytes("\n\n") + printed + bytes(" \n")] }
            for variant in variants {
                let found = try Found.all(in: variant)
                #expect(found.map(\.key) == [nil])
                #expect(found.map(\.value) == [dump.value])
                #expect(found.map(\.alternatives) == [[dump.value + bytes("\n")]])
            }
        }
    }

    @Test func prefixes() throws {
        let expected = try Cluster.expected().filter { $0.etcd_key.hasPrefix("/registry/secrets/") }
        for (name, namespace) in [("prefix-team-a.bin", "team-a"), ("prefix-payments.json", "payments")] {
            let objects = expected.filter { $0.namespace == namespace }.sorted { $0.etcd_key < $1.etcd_key }
            let found = try Found.all(in: TestData.bytes("cluster/dumps/\(name)"))
            #expect(found.map(\.key) == objects.map(\.etcd_key))
            #expect(found.map(\.value.count) == objects.map(\.value_size))
            let hashes = try found.map { try sha256($0.value) }
            #expect(hashes == objects.map(\.value_sha256))
        }
    }

    @Test func keysOnly() throws {
        #expect(throws: PasteError.keysOnly) {
            try Found.all(in: TestData.bytes("cluster/dumps/keys-only.txt"))
        }
    }

    /// What breaks off is either noticed or gives another value, and never traps.
    @Test(arguments: try Dump.all(), ["json", "fields.txt", "hexdump.txt", "value.xxd.txt", "value.base64.txt"])
    func truncated(dump: Dump, file: String) throws {
        guard dump.has(file) else { return }
        let printed = try dump.file(file)
        for count in stride(from: 0, to: printed.count, by: 7) {
            let found = try? Found.all(in: Array(printed[..<count]))
            if file == "json" { #expect(found == nil) }
        }
    }
}

/// One entry of `dumps/index.json`, with the value from the recorded facts.
struct Dump: Sendable, CustomTestStringConvertible {
    let name: String
    let key: String
    let value: [UInt8]
    let revision: Int64

    var testDescription: String { name }

    func file(_ suffix: String) throws -> [UInt8] { try TestData.bytes("cluster/dumps/\(name).\(suffix)") }

    func has(_ suffix: String) -> Bool {
        FileManager.default.fileExists(atPath: TestData.path("cluster/dumps/\(name).\(suffix)"))
    }

    static func all() throws -> [Dump] {
        let keys = try Cluster.expected()
        return try TestData.json("cluster/dumps/index.json", as: [String: String].self).sorted { $0.key < $1.key }
            .map { name, key in
                let object = try #require(keys.first { $0.etcd_key == key })
                let printed = try TestData.bytes("cluster/dumps/\(name).value.bin")
                let value = Array(printed.dropLast())
                try #require(try sha256(value) == object.value_sha256)
                return Dump(name: name, key: key, value: value, revision: object.mod_revision)
            }
    }
}

private enum Cluster {
    /// The facts of `expected.json` that matter here.
    struct Object: Decodable {
        let etcd_key: String
        let namespace: String
        let mod_revision: Int64
        let value_size: Int
        let value_sha256: String
    }

    static func expected() throws -> [Object] {
        struct Expected: Decodable { let keys: [Object] }
        return try TestData.json("cluster/expected.json", as: Expected.self).keys
    }
}

private func sha256(_ bytes: [UInt8]) throws -> String {
    let output = try #require(try Program("sha256sum").run(on: bytes))
    return String(decoding: output.prefix(64), as: UTF8.self)
}
