import AuditControls
import EncryptionConfig
import Explanations
import SecretMemory
import ShownText
import TestSupport
import Testing

/// A policy file is read as it is meant, or refused with its place.
struct PolicyReadingTests {
    private static let head = "apiVersion: encconf/v1\nkind: AuditPolicy\n"

    private static func policy(_ text: String) throws -> AuditPolicy {
        try AuditPolicy(reading: SecretBytes(Array(text.utf8)), path: "p.yaml", hash: "sha256:00")
    }

    @Test func everyFieldIsRead() throws {
        let policy = try Self.policy(
            Self.head + """
                cryptoperiods:
                  aescbc: 365d
                  aesgcm: 90d
                allowedProviders: [aescbc, kmsv2]
                mustEncrypt: [secrets, "*.example.com", "*.*", "*."]
                gcmWriteLimit: 1000
                """)
        #expect(policy.cryptoperiods == [.aescbc: 365 * 86_400, .aesgcm: 90 * 86_400])
        #expect(policy.allowedProviders == [.aescbc, .kmsv2])
        #expect(policy.mustEncrypt.map(\.description) == ["secrets", "*.example.com", "*.*", "*."])
        #expect(policy.gcmWriteLimit == 1000 && policy.namesResources && policy.isOwn && policy.preset == nil)
        #expect(policy.origin == .file(path: "p.yaml", hash: "sha256:00", preset: nil))
    }

    @Test func jsonIsReadToo() throws {
        let policy = try Self.policy(
            #"{"apiVersion": "encconf/v1", "kind": "AuditPolicy", "gcmWriteLimit": 4294967296, "mustEncrypt": ["secrets"]}"#
        )
        #expect(policy.gcmWriteLimit == 1 << 32 && policy.mustEncrypt.count == 1)
    }

    /// Without a field there is no such limit; the limit of AES-GCM is that of Kubernetes.
    @Test func nothingIsAskedThatIsNotWritten() throws {
        let policy = try Self.policy(Self.head)
        #expect(policy.cryptoperiods.isEmpty && policy.allowedProviders == nil && policy.mustEncrypt.isEmpty)
        #expect(policy.gcmWriteLimit == 200_000 && !policy.namesResources)
    }

    /// A file can start from a preset: a field of the file replaces that of the preset.
    @Test(arguments: PolicyPreset.allCases)
    func aFileStartsFromAPreset(preset: PolicyPreset) throws {
        let bare = try Self.policy(Self.head + "preset: \(preset)\n")
        #expect(bare.preset == preset && bare.isOwn && !bare.namesResources)
        #expect(bare.cryptoperiods == preset.policy.cryptoperiods)
        #expect(bare.allowedProviders == preset.policy.allowedProviders)
        #expect(bare.mustEncrypt == preset.policy.mustEncrypt)
        let changed = try Self.policy(Self.head + "preset: \(preset)\ncryptoperiods: {secretbox: 1d}\n")
        #expect(changed.cryptoperiods == [.secretbox: 86_400])
        #expect(changed.allowedProviders == preset.policy.allowedProviders)
    }

    /// CIS names no aesgcm, FIPS rules out secretbox, and no preset lets identity encrypt.
    @Test func presetsAreThoseOfTheFrameworks() {
        func providers(_ preset: PolicyPreset) -> Set<ProviderName> { preset.policy.allowedProviders ?? [] }
        #expect(providers(.cis) == [.aescbc, .secretbox, .kmsv1, .kmsv2])
        #expect(providers(.fips) == [.aescbc, .aesgcm, .kmsv1, .kmsv2])
        for preset in PolicyPreset.allCases {
            #expect(!providers(preset).contains(.identity))
            #expect(preset.policy.mustEncrypt.map(\.description) == ["secrets"])
            #expect(preset.policy.gcmWriteLimit == 200_000 && !preset.policy.isOwn)
        }
        let year: Int64 = 365 * 86_400
        #expect(PolicyPreset.pci.policy.cryptoperiods == [.aescbc: year, .aesgcm: year, .secretbox: year])
        #expect(PolicyPreset.fips.policy.cryptoperiods == [.aescbc: 2 * year, .aesgcm: 2 * year])
        #expect(PolicyPreset.cis.policy.cryptoperiods.isEmpty)
        #expect(!PolicyPreset.fips.elsewhere.isEmpty)
    }

    private struct Bad: CustomTestStringConvertible, Sendable {
        let text: String
        let reason: PolicyRefusal.Reason
        let place: String?
        var testDescription: String { "\(reason)" }

        init(_ text: String, _ reason: PolicyRefusal.Reason, _ place: String?) {
            (self.text, self.reason, self.place) = (text, reason, place)
        }
    }

    private static let bad: [Bad] = [
        Bad("", .empty, nil), Bad("# nothing\n", .empty, nil), Bad("[]", .otherKind, nil), Bad("1", .otherKind, nil),
        Bad("kind: AuditPolicy\n", .otherKind, nil), Bad("apiVersion: encconf/v1\n", .otherKind, nil),
        Bad("apiVersion: encconf/v2\nkind: AuditPolicy\n", .otherKind, nil),
        Bad("apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\n", .otherKind, nil),
        Bad(head + "mustEncrpyt: [secrets]\n", .unknownField("mustEncrpyt"), "3:1"),
        Bad(head + "gcmWriteLimit: 1\ngcmWriteLimit: 2\n", .repeatedField("gcmWriteLimit"), "4:1"),
        Bad(head + "preset: hipaa\n", .unknownPreset("hipaa"), "3:9"),
        Bad(head + "preset: [cis]\n", .type(.preset, .text), "3:9"),
        Bad(head + "preset:\n", .type(.preset, .text), "3:8"),
        Bad(head + "cryptoperiods: 365d\n", .type(.cryptoperiods, .mapping), "3:16"),
        Bad(head + "cryptoperiods: {aescbc: 365}\n", .type(.cryptoperiods, .text), "3:25"),
        Bad(head + "cryptoperiods: {aescbc: 0d}\n", .period("0d"), "3:25"),
        Bad(head + "cryptoperiods: {aescbc: -1d}\n", .period("-1d"), "3:25"),
        Bad(head + "cryptoperiods: {aescbc: +1d}\n", .period("+1d"), "3:25"),
        Bad(head + "cryptoperiods: {aescbc: 36501d}\n", .period("36501d"), "3:25"),
        Bad(head + "cryptoperiods: {aescbc: 1y}\n", .period("1y"), "3:25"),
        Bad(head + "cryptoperiods: {identity: 1d}\n", .unknownProvider(.cryptoperiods, "identity"), "3:17"),
        Bad(head + "cryptoperiods: {kmsv2: 90d}\n", .periodOfKMS(.kmsv2), "3:17"),
        Bad(head + "allowedProviders: aescbc\n", .type(.allowedProviders, .list), "3:19"),
        Bad(head + "allowedProviders: []\n", .emptyList(.allowedProviders), "3:19"),
        Bad(head + "allowedProviders: [aescbc, kms]\n", .unknownProvider(.allowedProviders, "kms"), "3:28"),
        Bad(head + "allowedProviders: [identity]\n", .identityAllowed, "3:20"),
        Bad(head + "allowedProviders: [aescbc, aescbc]\n", .repeatedItem(.allowedProviders, "aescbc"), "3:28"),
        Bad(head + "allowedProviders: [1]\n", .type(.allowedProviders, .text), "3:20"),
        Bad(head + "mustEncrypt: [Secrets]\n", .resource("Secrets"), "3:15"),
        Bad(head + "mustEncrypt: ['*']\n", .resource("*"), "3:15"),
        Bad(head + "mustEncrypt: ['a.*']\n", .resource("a.*"), "3:15"),
        Bad(head + "mustEncrypt: ['.a']\n", .resource(".a"), "3:15"),
        Bad(head + "mustEncrypt: ['']\n", .resource(""), "3:15"),
        Bad(head + "mustEncrypt: ['a/b']\n", .resource("a/b"), "3:15"),
        Bad(head + "gcmWriteLimit: many\n", .type(.gcmWriteLimit, .number), "3:16"),
        Bad(head + "gcmWriteLimit: 0\n", .writeLimit, "3:16"),
        Bad(head + "gcmWriteLimit: 1.5\n", .writeLimit, "3:16"),
        Bad(head + "gcmWriteLimit: 4294967297\n", .writeLimit, "3:16"),
        Bad(
            head + "mustEncrypt: [\((0...1000).map { "r\($0)" }.joined(separator: ","))]\n",
            .tooManyItems(.mustEncrypt),
            "3:14"),
        Bad(
            #"{"apiVersion": "encconf/v1", "kind": "AuditPolicy", "preset": "cis", "preset": "pci"}"#,
            .repeatedField("preset"), "1:70"),
        Bad(String(repeating: " ", count: AuditPolicy.byteCountLimit + 1), .tooLarge(byteCount: (1 << 20) + 1), nil),
    ]

    @Test(arguments: bad)
    private func isRefused(_ bad: Bad) throws {
        let refusal = try #require(throws: PolicyRefusal.self) { _ = try Self.policy(bad.text) }
        #expect(refusal.reason == bad.reason)
        #expect(refusal.position?.description == bad.place)
        // The refusal names the file, and where it can, the place and what to do.
        let problem = try #require(refusal.failure("p.yaml").problems.first)
        let message = Redactor().shown(problem.message).text
        #expect(message.hasPrefix("p.yaml" + (bad.place.map { ":\($0)" } ?? "") + ": "), "\(message)")
        if case .tooLarge = bad.reason { return }
        #expect(problem.hint != nil)
    }

    @Test(arguments: ["a: [", "{", "a: *b\n", "\u{0}", "- &a [*a]\n", "%\n"])
    func whatIsNoYAMLIsRefused(text: String) throws {
        let refusal = try #require(throws: PolicyRefusal.self) { _ = try Self.policy(text) }
        guard case .yaml = refusal.reason else {
            Issue.record("\(refusal.reason)")
            return
        }
    }

    /// Aliases that multiply, and nesting without end, take no memory.
    @Test func hostileFilesAreBounded() throws {
        var bomb = "a0: &a0 [x]\n"
        for level in 1...40 { bomb += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        for text in [bomb, String(repeating: "[", count: 100_000)] {
            #expect(throws: PolicyRefusal.self) { _ = try Self.policy(text) }
        }
    }

    /// A file with keys that is named by mistake is not quoted.
    @Test func keysAreNotQuoted() throws {
        let secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
        let texts = [
            "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources: [{a: \(secret)}]\n",
            Self.head + "\(secret): 1\n", Self.head + "preset: \(secret)\n", Self.head + "mustEncrypt: ['\(secret)']\n",
            Self.head + "allowedProviders: ['\(secret)']\n", Self.head + "cryptoperiods: {\(secret): 1d}\n",
        ]
        for text in texts {
            let refusal = try #require(throws: PolicyRefusal.self) { _ = try Self.policy(text) }
            for problem in refusal.failure("p.yaml").problems {
                let shown = Redactor().shown(problem.message).text
                #expect(!shown.contains(secret) && !shown.contains("AAECAwQF"), "\(shown)")
            }
        }
    }
}
