import EncryptionConfig
import GoText
import KeyTransition
import KubernetesResources
import TestSupport
import Testing

/// Every recorded change, fact by fact: what Kubernetes read is what the proof says.
struct TransitionRecordedTests {
    @Test func everyFact() throws {
        let transitions = try RecordedTransition.all()
        #expect(transitions.count == 500)
        var factCount = 0
        for transition in transitions {
            let (old, new) = (try configuration(transition.old), try configuration(transition.new))
            let resources = transition.resources.keys.sorted().map { GroupResource(parsing: $0) }
            let proof = TransitionProof(from: old, to: new, resources: resources)
            for (resource, answer) in zip(resources, proof.resources) {
                guard let facts = transition.resources[resource.description] else { continue }
                factCount += check(answer, facts, "\(transition.id) \(resource)")
            }
            checkVerdict(proof, transition)
        }
        #expect(factCount == 12_761)
    }

    /// What is said of a file by default covers what is said of resources by name.
    @Test func askingForEverythingMissesNothing() throws {
        for transition in try RecordedTransition.all() {
            let (old, new) = (try configuration(transition.old), try configuration(transition.new))
            let resources = transition.resources.keys.sorted().map { GroupResource(parsing: $0) }
            let named = TransitionProof(from: old, to: new, resources: resources)
            let everything = TransitionProof(from: old, to: new)
            let answers = Dictionary(uniqueKeysWithValues: everything.resources.map { ($0.resource, $0) })
            for answer in named.resources {
                let same = answers[answer.resource] ?? answers[.all(of: answer.resource.name.group)]
                // What neither side covers is not asked about.
                guard let same = same ?? answers[.everything] else {
                    #expect(answer.old.pattern == nil && answer.new.pattern == nil)
                    continue
                }
                #expect(same.safe == answer.safe && same.rolling == answer.rolling, "\(transition.id)")
            }
        }
    }

    /// Compares one resource, and returns how many facts there were.
    private func check(
        _ answer: ResourceProof, _ facts: RecordedTransition.ResourceFacts, _ name: String
    ) -> Int {
        #expect(answer.old.pattern?.description == facts.oldRule, "\(name)")
        #expect(answer.new.pattern?.description == facts.newRule, "\(name)")
        #expect(answer.old.writeKey.recorded == facts.oldWrite, "\(name)")
        #expect(answer.new.writeKey.recorded == facts.newWrite, "\(name)")
        let oldWrite = Counterexample.Effect.recorded(
            facts.newReadsOldWrite, alsoSeen: facts.newReadsOldWriteAlsoSeen)
        #expect(answer.effect(writtenBy: .old, 0) == oldWrite, "\(name)")
        let newWrite = Counterexample.Effect.recorded(
            facts.oldReadsNewWrite, alsoSeen: facts.oldReadsNewWriteAlsoSeen)
        #expect(answer.effect(writtenBy: .new, 0) == newWrite, "\(name)")
        #expect(answer.old.keys.count == facts.newReadsOldReaders.count)
        for (index, fact) in facts.newReadsOldReaders.enumerated() {
            #expect(answer.old.keys[index].recorded == .init(provider: fact.provider, key: fact.key), "\(name)")
            let effect = Counterexample.Effect.recorded(fact.result, alsoSeen: fact.alsoSeen)
            #expect(answer.effect(writtenBy: .old, index) == effect, "\(name) \(index)")
        }
        return facts.newReadsOldReaders.count + 2
    }

    /// The answers for the whole file, as the contract derives them from the facts. What chance can spoil counts as
    /// unsafe here and as read in the recording.
    private func checkVerdict(_ proof: TransitionProof, _ transition: RecordedTransition) {
        let counterexamples = proof.counterexamples
        #expect(counterexamples.contains { $0.effect == .byChance } == transition.chance, "\(transition.id)")
        let harmful = counterexamples.filter { $0.effect != .byChance }
        let oldWrite = harmful.filter { $0.reader == .new && $0.certainty == .certain }
        #expect(oldWrite.isEmpty == transition.safeSingleCertain, "\(transition.id)")
        let stored = harmful.filter { $0.reader == .new }
        #expect(stored.isEmpty == transition.safeSingleAll, "\(transition.id)")
        #expect(harmful.allSatisfy { $0.certainty != .certain } == transition.rolling, "\(transition.id)")
        #expect(harmful.isEmpty == transition.rollingAll, "\(transition.id)")
        guard !transition.chance else { return }
        let safe: TransitionProof.Answer =
            transition.safeSingleAll ? .yes : transition.safeSingleCertain ? .depends : .no
        let rolling: TransitionProof.Answer = transition.rollingAll ? .yes : transition.rolling ? .depends : .no
        #expect(proof.safe == safe, "\(transition.id)")
        #expect(proof.rolling == rolling, "\(transition.id)")
    }
}

extension StorageKey {
    fileprivate var recorded: RecordedTransition.Key { .init(provider: provider.rawValue, key: name?.text) }
}

extension ResourceProof {
    /// What a value of the key at `index` of a side comes to on the other side; nil if it is read as it was written.
    fileprivate func effect(writtenBy side: Counterexample.Side, _ index: Int) -> Counterexample.Effect? {
        let key = (side == .old ? old : new).keys[index]
        return counterexamples.first { $0.writer.side == side && $0.writer.key.isSame(as: key) }?.effect
    }
}
