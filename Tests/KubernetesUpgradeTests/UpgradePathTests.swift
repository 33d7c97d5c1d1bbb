import EncryptionConfig
import Explanations
import GoText
import KubernetesUpgrade
import KubernetesVersions
import SecretMemory
import ShownText
import TestSupport
import Testing

/// The upgrades and downgrades that stop a server, change what is encrypted, or leave values unreadable
/// (spec/versions.md, sections 1 and 4).
struct UpgradePathTests {
    private static let key = "nXmxo38xgBzRGmcG+0DWvVdSaEaQO7E+3lYkOenBuCM="
    private static let plain = entry("secrets", "secretbox: {keys: [{name: key1, secret: \(key)}]}")

    private func shown(_ phrase: Phrase) -> String { Redactor().shown(phrase).text }

    private static func entry(_ resources: String, _ provider: String, more: String = "") -> String {
        "- resources: [\(resources)]\n  providers: [\(provider), identity: {}]\n\(more)"
    }

    private static func kms(_ version: String) -> String {
        entry("secrets", "kms: {apiVersion: \(version), name: k, endpoint: 'unix:///k.sock'}")
    }

    private func path(
        _ entries: String, _ from: Int, _ to: Int, gates: String = "", reload: Bool = false
    ) throws -> UpgradePath {
        let text = "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n\(entries)"
        let options = ServerOptions(
            automaticReload: reload, gates: try #require(FeatureGates(parsing: gates)))
        return UpgradePath(
            of: SecretKey(SecretBytes(copying: Array(text.utf8).span.rawBytes)), options: options,
            from: KubernetesVersion(minor: from), to: KubernetesVersion(minor: to))
    }

    /// `1.NN: code, …` for each step that says anything; `!` for one that would not start.
    private func summary(_ path: UpgradePath) -> [String] {
        path.steps.compactMap { step in
            let codes = step.changes.map(\.code) + step.demands.map { "before \($0.code)" }
            guard !step.answer.isAccepted || !codes.isEmpty else { return nil }
            return "\(step.to)\(step.answer.isAccepted ? "" : "!"): \(codes.joined(separator: ", "))"
        }
    }

    @Test func nothingHappens() throws {
        for (from, to) in [(26, 36), (36, 26)] {
            let path = try path(Self.plain, from, to)
            #expect(summary(path) == [] && path.effect == .harmless)
            #expect(path.steps.count == 10)
        }
    }

    /// To 1.27: what only 1.26 accepts.
    @Test(arguments: [
        entry("Secrets", "identity: {}"), entry("secrets, secrets", "identity: {}"), entry("'*'", "identity: {}"),
        entry("secrets.extensions", "identity: {}"),
    ])
    func resourceNames(entries: String) throws {
        let path = try path(entries, 26, 28)
        #expect(path.startAnswer.isAccepted)
        let wildcard = entries.contains("'*'") ? ", before delayWildcards" : ""
        #expect(summary(path) == ["1.27!: before correctFile\(wildcard)", "1.28!: "])
        #expect(path.effect == .harmful)
    }

    @Test func maskedEntries() throws {
        let path = try path(Self.entry("'*.'", "identity: {}", more: Self.plain), 26, 27)
        #expect(summary(path) == ["1.27!: before correctFile, before delayWildcards"])
    }

    /// The file is accepted by both, and secrets are encrypted by the second one alone.
    @Test func wildcards() throws {
        let entries = Self.entry("'*.'", "secretbox: {keys: [{name: key1, secret: \(Self.key)}]}")
        let up = try path(entries, 26, 27)
        #expect(up.steps[0].answer.isAccepted && up.effect == .harmful)
        #expect(summary(up) == ["1.27: writeKeyChanged, unreadable, before delayWildcards"])
        let words = up.steps[0].changes.map { shown($0.sentence) }
        #expect(words[0].hasPrefix("write key: plaintext -> secretbox key1 ("))
        #expect(words[1].hasPrefix("1.26 cannot read values that 1.27 writes with secretbox key1 ("))
        let down = try path(entries, 27, 26)
        #expect(down.effect == .harmful)
        #expect(summary(down)[0].hasPrefix("1.26: writeKeyChanged, unreadable"))
        #expect(summary(down)[0].hasSuffix("before nameResources"))
    }

    /// To 1.29: KMS v1 without its gate. 1.28 takes the flag already, and 1.27 does not.
    @Test func kmsv1() throws {
        let bare = try path(Self.kms("v1"), 27, 30)
        #expect(summary(bare) == ["1.29!: before setFeatureGate", "1.30!: "])
        #expect(try path(Self.kms("v1"), 28, 36, gates: "KMSv1=true").effect == .harmless)
        let early = try path(Self.kms("v1"), 27, 28, gates: "KMSv1=true")
        #expect(!early.startAnswer.isAccepted)
        let down = try path(Self.kms("v1"), 28, 27, gates: "KMSv1=true")
        #expect(summary(down) == ["1.27!: before removeFeatureGate"])
    }

    /// To 1.31: what was ignored until then.
    @Test(arguments: ["  metadata: {}\n", "  resources: [configmaps]\n"]) func ignoredFields(more: String) throws {
        let path = try path(Self.plain + more, 29, 32)
        #expect(path.startAnswer.isAccepted)
        #expect(summary(path) == ["1.31!: before correctFile", "1.32!: "])
        let words = path.steps[1].demands.map { shown($0.sentence(from: path.steps[0].to, to: path.steps[1].to)) }
        #expect(words[0].hasPrefix("correct the file: line 6"))
    }

    /// To 1.32: a flag that is left over, harmless until then; one that says no stops earlier.
    @Test func leftOverFlags() throws {
        let left = try path(Self.plain, 29, 33, gates: "KMSv2=true")
        #expect(summary(left) == ["1.32!: before removeFeatureGate", "1.33!: "])
        let locked = try path(Self.plain, 28, 30, gates: "KMSv2KDF=false")
        #expect(summary(locked) == ["1.29!: before removeFeatureGate", "1.30!: "])
    }

    @Test func kmsv2() throws {
        let up = try path(Self.kms("v2"), 26, 30, gates: "KMSv2=true")
        #expect(summary(up) == ["1.27: before pluginVersion", "1.29: kmsv2WritesSeeds"])
        // What the plugin answers is not known here.
        #expect(up.effect == .depends)
        let without = try path(Self.kms("v2"), 26, 27)
        #expect(!without.startAnswer.isAccepted && without.steps[0].answer.isAccepted)
        let down = try path(Self.kms("v2"), 29, 26)
        #expect(
            summary(down) == [
                "1.28: kmsv2WritesKeys, before pluginVersion", "1.27: kmsv2CannotReadSeeds, before rewrite",
                "1.26!: before setFeatureGate, before pluginVersion",
            ])
        #expect(down.effect == .harmful)
        // Two versions at once: 1.27 cannot read what 1.28 writes.
        let early = try path(Self.kms("v2"), 28, 29, gates: "KMSv2KDF=true")
        #expect(summary(early) == [] && early.effect == .harmless)
        let seeds = try path(Self.kms("v2"), 27, 28, gates: "KMSv2KDF=true")
        let sideBySide = "kmsv2WritesSeeds, kmsv2CannotReadSeeds, before delayFeatureGate"
        #expect(summary(seeds).first == "1.28: \(sideBySide)" && seeds.effect == .harmful)
        let beta = try path(Self.kms("v2"), 27, 28, gates: "AllBeta=true")
        #expect(summary(beta) == ["1.28: \(sideBySide)"] && beta.effect == .harmful)
    }

    /// Where one version refuses the file, the later ones still say what they need of its providers.
    @Test func demandsBehindARefusal() throws {
        let both = "kms: {apiVersion: v2, name: k, endpoint: 'unix:///k.sock'}"
        let old = "kms: {name: o, endpoint: 'unix:///o.sock'}"
        let entries = Self.entry("secrets, secrets", "\(both), \(old)")
        let path = try path(entries, 26, 30, gates: "KMSv2=true")
        #expect(
            summary(path) == [
                "1.27!: before correctFile, before pluginVersion", "1.28!: ",
                "1.29!: kmsv2WritesSeeds, before setFeatureGate", "1.30!: ",
            ])
    }

    /// A wildcard that encrypts nothing does no harm, and two thousand that do make one line.
    @Test func manyWildcards() throws {
        let harmless = try path("- resources: ['*.*']\n  providers: [identity: {}]\n", 26, 27)
        #expect(summary(harmless) == [] && harmless.effect == .harmless)
        let entries = (0..<2000).map {
            Self.entry("'*.g\($0).example.com'", "secretbox: {keys: [{name: key1, secret: \(Self.key)}]}")
        }
        #expect(
            summary(try path(entries.joined(), 26, 27)) == ["1.27: writeKeyChanged, unreadable, before delayWildcards"])
    }

    @Test func reloading() throws {
        #expect(summary(try path(Self.plain, 28, 29, reload: true)) == ["1.29: reload"])
        #expect(summary(try path(Self.plain, 29, 28, reload: true)) == ["1.28: reload"])
    }

    /// Versions that were not recorded are one step, judged as the newest.
    @Test func beyondTheNewest() throws {
        let path = try path(Self.plain, 35, 1_000_000)
        #expect(path.steps.map(\.to.minor) == [36, 1_000_000] && path.effect == .harmless)
    }
}
