import ClusterSupport
import EncryptionConfig
import GoText
import KubernetesResources
import TestSupport
import Testing

@testable import StorageEvidence

/// Whether a key may go: what stored values say of it.
struct RemovedKeysTests {
    private static let file = "secrets: secretbox k2=2 k1=1; identity"
    private static let next = "secrets: secretbox k2=2; identity"
    private static let old = "secrets: secretbox k1=1"
    private static let new = "secrets: secretbox k2=2"

    private struct Judged: Equatable {
        var verdict: String
        var uses: [String] = []
        var orphans: [String] = []
        var sources: [String] = []
        var objects: Int?
    }

    /// Judges the removal of secretbox k1 from what serves Secrets.
    private func judge(
        _ sources: [MadeSource], file: String = file, next: String = next, name: String = "k1",
        isWholeStore: Bool = false
    ) throws -> Judged {
        let evidence = try StorageEvidence(under: file, sources, isWholeStore: isWholeStore)
        let removed = RemovedKeys(
            [StoredKeyLabel(provider: .secretbox, key: ByteName(name))],
            of: [.exact(GroupResource(resource: "secrets"))],
            from: try ShortConfiguration(file).configuration(), to: try ShortConfiguration(next).configuration())
        let (verdict, orphans) = removed.judge(evidence)
        var judged =
            switch verdict {
            case .unused(let proof):
                Judged(verdict: "unused", sources: proof.sources.map(\.source.name), objects: proof.objects)
            case .used(let uses): Judged(verdict: "used", uses: uses.map(Self.text))
            case .unknown: Judged(verdict: "unknown")
            }
        judged.orphans = orphans.map(Self.text)
        return judged
    }

    private static func text(_ use: RemovedKeys.Use) -> String {
        "\(use.count) \(use.resource) \(use.label?.key?.text ?? "-") \(use.kind)"
    }

    @Test func aCompleteSourceWithoutTheKey() throws {
        let sound = MadeSource(secrets: ["a": Self.new, "b": Self.new])
        #expect(try judge([sound]) == Judged(verdict: "unused", sources: ["s.db"], objects: 2))
        // Each that is missing leaves it open.
        for source in [
            MadeSource(secrets: ["a": Self.new], digest: .absent),
            MadeSource(secrets: ["a": "secrets: secretbox k2=3"]),
            MadeSource(values: ["/registry/configmaps/default/c": MadeObject.configMap("c")]),
        ] { #expect(try judge([source]).verdict == "unknown") }
    }

    /// A proof names the complete sources of this cluster alone.
    @Test func theProofNamesItsSources() throws {
        let judged = try judge([
            MadeSource(name: "now.db", secrets: ["a": Self.new], uid: "one"),
            MadeSource(name: "before.db", secrets: ["a": Self.new], uid: "one", revision: 50, digest: .absent),
            MadeSource(name: "other.db", values: ["/registry/configmaps/default/c": MadeObject.configMap("c")]),
        ])
        #expect(judged == Judged(verdict: "unused", sources: ["now.db"], objects: 1))
    }

    /// Presence is shown by any source: not complete, and not of this cluster as far as one can tell.
    @Test func anySourceShowsAUse() throws {
        for digest in [MadeSource.Digest.matches, .absent] {
            let judged = try judge([MadeSource(secrets: ["a": Self.old, "b": Self.old], digest: digest)])
            #expect(judged == Judged(verdict: "used", uses: ["2 secrets k1 inUse"]))
        }
        let beside = try judge([
            MadeSource(name: "now.db", secrets: ["a": Self.new], uid: "one"),
            MadeSource(name: "other.db", secrets: ["a": Self.old], uid: "two"),
        ])
        #expect(beside.verdict == "used")
    }

    /// Values of resources for which the file has no such key need it too, wherever they are.
    @Test func valuesThatTheFileDoesNotCover() throws {
        let key = "/registry/configmaps/default/c"
        let value = try ShortConfiguration("configmaps: secretbox k1=1").configuration()
            .sealed(MadeObject.configMap("c"), at: key, for: "configmaps")
        let judged = try judge([MadeSource(secrets: ["a": Self.new], values: [key: value])])
        #expect(judged.verdict == "unused" && judged.orphans == ["1 configmaps k1 orphaned"])
        // Where the new file still has the key for them, they do not need the entry that loses it.
        let both = try judge(
            [MadeSource(secrets: ["a": Self.new], values: [key: value])],
            file: "\(Self.file)\nconfigmaps: secretbox k1=1", next: "\(Self.next)\nconfigmaps: secretbox k1=1")
        #expect(both.verdict == "unused" && both.orphans.isEmpty)
    }

    /// Values that no key of the file opens may need the removed one, under another name.
    @Test func valuesThatNobodyReads() throws {
        let judged = try judge([MadeSource(secrets: ["a": Self.new, "b": "secrets: secretbox renamed=1"])])
        #expect(judged.verdict == "unused" && judged.orphans == ["1 secrets - lost"])
        // Of another cipher it cannot be the key.
        let other = try judge([MadeSource(secrets: ["a": Self.new, "b": "secrets: aescbc renamed=1"])])
        #expect(other.verdict == "unused" && other.orphans.isEmpty)
    }

    /// A name with a colon is cut at it in values of resources that the file gives no such key.
    @Test func aNameWithAColon() throws {
        let file = "secrets: secretbox k2=2 k:1=1; identity"
        let key = "/registry/configmaps/default/c"
        let value = try ShortConfiguration("configmaps: secretbox k:1=1").configuration()
            .sealed(MadeObject.configMap("c"), at: key, for: "configmaps")
        let judged = try judge(
            [MadeSource(secrets: ["a": Self.new, "b": "secrets: secretbox k:1=1"], values: [key: value])], file: file,
            name: "k:1")
        #expect(judged.verdict == "used" && judged.uses == ["1 secrets k:1 inUse"])
        // Counted once, although nobody reads it either.
        #expect(judged.orphans == ["1 configmaps k:1 orphaned"])
    }

    /// Names are compared byte by byte: `clé` has two spellings.
    @Test func namesThatUnicodeHasEqual() throws {
        let (one, two) = ("cl\u{e9}", "cle\u{301}")
        let source = MadeSource(secrets: ["a": "secrets: secretbox \(two)=2", "b": "secrets: secretbox \(one)=1"])
        let file = "secrets: secretbox \(one)=1 \(two)=2; identity"
        let judged = try judge([source], file: file, next: "secrets: secretbox \(one)=1; identity", name: two)
        #expect(judged.verdict == "used" && judged.uses.count == 1)
    }

    @Test func oldRevisionsAreCounted() throws {
        let evidence = try StorageEvidence(
            under: Self.file,
            [MadeSource(secrets: ["a": Self.new], oldSecrets: ["x": Self.old, "y": Self.old, "z": Self.new])])
        let removed = RemovedKeys(
            [StoredKeyLabel(provider: .secretbox, key: "k1")], of: [.exact(GroupResource(resource: "secrets"))],
            from: try ShortConfiguration(Self.file).configuration(),
            to: try ShortConfiguration(Self.next).configuration())
        #expect(removed.oldUses(in: evidence.sources[0]) == 2)
        guard case .unused = removed.judge(evidence).verdict else {
            Issue.record("old revisions are no use")
            return
        }
    }
}
