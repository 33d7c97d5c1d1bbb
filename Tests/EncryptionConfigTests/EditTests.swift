import EncryptionConfig
import Foundation
import SecretMemory
import TestSupport
import Testing

/// Every primitive edit of every file in testdata/edits.
struct EditTests {
    @Test func thereAreEnoughFiles() {
        #expect(EditFile.all.count >= 30)
    }

    @Test(arguments: EditFile.all)
    func eachEditSaysWhatItShouldAndNoMore(_ file: EditFile) throws {
        var random = SeededGenerator(seed: 1)
        let document = try file.document()
        for edit in everyEdit(of: document, &random) {
            guard let edited = try unlessShared({ () throws(EditRefusal) in try file.edited(edit) }) else { continue }
            #expect(try edited.document().outline == document.outline.applying(edit), "\(edit)")
            #expect(edit.isConfined(from: file, to: edited), "\(edit)\n\(file.diff(to: edited))")
            guard file.isInBlockStyle else { continue }
            let difference = edited.lines.difference(from: file.lines)
            switch edit {
            case .insertKey, .insertProvider, .insertEntry: #expect(difference.removals.isEmpty, "\(edit)")
            case .removeKeys(_, _) where edited.text.contains("[]"): #expect(difference.insertions.count == 1)
            case .removeKeys: #expect(difference.insertions.isEmpty, "\(edit)")
            case .removeProviders(_, _): #expect(difference.insertions.count <= 1, "\(edit)")
            case .moveKeyToFront, .moveProviderToFront: #expect(edited.lines.sorted() == file.lines.sorted(), "\(edit)")
            }
        }
    }

    @Test(arguments: EditFile.all)
    func whatIsAddedCanBeTakenOutAgain(_ file: EditFile) throws {
        var random = SeededGenerator(seed: 2)
        for edit in everyEdit(of: try file.document(), &random) {
            guard let inverse = edit.inverse,
                let edited = try unlessShared({ () throws(EditRefusal) in try file.edited(edit) })
            else { continue }
            let restored = try edited.edited(inverse)
            if file.isAccepted {
                #expect(restored.bytes == file.bytes, "\(edit)\n\(file.diff(to: restored))")
            } else {
                #expect(try restored.document().outline == file.document().outline)
            }
        }
    }

    /// A new entry, at each place. One style of the list itself is refused; nothing is written then.
    @Test(arguments: EditFile.all)
    func entriesAreAdded(_ file: EditFile) throws {
        let document = try file.document()
        for index in 0...document.resources.count {
            let edit = ConfigurationEdit.insertEntry(resources: ["pods", "jobs.batch"], .identity, at: index)
            let edited: EditFile
            do throws(EditRefusal) { edited = try file.edited(edit) } catch {
                #expect(error == .unsupportedShape && file.name == "explicit-keys.yaml", "\(error)")
                continue
            }
            #expect(try edited.document().outline == document.outline.applying(edit))
            #expect(edit.isConfined(from: file, to: edited), "\(file.diff(to: edited))")
        }
    }

    /// To move item k to the front k + 1 times brings every item back to its place.
    @Test(arguments: EditFile.all)
    func movesComeBack(_ file: EditFile) throws {
        var random = SeededGenerator(seed: 3)
        for edit in everyEdit(of: try file.document(), &random) {
            guard let index = edit.movedIndex,
                let moved = try unlessShared({ () throws(EditRefusal) in try file.edited(edit) })
            else { continue }
            #expect(moved.bytes.sorted() == file.bytes.sorted())
            #expect((moved.bytes == file.bytes) == (index == 0))
            let back = try file.edited(Array(repeating: edit, count: index + 1))
            #expect(back.bytes == file.bytes, "\(edit)\n\(file.diff(to: back))")
        }
    }

    /// What the files with anchors refuse: those places share a list, or carry an anchor that another one uses.
    private func unlessShared(_ edit: () throws(EditRefusal) -> EditFile) throws -> EditFile? {
        do {
            return try edit()
        } catch {
            switch error {
            case .shared, .anchorInUse: return nil
            default: throw error
            }
        }
    }

    // MARK: Comments and line breaks

    @Test func itemsTakeTheirCommentsAlong() throws {
        let file = EditFile.named("comments.yaml")
        let moved = try file.edited(.moveKeyToFront(from: 1, in: [ProviderPlace(entry: 0, provider: 0)]))
        #expect(
            file.diff(to: moved, context: 0) == """
                --- a
                +++ b
                @@ -13,0 +14,4 @@
                +            # the one before
                +            - name: key0          # old
                +              secret: ********************************************
                +
                @@ -19,4 +22,0 @@
                -
                -            # the one before
                -            - name: key0          # old
                -              secret: ********************************************

                """)
    }

    @Test func commasStayBetweenItems() throws {
        let file = EditFile.named("flow-lines.yaml")
        let moved = try file.edited(.moveKeyToFront(from: 1, in: [ProviderPlace(entry: 0, provider: 0)]))
        #expect(
            file.diff(to: moved, context: 0) == """
                --- a
                +++ b
                @@ -9,2 +8,0 @@
                -        # first
                -        {name: key1, secret: "********************************************"}, # in use
                @@ -12 +10,3 @@
                -        {name: key0, secret: "********************************************"} # old
                +        {name: key0, secret: "********************************************"}, # old
                +        # first
                +        {name: key1, secret: "********************************************"} # in use

                """)
    }

    @Test(arguments: ["crlf.yaml", "crlf.json"])
    func newLinesEndAsTheOthers(_ name: String) throws {
        var random = SeededGenerator(seed: 4)
        let file = EditFile.named(name)
        for edit in everyEdit(of: try file.document(), &random) {
            let edited = try file.edited(edit)
            #expect(edited.lines.dropLast().allSatisfy { $0.hasSuffix("\r") }, "\(edit)")
        }
    }

    @Test(arguments: ["no-newline.yaml", "pretty-4.json", "one-line.yaml", "k3s.json"])
    func noLineBreakIsAddedAtTheEnd(_ name: String) throws {
        var random = SeededGenerator(seed: 5)
        let file = EditFile.named(name)
        for edit in everyEdit(of: try file.document(), &random) {
            #expect(try file.edited(edit).bytes.last != UInt8(ascii: "\n"), "\(edit)")
        }
    }

    // MARK: Empty lists

    @Test func emptyListsAreFilled() throws {
        var random = SeededGenerator(seed: 6)
        let file = EditFile.named("empty-lists.yaml")
        let places = (0..<3).map { ProviderPlace(entry: 0, provider: $0) }
        let edits: [ConfigurationEdit] =
            [.insertProvider(.identity, at: 0, entries: [1])]
            + places.map { .insertKey(newKey("key9", &random), at: 0, in: [$0]) }
        let filled = try file.edited(edits)
        let item = "[{name: \"key9\", secret: \(String(repeating: "*", count: 44))}]"
        #expect(
            file.diff(to: filled, context: 0) == """
                --- a
                +++ b
                @@ -7,2 +7,2 @@
                -          keys: []   # none yet
                -      - aesgcm: {}
                +          keys: \(item)   # none yet
                +      - aesgcm: {keys: \(item)}
                @@ -10 +10 @@
                -          keys:
                +          keys: \(item)
                @@ -12 +12 @@
                -    providers: []
                +    providers: [{identity: {}}]

                """)
        #expect(try filled.configuration().keys.count == 3)
    }

    @Test func missingListsAreAdded() throws {
        var random = SeededGenerator(seed: 8)
        let header = "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n"
        let file = EditFile(
            name: "missing.yaml",
            bytes: Array(
                (header + "- resources: [secrets] # a\n- resources: [b]\n  providers:\n- {resources: [c]}\n").utf8))
        let key = newKey("key-9-of-9", &random)
        let base64 = Data(key.secret.span.copiedToArray()).base64EncodedString()
        let filled = try file.edited(
            .insertProvider(.identity, at: 0, entries: [0]), .insertProvider(.keys(.aesgcm, key), at: 0, entries: [1]),
            .insertProvider(.identity, at: 0, entries: [2]))
        #expect(
            filled.text == header + """
                - resources: [secrets] # a
                  providers: [{identity: {}}]
                - resources: [b]
                  providers: [{aesgcm: {keys: [{name: key-9-of-9, secret: \(base64)}]}}]
                - {resources: [c], providers: [{identity: {}}]}

                """)
        let start = #"{"apiVersion":"apiserver.config.k8s.io/v1","kind":"EncryptionConfiguration","resources":["#
        let lists = #"{"resources":["a"],"providers":null},{"resources":["b"]}]}"#
        let json = EditFile(name: "missing.json", bytes: Array((start + lists).utf8))
        let edited = try json.edited(.insertProvider(.identity, at: 0, entries: [0, 1]))
        #expect(
            edited.text == start + #"{"resources":["a"],"providers":[{"identity":{}}]},"#
                + #"{"resources":["b"],"providers":[{"identity":{}}]}]}"#)
    }

    @Test func theOnlyItemLeavesAnEmptyList() throws {
        let file = EditFile.named("documented.yaml")
        let empty = try file.edited(.removeKeys(at: [0], in: [ProviderPlace(entry: 0, provider: 0)]))
        #expect(empty.text.contains("\n          keys: []\n      - identity: {}\n"))
    }

    // MARK: Anchors

    @Test func aSharedListIsEditedAtItsAnchorOrNotAtAll() throws {
        var random = SeededGenerator(seed: 7)
        let file = EditFile.named("aliased-keys.yaml")
        let places = (0..<3).map { ProviderPlace(entry: $0, provider: 0) }
        let key = newKey("key-20260729t120000z", &random)
        #expect(throws: EditRefusal.shared(with: ["resources[1].providers[0]", "resources[2].providers[0]"])) {
            try file.edited(.insertKey(key, at: 1, in: [places[0]]))
        }
        #expect(throws: EditRefusal.shared(with: ["resources[0].providers[0]"])) {
            try file.edited(.insertKey(key, at: 1, in: [places[1], places[2]]))
        }
        let edited = try file.edited(.insertKey(key, at: 1, in: places))
        #expect(edited.lines.count == file.lines.count + 2)
        #expect(try edited.document().resources.allSatisfy { $0.providers[0].aescbc?.keys.count == 2 })
    }

    @Test func anAnchorThatIsUsedIsNotRemoved() throws {
        let file = EditFile.named("anchored-secret.yaml")
        let places = [ProviderPlace(entry: 0, provider: 0), ProviderPlace(entry: 1, provider: 0)]
        #expect(throws: EditRefusal.anchorInUse) { try file.edited(.removeKeys(at: [0], in: [places[0]])) }
        // In both lists it can be: what uses the anchor goes first.
        let edited = try file.edited(.removeKeys(at: [1], in: places))
        #expect(!edited.text.contains("&old") && !edited.text.contains("*old"))
    }

    @Test func anAliasIsNotMovedBeforeItsAnchor() throws {
        let file = EditFile(
            name: "order.yaml",
            bytes: Array(
                """
                apiVersion: apiserver.config.k8s.io/v1
                kind: EncryptionConfiguration
                resources:
                - resources: [secrets]
                  providers:
                  - aescbc: &keys
                      keys: [{name: key1, secret: AAAAAAAAAAAAAAAAAAAAAA==}]
                  - aesgcm: *keys
                """.utf8))
        #expect(throws: EditRefusal.aliasBeforeAnchor) { try file.edited(.moveProviderToFront(from: 1, entries: [0])) }
    }

    // MARK: Refusals

    @Test func otherEncodingsAreRefused() throws {
        let text = EditFile.named("documented.yaml").text
        for encoding in [String.Encoding.utf16LittleEndian, .utf16BigEndian] {
            let mark: [UInt8] = encoding == .utf16LittleEndian ? [0xff, 0xfe] : [0xfe, 0xff]
            let file = EditFile(name: "utf16.yaml", bytes: mark + Array(text.data(using: encoding) ?? .init()))
            #expect(throws: EditRefusal.encodedAsUTF16) { try file.edited(.removeProviders(at: [1], entries: [0])) }
        }
    }

    @Test func placesThatAreNotThereAreRefused() {
        let file = EditFile.named("documented.yaml")
        let nowhere = ProviderPlace(entry: 0, provider: 1)
        for edit: ConfigurationEdit in [
            .removeProviders(at: [2], entries: [0]), .removeProviders(at: [0], entries: [1]),
            .removeKeys(at: [0], in: [nowhere]),
            .moveKeyToFront(from: -1, in: [ProviderPlace(entry: 0, provider: 0)]),
        ] {
            #expect(throws: EditRefusal.self) { try file.edited(edit) }
        }
    }

    /// Half of each file, and each file with other bytes in it, is edited or refused.
    @Test(arguments: 0..<32 as Range<UInt64>)
    func mutatedTextsNeverTrap(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for file in EditFile.all.shuffled(using: &random).prefix(12) {
            var bytes = file.bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes.remove(at: index)
                case 1: bytes.insert(Array("#-:,[]{}&*|> \n\r\t\"'".utf8).randomElement(using: &random) ?? 0, at: index)
                case 2: bytes[index] = Array("#-:,[]{}&*|> \n\r\t\"'".utf8).randomElement(using: &random) ?? 0
                default: bytes.swapAt(index, Int.random(in: bytes.indices, using: &random))
                }
            }
            let mutant = EditFile(name: file.name, bytes: bytes)
            _ = file.diff(to: mutant)
            guard let document = try? mutant.document() else { continue }
            for edit in everyEdit(of: document, &random).shuffled(using: &random).prefix(6) {
                guard let edited = try? mutant.edited(edit) else { continue }
                #expect(try edited.document().outline == document.outline.applying(edit), "\(edit)\n\(mutant.text)")
            }
        }
    }
}
