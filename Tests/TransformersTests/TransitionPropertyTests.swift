import EncryptionConfig
import KeyTransition
import KubernetesResources
import SecretMemory
import TestSupport
import Testing
import Transformers

/// What the proof says of random changes is what happens when every value is opened under the other configuration.
struct TransitionPropertyTests {
    /// Random configurations, half of which are edits of the other half; each pair of them, both ways: 20,000 changes.
    @Test(arguments: 0..<UInt64(32))
    func everyValueIsReadAsProven(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let plans = TransitionPlan.family(count: 25, using: &random)
        let files = try plans.map { try TransitionFile(configuration($0.text), endpoints: $0.endpoints) }
        for (oldIndex, old) in files.enumerated() {
            for (newIndex, new) in files.enumerated() {
                let proof = TransitionProof(
                    from: old.configuration, to: new.configuration, resources: TransitionFile.resources)
                let disagreements = try TransitionTrial(old, new).disagreements(with: proof)
                guard disagreements.isEmpty else {
                    Issue.record(
                        "\(oldIndex) to \(newIndex): \(disagreements)\n\(plans[oldIndex].text)\n\(plans[newIndex].text)"
                    )
                    return
                }
            }
        }
    }

    /// Every proposed file is one that kube-apiserver takes, and is read and reads as it should; and the way from OLD
    /// ends after a few of them.
    @Test(arguments: 0..<UInt64(16))
    func everyIntermediateHolds(seed: UInt64) throws {
        var random = SeededGenerator(seed: 1_000 + seed)
        let plans = TransitionPlan.family(count: 8, using: &random)
        for (oldPlan, newPlan) in zip(plans, plans.dropFirst() + plans.prefix(1)) {
            let new = try configuration(newPlan.text)
            var old = try TransitionFile(configuration(oldPlan.text), endpoints: oldPlan.endpoints)
            var steps = 0
            while case .intermediate(let proposal) = TransitionProof(from: old.configuration, to: new).next {
                steps += 1
                try #require(steps <= 3, "\(oldPlan.text)\n\(newPlan.text)")
                let read = try configuration(proposal.text)
                let step = try TransitionFile(
                    read, endpoints: oldPlan.endpoints.merging(newPlan.endpoints) { old, _ in old })
                let proof = TransitionProof(
                    from: old.configuration, to: proposal.configuration, resources: TransitionFile.resources)
                #expect(!proof.counterexamples.contains { !$0.isOldAlready })
                // A plugin that moved decides nothing here: the stand-in has one endpoint for each name.
                if oldPlan.endpoints == newPlan.endpoints {
                    let disagreements = try TransitionTrial(old, step).disagreements(with: proof)
                    #expect(disagreements.isEmpty)
                }
                old = step
            }
        }
    }

    /// A wrong key in front opens about one value in 256.
    @Test func chanceIsWhatItIsSaidToBe() throws {
        var plan = TransitionPlan(entries: [])
        let (right, wrong) = (TransitionPlan.Key(name: 0, bytes: 0), TransitionPlan.Key(name: 0, bytes: 1))
        func file(_ keys: [TransitionPlan.Key]) throws -> TransitionFile {
            plan.entries = [.init(resources: ["secrets"], providers: [.keys("aescbc", keys)])]
            return try TransitionFile(configuration(plan.text), endpoints: [:])
        }
        let (old, new) = (try file([right]), try file([wrong, right]))
        let proof = TransitionProof(from: old.configuration, to: new.configuration)
        #expect(proof.counterexamples.first?.effect == .byChance)
        let secrets = GroupResource(parsing: "secrets")
        let plaintext = Array("k8s\0".utf8)
        let etcdKey = TransitionSamples.etcdKey
        var wrongCount = 0
        for _ in 0..<8_192 {
            var value = SecretBuffer()
            try old.transformers.transformer(for: secrets).seal(
                plaintext.span.rawBytes, etcdKey: Array(etcdKey.utf8).span.rawBytes, appendingTo: &value)
            let outcome = open(
                value.bytes.copiedToArray(), etcdKey: etcdKey, with: try new.transformers.transformer(for: secrets))
            guard case .opened(let opened, _, _, _) = outcome else {
                Issue.record("it was not read")
                return
            }
            if opened != plaintext { wrongCount += 1 }
        }
        // 32 are expected; outside of this is less than once in a million.
        #expect((8...70).contains(wrongCount))
    }
}
