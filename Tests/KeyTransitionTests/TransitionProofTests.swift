import EncryptionConfig
import Explanations
import GoText
import KeyTransition
import KubernetesResources
import ShownText
import Testing

/// One change of each kind, the reason that it is given, and what to do instead.
struct TransitionProofTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let old: String
        let new: String
        /// `writer>reader effect certainty reason` of each counterexample.
        let counterexamples: [String]
        let changes: [String]

        var testDescription: String { name }
    }

    @Test(arguments: Case.all) func reasons(_ item: Case) throws {
        let proof = TransitionProof(from: try configuration(short: item.old), to: try configuration(short: item.new))
        #expect(proof.counterexamples.map(\.summary) == item.counterexamples)
        #expect(proof.changes.map(\.code) == item.changes)
        // Every reason has a sentence.
        #expect(proof.counterexamples.allSatisfy { Redactor().shown($0.sentence()).text.hasSuffix(".") })
    }

    @Test func sentencesDiffer() throws {
        let sentences = try Case.all.flatMap { item in
            TransitionProof(from: try configuration(short: item.old), to: try configuration(short: item.new))
                .counterexamples.map {
                    ($0.reason.code + $0.writer.side.rawValue, Redactor().shown($0.sentence()).text)
                }
        }
        let reasons = Set(sentences.map(\.0))
        #expect(reasons.count >= 20)
        #expect(Set(sentences.map(\.1)).count >= reasons.count)
    }

    /// Names that are equal to Unicode are two keys, and values of one say nothing of the other.
    @Test func namesAreBytes() throws {
        let (composed, decomposed) = ("cl\u{e9}", "cle\u{301}")
        let old = try configuration(short: "secrets: secretbox \(composed)=1 \(decomposed)=2")
        let new = try configuration(short: "secrets: secretbox \(composed)=1")
        let proof = TransitionProof(from: old, to: new)
        #expect(proof.counterexamples.map(\.summary) == ["old>new unreadable possible keyRemoved"])
        #expect(proof.counterexamples.map { $0.writer.key.name } == [ByteName(decomposed)])
        #expect(proof.changes.map(\.code) == ["keyRemoved"])
        for (name, expected) in [(composed, []), (decomposed, ["old>new unreadable certain keyRemoved"])] {
            let labels: Set = [StoredKeyLabel(provider: .secretbox, key: ByteName(name))]
            let proof = TransitionProof(from: old, to: new, stored: { _ in StoredLabels(labels, isComplete: true) })
            #expect(proof.counterexamples.map(\.summary) == expected)
        }
        let renamed = try configuration(short: "secrets: secretbox \(decomposed)=1")
        #expect(TransitionProof(from: new, to: renamed).changes.map(\.code) == ["keyRenamed", "writeKeyChanged"])
    }

    /// What OLD misreads itself is told apart, unless NEW reads it even less.
    @Test func whatWasWrongBefore() throws {
        let old = try configuration(short: "secrets: aescbc a=1 a=2")
        let same = TransitionProof(from: old, to: old).counterexamples
        #expect(same.map(\.summary) == ["old>new byChance possible shadowedByNamesake"])
        #expect(same.map(\.isOldAlready) == [true])
        let dropped = TransitionProof(from: old, to: try configuration(short: "secrets: aescbc a=1")).counterexamples
        #expect(dropped.map(\.summary) == ["old>new unreadable possible keyBytesChanged"])
        #expect(dropped.map(\.isOldAlready) == [false])
    }

    /// What a change concerns, and what became of it.
    @Test(arguments: [
        (
            "secrets: aesgcm a=1", "secrets: aesgcm b=1",
            ["keyRenamed aesgcm a aesgcm b", "writeKeyChanged aesgcm a aesgcm b"]
        ),
        ("secrets: aesgcm a=1", "secrets: aesgcm a=1; identity", ["identityAdded identity - - -"]),
        ("secrets: aesgcm a=1 b=2", "secrets: aesgcm a=1 b=3", ["keyBytesChanged aesgcm b - -"]),
        (
            "secrets: aesgcm a=1", "secrets: aesgcm a=1; secretbox b=2",
            ["providerAdded secretbox - - -", "keyAdded secretbox b - -"]
        ),
        ("secrets: aesgcm a=1 b=2 c=3", "secrets: aesgcm a=1 c=3 b=2", ["readOrderChanged - - - -"]),
    ])
    func changesNameTheirKeys(old: String, new: String, changes: [String]) throws {
        let proof = TransitionProof(from: try configuration(short: old), to: try configuration(short: new))
        let found = proof.changes.map { change in
            let labels = [change.subject, change.successor].flatMap { [$0?.provider.rawValue, $0?.key?.text] }
            return ([change.code] + labels.map { $0 ?? "-" }).joined(separator: " ")
        }
        #expect(found == changes)
    }

    @Test func wildcardsAskForWhatTheyCover() throws {
        let proof = TransitionProof(
            from: try configuration(short: "*.*: aesgcm a=1"), to: try configuration(short: "*.*: aesgcm a=2"))
        #expect(proof.resources.count > 60)
        #expect(proof.resources.last?.resource == .everything)
        #expect(proof.groups.count == 1)
        #expect(proof.groups.first?.resources.count == proof.resources.count)
        #expect(Set(proof.counterexamples.map(\.resource)).count == proof.resources.count)
    }

    @Test func listedResourcesAreAskedByName() throws {
        let file = try configuration(short: "*.*: aesgcm a=1")
        let names = ["secrets", "widgets.example.com", "secrets"].map { GroupResource(parsing: $0) }
        let proof = TransitionProof(from: file, to: file, resources: names)
        #expect(proof.resources.map(\.resource.description) == ["secrets", "widgets.example.com"])
    }

    @Test func evidenceSettlesWhatIsPossible() throws {
        let old = try configuration(short: "secrets: aescbc a=1 b=2 c:d=3; identity")
        let new = try configuration(short: "secrets: aescbc a=1")
        func answer(_ labels: Set<StoredKeyLabel>?) -> (TransitionProof.Answer, [String]) {
            let proof = TransitionProof(from: old, to: new) { _ in
                labels.map { StoredLabels($0, isComplete: true) } ?? .unknown
            }
            return (proof.safe, proof.counterexamples.map { "\($0.writer.key.label.key ?? "-") \($0.certainty)" })
        }
        #expect(answer(nil) == (.depends, ["b possible", "c:d possible", "- possible"]))
        #expect(answer([]) == (.yes, []))
        #expect(answer([.init(provider: .aescbc, key: "a")]) == (.yes, []))
        #expect(answer([.init(provider: .aesgcm, key: "b")]) == (.yes, []))
        #expect(answer([.init(provider: .aescbc, key: "b")]) == (.no, ["b certain"]))
        // A label ends at the first colon.
        #expect(answer([.init(provider: .aescbc, key: "c")]) == (.no, ["c:d certain"]))
        #expect(answer([.init(provider: .identity, key: nil)]) == (.no, ["- certain"]))
    }

    /// Where part of the store was not seen, what was found is certain, and what was not found stays possible.
    @Test func partialEvidenceSettlesNothingByAbsence() throws {
        let old = try configuration(short: "secrets: aescbc a=1 b=2 c=3; identity")
        let proof = TransitionProof(from: old, to: try configuration(short: "secrets: aescbc a=1")) { _ in
            StoredLabels([.init(provider: .aescbc, key: "b")], isComplete: false)
        }
        let found = proof.counterexamples.map { "\($0.writer.key.label.key ?? "-") \($0.certainty)" }
        #expect(found == ["b certain", "c possible", "- possible"])
    }

    /// Two keys of one name: a label does not tell which of them wrote.
    @Test func evidenceDoesNotTellNamesakesApart() throws {
        let old = try configuration(short: "secrets: aesgcm w=1 b=2 b=3")
        let proof = TransitionProof(from: old, to: try configuration(short: "secrets: aesgcm w=1 b=2")) { _ in
            StoredLabels([.init(provider: .aesgcm, key: "b")], isComplete: true)
        }
        #expect(proof.counterexamples.map(\.certainty) == [.possible])
    }
}

/// What is said to do instead.
struct TransitionNextTests {
    /// Follows what is proposed to the end.
    private func steps(_ old: String, _ new: String) throws -> [String] {
        var old = try configuration(short: old)
        let new = try configuration(short: new)
        var steps: [String] = []
        while true {
            switch TransitionProof(from: old, to: new).next {
            case .intermediate(let proposal) where steps.count < 4:
                steps.append(proposal.entries.map(\.summary).joined(separator: " | "))
                old = proposal.configuration
            case .intermediate: return steps + ["endless"]
            case .newItself: return steps + ["new"]
            case .evidence: return steps + ["evidence"]
            case .conflict(let patterns): return steps + ["conflict \(patterns)"]
            }
        }
    }

    @Test(
        arguments: [
            ("secrets: aesgcm a=1", "secrets: aesgcm a=1 b=2", ["new"]),
            // A rotation in one step: learn, switch, drop.
            (
                "secrets: aesgcm a=1", "secrets: aesgcm b=2",
                ["secrets: aesgcm a b", "secrets: aesgcm b a", "evidence"]
            ),
            (
                "secrets: aesgcm a=1; identity", "secrets: aesgcm b=2 a=1; identity",
                ["secrets: aesgcm a b; identity", "new"]
            ),
            // Names that are the same: fine for a cipher that authenticates.
            ("secrets: aesgcm a=1", "secrets: aesgcm a=2", ["secrets: aesgcm a a", "secrets: aesgcm a a", "evidence"]),
            ("secrets: aescbc a=1", "secrets: aescbc a=2", ["conflict [secrets]"]),
            ("secrets: aescbc a=1", "secrets: aescbc a:0123456789abcde=1", ["conflict [secrets]"]),
            (
                "secrets: aescbc k=2 a=1", "secrets: aescbc a:0123456789abcde=1",
                [
                    "secrets: aescbc k a:0123456789abcde a", "secrets: aescbc a:0123456789abcde k a", "evidence",
                ]
            ),
            // Enabling, disabling, switching.
            (
                "secrets: aesgcm a=1", "configmaps: identity",
                [
                    "secrets: aesgcm a; identity | configmaps: identity",
                    "secrets: identity; aesgcm a | configmaps: identity", "evidence",
                ]
            ),
            ("secrets: identity", "secrets: aesgcm a=1; identity", ["secrets: identity; aesgcm a", "new"]),
            ("secrets: aesgcm a=1", "secrets: identity; aesgcm a=1", ["secrets: aesgcm a; identity", "new"]),
            (
                "secrets: aescbc a=1", "secrets: kms v2 m@x; aescbc a=1",
                ["secrets: aescbc a; kmsv2 m", "new"]
            ),
            ("secrets: kms v2 m@x", "secrets: kms v2 m@y", ["evidence"]),
            // From a wildcard to an entry of its own, which must repeat every key.
            (
                "*.*: aesgcm a=1", "secrets: aesgcm b=2\n*.*: aesgcm a=1",
                [
                    "secrets: aesgcm a b | *.*: aesgcm a", "secrets: aesgcm b a | *.*: aesgcm a", "evidence",
                ]
            ),
        ] as [(String, String, [String])])
    func ways(_ old: String, _ new: String, _ expected: [String]) throws {
        #expect(try steps(old, new) == expected)
    }
}

extension Counterexample {
    fileprivate var summary: String {
        "\(writer.side)>\(reader) \(effect) \(certainty) \(reason.code)"
    }
}

extension ProposedConfiguration.Entry {
    fileprivate var summary: String {
        let providers = providers.map { provider in
            let names = StorageKey.list(of: [provider]).compactMap(\.name?.text)
            return ([provider.name.rawValue] + names).joined(separator: " ")
        }
        return resources.map(\.description).joined(separator: ",") + ": " + providers.joined(separator: "; ")
    }
}
