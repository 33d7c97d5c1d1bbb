import SecretMemory
import TestSupport
import Testing

@testable import EncryptionConfig

/// Many edits at once do what they do one after the other, and the text is read for all of them together.
struct ManyEditsTests {
    /// Every list of keys, with the number of its keys.
    private func lists(of file: EditFile) throws -> [(place: ProviderPlace, count: Int)] {
        try file.document().resources.enumerated().flatMap { entry, resource in
            resource.providers.enumerated().compactMap { index, provider in
                (provider.aescbc ?? provider.aesgcm ?? provider.secretbox).map {
                    (ProviderPlace(entry: entry, provider: index), $0.keys.count)
                }
            }
        }
    }

    private func oneByOne(_ edits: [ConfigurationEdit], _ file: EditFile) throws(EditRefusal) -> EditFile {
        var file = file
        for edit in edits { file = try file.edited(edit) }
        return file
    }

    /// Compares texts, or refusals.
    private func expectSame(_ edits: [ConfigurationEdit], _ singles: [ConfigurationEdit], _ file: EditFile) {
        let atOnce = Result { () throws(EditRefusal) in try file.edited(edits) }
        let inSteps = Result { () throws(EditRefusal) in try oneByOne(singles, file) }
        switch (atOnce, inSteps) {
        case (.success(let left), .success(let right)):
            #expect(left.bytes == right.bytes, "\(edits)\n\(right.diff(to: left))")
        case (.failure(let left), .failure(let right)): #expect(left == right)
        default: Issue.record("\(edits): \(atOnce) \(inSteps)")
        }
    }

    @Test(arguments: EditFile.all)
    func keysAreRemovedTogether(_ file: EditFile) throws {
        for (place, count) in try lists(of: file) where count > 2 {
            for kept in [0, count / 2] {
                let edit = ConfigurationEdit.removeKeys(at: Array(kept + 1..<count), in: [place])
                expectSame([edit], edit.singles, file)
            }
            let some = ConfigurationEdit.removeKeys(at: Array(stride(from: 0, to: count, by: 2)), in: [place])
            expectSame([some], some.singles, file)
        }
    }

    @Test(arguments: EditFile.all)
    func everyListIsEdited(_ file: EditFile) throws {
        var random = SeededGenerator(seed: 5)
        let lists = try lists(of: file)
        let edits = lists.map {
            ConfigurationEdit.insertKey(newKey("new", &random), at: min(1, $0.count), in: [$0.place])
        }
        expectSame(edits, edits, file)
        let moves = lists.filter { $0.count > 1 }.map { ConfigurationEdit.moveKeyToFront(from: 1, in: [$0.place]) }
        expectSame(moves, moves, file)
        let entries = try file.document().resources.indices
        let providers = entries.map { ConfigurationEdit.insertProvider(.identity, at: 1, entries: [$0]) }
        expectSame(providers, providers, file)
    }

    /// Any edits in any order.
    @Test(arguments: EditFile.all)
    func mixedEdits(_ file: EditFile) throws {
        var random = SeededGenerator(seed: 6)
        for _ in 0..<5 {
            var edits: [ConfigurationEdit] = []
            var document = try file.document()
            for _ in 0..<3 {
                guard let edit = everyEdit(of: document, &random).randomElement(using: &random),
                    let next = try? document.applying(edit)
                else { continue }
                edits.append(edit)
                document = next
            }
            expectSame(edits, edits, file)
        }
    }

    /// The comments of a text are looked for once, not once for each list: this takes a moment, and took minutes.
    @Test func manyListsLoseKeys() throws {
        let count = 2_000
        let secret = "AAAAAAAAAAAAAAAAAAAAAA=="
        let entries = (0..<count).map {
            "- {resources: [r\($0)], providers: [{aescbc: {keys: [{name: a, secret: \(secret)}, {name: b, secret: \(secret)}]}}]}\n"
        }
        let header = "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n"
        let file = EditFile(name: "many", bytes: Array((header + entries.joined()).utf8))
        let places = (0..<count).map { ProviderPlace(entry: $0, provider: 0) }
        let edited = try file.edited([.removeKeys(at: [1], in: places)])
        #expect(try lists(of: edited).map(\.count) == Array(repeating: 1, count: count))
    }

    /// The text is read once for each of these.
    @Test func editsOfDifferentListsAreOneBatch() {
        var random = SeededGenerator(seed: 7)
        let keys = (0..<100).map { entry in
            ConfigurationEdit.insertKey(
                newKey("new", &random), at: 1, in: [ProviderPlace(entry: entry, provider: 0)])
        }
        #expect(ConfigurationEditor.batches(of: keys).map(\.count) == [100])
        let providers = (0..<100).map { ConfigurationEdit.moveProviderToFront(from: 1, entries: [$0]) }
        #expect(ConfigurationEditor.batches(of: keys + providers).map(\.count) == [100, 100])
        // What was edited is another list than it was.
        #expect(ConfigurationEditor.batches(of: [keys[0], keys[1], keys[0], keys[2]]).map(\.count) == [2, 2])
        #expect(ConfigurationEditor.batches(of: []).isEmpty)
    }
}
