import EncryptionConfig
import SecretMemory
import TestSupport
import Testing

struct EditPropertyTests {
    /// Random edits of random documents in random styles: each result says what was intended, nothing else changed,
    /// and what was added or moved can be taken back, byte for byte.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func randomEdits(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed &* 77)
        var file = EditFile(name: "seed \(seed)", bytes: Array(StyledConfiguration(seed: seed).text.utf8))
        for _ in 0..<6 {
            let document = try file.document()
            guard let edit = everyEdit(of: document, &random).randomElement(using: &random) else { return }
            let edited = try file.edited(edit)
            #expect(try edited.document().outline == document.outline.applying(edit), "\(edit)\n\(file.text)")
            #expect(edit.isConfined(from: file, to: edited), "\(edit)\n\(file.diff(to: edited))")
            if let inverse = edit.inverse, document.outline.hasNoEmptyList {
                #expect(try edited.edited(inverse).bytes == file.bytes, "\(edit)\n\(file.diff(to: edited))")
            }
            if let index = edit.movedIndex {
                let back = try file.edited(Array(repeating: edit, count: index + 1))
                #expect(back.bytes == file.bytes, "\(edit)\n\(file.text)")
            }
            file = edited
        }
    }
}

extension Outline {
    var hasNoEmptyList: Bool {
        entries.allSatisfy { entry in
            !entry.providers.isEmpty && entry.providers.allSatisfy { $0.keys.values.allSatisfy { !$0.isEmpty } }
        }
    }
}
