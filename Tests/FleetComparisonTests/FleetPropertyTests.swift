import FleetComparison
import KeyTransition
import TestSupport
import Testing

/// Random files of keys that either read a value or do not, against a model that is a list of words.
struct FleetPropertyTests {
    /// A file: for each resource the words of its keys, such as `aesgcm a=1`, in order.
    typealias Model = [String: [String]]

    private static let resources = ["secrets", "configmaps", "widgets.example.com"]

    private static func model(_ random: inout SeededGenerator) -> Model {
        var model: Model = [:]
        for resource in resources where Int.random(in: 0..<4, using: &random) > 0 {
            var words: [String] = []
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let cipher = ["aesgcm", "secretbox"].randomElement(using: &random) ?? ""
                let name = ["a", "b"].randomElement(using: &random) ?? ""
                let word =
                    Int.random(in: 0..<4, using: &random) == 0
                    ? "identity" : "\(cipher) \(name)=\(Int.random(in: 1...2, using: &random))"
                if !words.contains(word) { words.append(word) }
            }
            model[resource] = words
        }
        return model.isEmpty ? ["secrets": ["identity"]] : model
    }

    private static func short(_ model: Model) -> String {
        model.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.joined(separator: "; "))" }
            .joined(separator: "\n")
    }

    /// What a server keeps of a resource, whether its file names it or not.
    private static func keys(_ model: Model, _ resource: String) -> [String] { model[resource] ?? ["identity"] }

    /// Whether values that one wrote are lost on the other: now, or of earlier times.
    private static func losses(_ writer: Model, _ reader: Model) -> (now: Bool, earlier: Bool) {
        var losses = (now: false, earlier: false)
        for resource in resources {
            let readable = Set(keys(reader, resource))
            let written = keys(writer, resource)
            if !readable.contains(written[0]) { losses.now = true }
            if written.dropFirst().contains(where: { !readable.contains($0) }) { losses.earlier = true }
        }
        return losses
    }

    @Test(arguments: 0..<150) func agreesWithTheModel(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        var models = (0..<Int.random(in: 2...4, using: &random)).map { _ in Self.model(&random) }
        if Bool.random(using: &random) { models.append(models[0]) }
        var scene = FleetScene()
        for (number, model) in models.enumerated() { try scene.add("m\(number)", Self.short(model)) }
        // An audit of values of every resource.
        let needs = Self.resources.flatMap { resource in
            (0..<2).map { _ in
                (resource, Self.keys(Self.model(&random), resource).randomElement(using: &random) ?? "identity")
            }
        }
        try scene.audit("backup", needs.map { "\($0.0) \($0.1)" })
        let comparison = try scene.comparison()
        let cluster = try #require(comparison.clusters.first)

        var distinct: [Model] = []
        for model in models where !distinct.contains(model) { distinct.append(model) }
        #expect(cluster.groups.count == distinct.count)
        let members = cluster.groups.map { $0.members.map(\.name.text.text) }
        for (group, model) in zip(members, distinct) {
            #expect(group == models.indices.filter { models[$0] == model }.map { "m\($0)" })
        }
        for pair in cluster.pairs {
            let there = Self.losses(distinct[pair.first], distinct[pair.second])
            let back = Self.losses(distinct[pair.second], distinct[pair.first])
            let answer: TransitionProof.Answer =
                there.now || back.now ? .no : there.earlier || back.earlier ? .depends : .yes
            #expect(pair.answer == answer, "\(distinct[pair.first]) \(distinct[pair.second])")
            #expect(pair.unread.contains { $0.writer == pair.first } == (there.now || there.earlier))
            #expect(pair.unread.contains { $0.writer == pair.second } == (back.now || back.earlier))
        }
        let audit = comparison.audits[0]
        for (index, model) in distinct.enumerated() {
            for (need, (resource, key)) in zip(audit.needs, needs) {
                #expect((need.holdings[index] == .opens) == Self.keys(model, resource).contains(key))
            }
            let opensAll = needs.allSatisfy { Self.keys(model, $0.0).contains($0.1) }
            #expect(audit.answer(index) == (opensAll ? .yes : .no))
        }
        let isSame = distinct.count == 1 && audit.answer(0) == .yes
        #expect(comparison.verdict == (isSame ? .same : .different))
    }
}
