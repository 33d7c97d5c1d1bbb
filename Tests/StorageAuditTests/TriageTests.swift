import EncryptionConfig
import GoText
import KubernetesResources
import TestSupport
import Testing
import Transformers

@testable import StorageAudit

/// Why kube-apiserver cannot read a value, and which keys at hand decrypt it.
struct TriageTests {
    private static let key = "/registry/secrets/default/token"

    private static func triage(limit: Int = 20) -> AuditOptions {
        var options = AuditOptions(findingLimit: limit)
        options.isTriage = true
        return options
    }

    /// The groups of one value under some configurations, the first of which is in force.
    private func groups(
        _ value: [UInt8], at key: String = key, _ configurations: EncryptionConfiguration...
    ) throws -> [UnreadableGroup] {
        let auditor = Made.auditor(configurations, Self.triage())
        try auditor.add(MadeRecord(key: key, value: value, revision: 7))
        let groups = auditor.census.unreadable.groups
        for group in groups {
            #expect(group.count == 1)
            #expect(group.values.map(\.revision) == [7])
            #expect(group.values.map { String(decoding: $0.etcdKey, as: UTF8.self) } == [key])
        }
        return groups
    }

    private func entry(_ providers: String..., resources: String = "secrets") throws -> EncryptionConfiguration {
        try Made.configuration((resources, providers.joined(separator: ", ")))
    }

    private func value(_ provider: String, _ name: String = "a", _ secret: String = Made.secretA) throws -> [UInt8] {
        try Made.sealed(
            Made.object("token"), at: Self.key, by: entry(Made.provider(provider, (name, secret))))
    }

    @Test(arguments: ["aescbc", "aesgcm", "secretbox"]) func missingKey(provider: String) throws {
        let value = try value(provider)
        let other = try entry(Made.provider(provider, ("b", Made.secretB)))
        let archive = try entry(Made.provider(provider, ("x", Made.secretB), ("a", Made.secretA)))
        let lost = try groups(value, other)
        #expect(lost.map(\.cause) == [.keyMissing])
        #expect(lost.flatMap(\.keys).isEmpty)
        let found = try groups(value, other, other, archive)
        #expect(found.map(\.cause) == [.keyMissing])
        #expect(found.flatMap(\.keys).map(\.configuration) == [2])
        #expect(found.flatMap(\.keys).map(\.storedName) == ["a"])
        #expect(found.flatMap(\.keys).map(\.key.provider.rawValue) == [provider])
        #expect(found.flatMap(\.keys).map(\.path) == ["resources[0].providers[0].\(provider).keys[1]"])
        #expect(found[0].values[0].registryKey?.name == "token")
    }

    /// A key that was renamed is found with the name that the value has.
    @Test(arguments: ["aescbc", "aesgcm", "secretbox"]) func renamedKey(provider: String) throws {
        let found = try groups(value(provider, "old:name"), entry(Made.provider(provider, ("new", Made.secretA))))
        #expect(found.map(\.cause) == [.keyMissing])
        #expect(found.flatMap(\.keys).map(\.configuration) == [0])
        #expect(found.flatMap(\.keys).map(\.storedName) == ["old:name"])
        #expect(found.flatMap(\.keys).compactMap(\.key.name) == ["new"])
    }

    @Test(arguments: ["aesgcm", "secretbox"]) func otherBytesUnderTheName(provider: String) throws {
        let value = try value(provider)
        let other = try entry(Made.provider(provider, ("a", Made.secretB)))
        #expect(try groups(value, other).map(\.cause) == [.undecryptable])
        let found = try groups(value, other, entry(Made.provider(provider, ("a", Made.secretA))))
        #expect(found.map(\.cause) == [.keyDiffers])
        #expect(found.flatMap(\.keys).map(\.configuration) == [1])
    }

    /// With AES-CBC a wrong key also decrypts some values, to anything. Both are one cause.
    @Test func otherBytesUnderTheNameOfAESCBC() throws {
        let other = try entry(Made.provider("aescbc", ("a", Made.secretB)))
        let archive = try entry(Made.provider("aescbc", ("a", Made.secretA)))
        let auditor = Made.auditor([other, archive], Self.triage(limit: 3))
        for number in 0..<1000 {
            let key = "/registry/secrets/default/s\(number)"
            try auditor.add(
                MadeRecord(key: key, value: Made.sealed(Made.object("s\(number)"), at: key, by: archive)))
        }
        let groups = auditor.census.unreadable.groups
        #expect(groups.map(\.cause) == [.keyDiffers])
        #expect(groups.map(\.count) == [1000])
        #expect(groups.map(\.values.count) == [3])
        #expect(auditor.census["secrets"].notObjects > 0)
        #expect(auditor.census["secrets"].archived > 0)
    }

    @Test func otherCauses() throws {
        let key = try entry(Made.provider("aesgcm", ("a", Made.secretA)))
        #expect(try groups(Made.object("token"), key).map(\.cause) == [.identityMissing])
        #expect(try groups(Made.object("token"), key).flatMap(\.keys).map(\.key.provider) == [.identity])
        let pods = try entry("identity: {}", resources: "pods")
        #expect(try groups(value("aesgcm"), pods, key).map(\.cause) == [.entryMissing])
        #expect(try groups(value("aesgcm"), pods, key).flatMap(\.keys).map(\.configuration) == [1])
        #expect(try groups(value("secretbox"), key).map(\.cause) == [.providerMissing])
        #expect(try groups(Array("k8s:enc:new:v1:a:x".utf8), key).map(\.cause) == [.prefixUnknown])
        // Plaintext that is not an object is damaged; no file makes it readable.
        let identity = try entry("identity: {}")
        for damaged in [[], Array("garbage".utf8)] {
            #expect(try groups(damaged, identity).map(\.cause) == [.notAnObject])
            #expect(try groups(damaged, identity).flatMap(\.keys).isEmpty)
            #expect(try groups(damaged, key).map(\.cause) == [.identityMissing])
            #expect(try groups(damaged, key).flatMap(\.keys).isEmpty)
        }
        var cut = try value("aesgcm")
        cut.removeLast()
        #expect(try groups(cut, key).map(\.cause) == [.undecryptable])
        // kube-apiserver reads a moved value, and what is readable is no case for triage.
        #expect(try groups(value("aesgcm"), key).isEmpty)
        let elsewhere = try value("secretbox")
        #expect(
            try groups(
                elsewhere, at: "/registry/secrets/default/other",
                entry(Made.provider("secretbox", ("a", Made.secretA)))
            ).isEmpty)
    }

    @Test func nothingIsGatheredUnasked() throws {
        let auditor = Made.auditor([try entry(Made.provider("aesgcm", ("b", Made.secretB)))])
        try auditor.add(MadeRecord(key: Self.key, value: value("aesgcm")))
        #expect(auditor.census["secrets"].unreadable == 1)
        #expect(auditor.census.unreadable.groups.isEmpty)
    }

    /// However the records are divided, the groups are the same.
    @Test(arguments: 1...5) func threadsAddUp(limit: Int) throws {
        let file = try entry(Made.provider("aesgcm", ("b", Made.secretB)))
        let archive = try entry(Made.provider("aesgcm", ("a", Made.secretA)))
        var records: [MadeRecord] = []
        for number in 0..<12 {
            let key = "/registry/secrets/default/s\(number)"
            var value = try Made.sealed(Made.object("s\(number)"), at: key, by: archive)
            if number % 3 == 0 { value.removeLast() }
            records.append(MadeRecord(key: key, value: value))
        }
        func shown(_ log: UnreadableLog) -> [String] {
            log.groups.map { group in
                "\(group.cause) \(group.count) \(group.values.map { String(decoding: $0.etcdKey, as: UTF8.self) })"
            }
        }
        let whole = Made.auditor([file, archive], Self.triage(limit: limit))
        for record in records { try whole.add(record) }
        var sum = Census(findingLimit: limit)
        for share in 0..<3 {
            let auditor = Made.auditor([file, archive], Self.triage(limit: limit))
            for record in records.enumerated().filter({ $0.offset % 3 == share }).map(\.element).reversed() {
                try auditor.add(record)
            }
            sum.add(auditor.census)
        }
        #expect(shown(sum.unreadable) == shown(whole.census.unreadable))
        #expect(whole.census.unreadable.groups.map(\.count) == [8, 4])
    }
}
