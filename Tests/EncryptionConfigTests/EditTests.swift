import EncryptionConfig
import Foundation
import SecretMemory
import TestSupport
import Testing

struct EditTests {
    @Test(arguments: EditFile.all)
    func dump(_ file: EditFile) throws {
        var random = SeededGenerator(seed: 1)
        var out = "##### \(file.name)\n"
        for edit in everyEdit(of: try file.document(), &random) {
            var label = "\(edit)"
            label = String(label.prefix(150))
            do {
                let edited = try file.edited(edit)
                out += "== \(label)\n\(file.diff(to: edited, context: 1))"
            } catch { out += "== \(label)\n!! \(error)\n" }
        }
        try out.write(toFile: "/tmp/edit-dump/\(file.name).txt", atomically: true, encoding: .utf8)
    }
}
