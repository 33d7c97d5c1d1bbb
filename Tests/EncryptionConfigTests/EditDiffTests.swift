import EncryptionConfig
import Foundation
import SecretMemory
import TestSupport
import Testing

struct EditDiffTests {
    /// No diff of any edit shows a secret of the file, in whatever way it is written there, or a part of one.
    @Test(arguments: EditFile.all)
    func noSecretIsShown(_ file: EditFile) throws {
        var random = SeededGenerator(seed: 21)
        let document = try file.document()
        for edit in everyEdit(of: document, &random) {
            guard let edited = try? file.edited(edit) else { continue }
            let diff = file.diff(to: edited, context: 100)
            for key in try edited.document().secrets + document.secrets {
                for part in [key.prefix(12), key.dropFirst(12).prefix(12), key.suffix(12)] {
                    #expect(!diff.contains(part), "\(edit)")
                }
            }
        }
    }

    @Test func keysInCommentsAndElsewhereAreHidden() throws {
        let secret = "c2VjcmV0IGlzIHNlY3VyZSwgb3IgaXMgaXQ/Pz8/Pz8="
        let retired = "bm8gbG9uZ2VyIGluIHVzZSBidXQgc3RpbGwgaGVyZS4="
        let hex = "000102030405060708090a0b0c0d0e0f"
        let old = """
            # key1 was \(retired) (\(hex))
            apiVersion: apiserver.config.k8s.io/v1
            kind: EncryptionConfiguration
            resources:
            - resources: [secrets] # not "\(secret)"
              providers:
              - secretbox:
                  keys:
                  - name: key1
                    secret: >
                      \(secret.prefix(20))
                      \(secret.dropFirst(20))
              - kms: {apiVersion: v2, name: k, endpoint: "unix:///var/lib/kubelet/plugins/kms/socket.sock"}
            ---
            secret: \(retired)
            """
        let file = EditFile(name: "comments", bytes: Array(old.utf8))
        let new = EditFile(name: "comments", bytes: Array(old.replacing("name: k,", with: "name: l,").utf8))
        let stars = String(repeating: "*", count: 44)
        #expect(
            file.diff(to: new, context: 100) == """
                --- a
                +++ b
                @@ -1,15 +1,15 @@
                 # key1 was \(stars) (\(stars.prefix(32)))
                 apiVersion: apiserver.config.k8s.io/v1
                 kind: EncryptionConfiguration
                 resources:
                 - resources: [secrets] # not "\(stars)"
                   providers:
                   - secretbox:
                       keys:
                       - name: key1
                         secret: >
                           \(stars.prefix(20))
                           \(stars.prefix(24))
                -  - kms: {apiVersion: v2, name: k, endpoint: "unix:///var/lib/kubelet/plugins/kms/socket.sock"}
                +  - kms: {apiVersion: v2, name: l, endpoint: "unix:///var/lib/kubelet/plugins/kms/socket.sock"}
                 ---
                 secret: \(stars)
                \\ No newline at end of file

                """)
    }

    @Test func aChangedSecretShowsAsAChangedLine() {
        let old = EditFile.oneEntry("[{aescbc: {keys: [{name: a, secret: AAAAAAAAAAAAAAAAAAAAAA==}]}}]")
        let new = EditFile.oneEntry("[{aescbc: {keys: [{name: a, secret: BBBBBBBBBBBBBBBBBBBBBA==}]}}]")
        let lines = old.diff(to: new, context: 0).split(separator: "\n")
        #expect(lines.count == 5 && lines[3].dropFirst() == lines[4].dropFirst())
        #expect(lines[3].contains("secret: ************************}"))
    }

    @Test func equalTextsHaveNoDiff() {
        for file in EditFile.all { #expect(file.diff(to: file).isEmpty) }
    }

    @Test func controlsDoNotReachTheTerminal() {
        let old = EditFile(name: "a", bytes: Array("a\u{1b}[2J\r\nb\n".utf8))
        let diff = old.diff(to: EditFile(name: "b", bytes: Array("a\n".utf8)))
        #expect(diff.contains("-a^[[2J^M\n"))
    }

    /// What a reader makes of the diff of two random texts without secrets is the new text.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func diffsApply(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        func text() -> [String] {
            (0..<Int.random(in: 0...20, using: &random)).map { _ in "l\(Int.random(in: 0..<5, using: &random))" }
        }
        let (old, new) = (text(), text())
        func file(_ lines: [String]) -> EditFile {
            EditFile(name: "", bytes: Array(lines.map { $0 + "\n" }.joined().utf8))
        }
        let diff = file(old).diff(to: file(new), context: Int(seed % 4))
        #expect(apply(diff, to: old) == new, "\(old) \(new)\n\(diff)")
    }

    private func apply(_ diff: String, to old: [String]) -> [String] {
        var output: [String] = []
        var position = 0
        for line in diff.split(separator: "\n").dropFirst(2) {
            let text = String(line.dropFirst())
            switch line.first {
            case "@":
                let numbers = text.split(separator: " ")[1].dropFirst().split(separator: ",").compactMap { Int($0) }
                let start = numbers.count == 2 && numbers[1] == 0 ? numbers[0] : numbers[0] - 1
                output += old[position..<start]
                position = start
            case "-": position += 1
            case "+": output.append(text)
            default:
                output.append(text)
                position += 1
            }
        }
        return output + old[position...]
    }
}

extension ConfigurationDocument {
    /// The base64 of each key, without line breaks.
    var secrets: [String] {
        resources.flatMap(\.providers).flatMap { provider in
            [provider.aescbc, provider.aesgcm, provider.secretbox].compactMap { $0 }.flatMap(\.keys)
                .compactMap { $0.secret?.value.revealedText().filter { !$0.isNewline } }
        }
    }
}
