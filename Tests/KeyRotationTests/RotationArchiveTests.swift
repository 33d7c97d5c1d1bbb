import EncryptionConfig
import GoText
import KeyRotation
import SecretMemory
import TestSupport
import Testing

struct RotationArchiveTests {
    /// After all files have been rotated, one archive holds each key of each of them once.
    @Test func oneArchiveHoldsTheKeysOfAllFiles() throws {
        var archive: [UInt8]?
        var expected: Set<ByteName> = []
        for file in EditFile.all where file.isAccepted {
            var rotation = Rotation(file, to: .identity)
            try rotation.run(.add)
            try rotation.run(.promote)
            let plan = try rotation.run(.retire)
            expected.formUnion(try file.configuration().everyKeyOfAnyResource)
            let retired = plan.retired.filter { if case .kms = $0.kind { false } else { true } }
            if let added = try adding(retired, to: archive) { archive = added }
            // Once more changes nothing: a crash between the two writes loses and doubles nothing.
            #expect(try adding(retired, to: archive) == nil)
        }
        let found = try read(archive ?? [])
        #expect(found.everyKeyOfAnyResource == expected)
        #expect(found.entries.map { $0.resources.map(\.description) } == [["*.*"]])
        #expect(found.keys.count == expected.count)
        #expect(!found.orders.joined().contains("identity"))
    }

    @Test func anArchiveIsWrittenAsAConfiguration() throws {
        let file = EditFile.named("two-keys.yaml")
        var rotation = Rotation(file)
        let archive = try adding(try rotation.run(.retire).retired, to: nil)
        let lines = EditFile(name: "archive.yaml", bytes: archive ?? []).text.split(separator: "\n")
        #expect(
            lines.dropLast() == [
                "apiVersion: apiserver.config.k8s.io/v1", "kind: EncryptionConfiguration", "resources:",
                "  - resources:", "      - \"*.*\"", "    providers:", "      - secretbox:", "          keys:",
                "            - name: key-20250101t000000z",
            ])
    }

    /// What was kept for one resource is tried for all, whatever was retired later.
    @Test func anArchiveIsABag() throws {
        let wide = try retired(
            "[{aescbc: {keys: [{name: a, secret: AAAAAAAAAAAAAAAAAAAAAA==}]}}, {identity: {}}]", "'*.*'")
        let group = try retired(
            "[{aescbc: {keys: [{name: b, secret: AAAAAAAAAAAAAAAAAAAAAA==}]}}, {identity: {}}]", "'*.apps'")
        let exact = try retired(
            "[{kms: {name: k, apiVersion: v2, endpoint: 'unix:///k'}}, {identity: {}}]", "deployments.apps")
        var archive = try adding(exact, to: nil)
        archive = try adding(wide, to: archive)
        archive = try adding(group, to: archive)
        #expect(try read(archive ?? []).orders == [["kmsv2:k", "aescbc:a", "aescbc:b"]])
    }

    /// The file of a server is no archive, whoever wrote it; nor is an archive to which somebody added something.
    @Test func whatIsNoArchiveIsNotWritten() throws {
        let keys = try retired(
            "[{aescbc: {keys: [{name: c, secret: AAAAAAAAAAAAAAAAAAAAAA==}]}}, {identity: {}}]", "secrets")
        let key = try EditFile.oneEntry("[{aescbc: {keys: [{name: a, secret: AAAAAAAAAAAAAAAAAAAAAA==}]}}]")
            .configuration().entries[0].providers[0].kind
        func text(_ entries: [(patterns: [ResourcePattern], providers: [Provider.Kind])]) -> [UInt8] {
            ConfigurationText.write(entries).bytes.copiedToArray()
        }
        let (secrets, all) = (ResourcePattern(parsing: "secrets"), ResourcePattern.everything)
        for file in [
            text([([secrets], [key])]), text([([all], [key, .identity])]), text([([secrets], [key]), ([all], [key])]),
            text([([all], [key])]) + Array("# mine\n".utf8),
        ] {
            #expect(throws: KeyArchive.Refusal.foreign) { try adding(keys, to: file) }
        }
        let archive = try adding(keys, to: text([([all], [key])]))
        #expect(try read(archive ?? []).orders == [["aescbc:a", "aescbc:c"]])
    }

    @Test func sameNamesWithOtherBytesAreBothKept() throws {
        let first = try retired(
            "[{aescbc: {keys: [{name: a, secret: AAAAAAAAAAAAAAAAAAAAAA==}]}}, {identity: {}}]", "secrets")
        let second = try retired(
            "[{aescbc: {keys: [{name: a, secret: BBBBBBBBBBBBBBBBBBBBBA==}]}}, {identity: {}}]", "secrets")
        let archive = try adding(second, to: try adding(first, to: nil))
        #expect(try read(archive ?? []).orders == [["aescbc:a", "aescbc:a"]])
    }

    @Test func whatCannotBeReadIsNotOverwritten() throws {
        let keys = try retired(
            "[{aescbc: {keys: [{name: a, secret: AAAAAAAAAAAAAAAAAAAAAA==}]}}, {identity: {}}]", "secrets")
        #expect(throws: KeyArchive.Refusal.unreadable) { try adding(keys, to: Array("kind: Other\n".utf8)) }
    }

    private func retired(_ providers: String, _ resource: String) throws -> [RetiredProvider] {
        let text = EditFile.oneEntry(providers).text.replacing("[secrets]", with: "[\(resource)]")
        var rotation = Rotation(EditFile(name: "one.yaml", bytes: Array(text.utf8)), to: .identity)
        try rotation.run(.promote)
        return try rotation.run(.retire).retired
    }

    private func adding(_ retired: [RetiredProvider], to archive: [UInt8]?) throws -> [UInt8]? {
        var old: SecretBytes?
        if let archive { old = SecretBytes(copying: archive.span.rawBytes) }
        guard let new = try KeyArchive.adding(retired, to: old) else { return nil }
        return new.bytes.copiedToArray()
    }

    private func read(_ archive: [UInt8]) throws -> EncryptionConfiguration {
        try EditFile(name: "archive.yaml", bytes: archive).configuration()
    }
}
