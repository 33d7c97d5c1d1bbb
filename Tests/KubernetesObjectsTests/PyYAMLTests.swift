import Foundation
import GoText
import SecretMemory
import TestSupport
import Testing

@testable import KubernetesObjects

/// What the YAML writer writes is read by a reader of YAML 1.1 that is not ours.
struct PyYAMLTests {
    /// Texts that YAML readers like to take for something else.
    static let awkward = [
        "", " ", "\n", "\t", "~", "-", "- a", "?", "? a", ":", "a:", "a: b", "a :b", "#", "a #b", "a#b", "yes", "No",
        "NO",
        "y", "N", "on", "Off", "true", "False", "null", "Null", "NULL", "nil", "1", "0", "-1", "+1", "1.5", "1e3",
        "1E3",
        "1_000", "0x1f", "0o17", "017", "1:30", "190:20:30", ".5", ".inf", "-.INF", ".nan", "NaN", "inf", "2001-12-14",
        "2001-12-14t21:59:43.10-05:00", "2026-11-23T05:06:45Z", "=", "<<", "!", "!!str", "&a", "*a", "|", ">", "%TAG",
        "@a",
        "`a`", "'", "\"", "'a'", "\"a\"", "{}", "[]", "{a", "a}", "[a", "a,b", "---", "...", "--- a", "\\", "\\n",
        "a\\b",
        " a", "a ", "a\n", "a\n\n", "\na", "a\nb", "a\nb\n", "a\n b", "a\n  \nb", "a\n  ", "a\n\t\nb", "a \nb \n",
        "  a\nb",
        "a\r\nb", "a\rb", "a\u{85}b", "a\u{a0}b", "a\u{2028}b\nc", "\u{feff}a", "a\u{feff}\nb", "\u{0}", "\u{1b}[31m",
        "\u{7f}",
        "\u{9b}x", "é", "команда\nдва\n", "日本語", "😀\n😀", "\u{202e}a", "\u{fffd}\na", "e\u{301}", "#a\nb", "- a\n- b\n",
        "a: b\nc: d\n",
        "---\na\n", "a\n---\nb", "a\n...\n", "%a\nb", "true\n", "1\n", "a\n#b\n", "key: |\n  x\n", "/a", "a/b:c",
        "a+b=", "aGk=", "MTIz",
        "a\u{61c}b\nc", "\u{200d}", "x\u{e0041}y", "\u{2069}",
        "1234", "12==", "bnVsbA==", String(repeating: "x", count: 3_000), String(repeating: "x \n", count: 400),
        String(repeating: "é ", count: 600),
    ]

    @Test func readsBackAwkwardTexts() throws { try check(Self.awkward) }

    @Test(arguments: awkward)
    func showsEveryCharacter(text: String) {
        var yaml = YAMLWriter()
        yaml.scalar(text)
        yaml.write("\n")
        yaml.block(text.utf8.span.bytes, indent: 2)
        let written = String(decoding: yaml.finish().bytes.copiedToArray(), as: UTF8.self)
        #expect(!written.unicodeScalars.contains { $0.isHiddenOrSteering && $0 != "\n" && $0 != "\t" })
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func readsBackRandomTexts(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let parts: [String] = [
            "a", "b", "yes", "1", "0", ".", "-", "e", ":", ": ", " ", "  ", "\n", "\n", "\n\n", "\t", "#", " #", "\"",
            "'", "\\", "{", "}",
            "[", "]", ",", "&", "*", "!", "|", ">", "%", "@", "`", "~", "?", "=", "+", "_", "\r", "é", "\u{85}",
            "\u{2029}", "😀",
        ]
        try check(
            (0..<300).map { _ in
                (0..<Int.random(in: 0..<9, using: &random))
                    .map { _ in parts.randomElement(using: &random) ?? "" }.joined()
            })
    }

    /// Writes each text as a key, as a value on one line and as a value of several, and compares what is read.
    private func check(_ texts: [String]) throws {
        var yaml = YAMLWriter()
        for text in texts {
            yaml.write("---\nouter:\n  ")
            yaml.key(text, indent: 2)
            yaml.write("\n    - ")
            yaml.scalar(text)
            yaml.write("\n    - ")
            yaml.block(text.utf8.span.bytes, indent: 6)
            yaml.write("\nafter:\n")
            yaml.write("  - key: ")
            yaml.block(text.utf8.span.bytes, indent: 6)
            yaml.write("\n")
        }
        struct Document: Decodable {
            let outer: [String: [String]]
            let after: [[String: String]]
        }
        let json = try PyYAML.json(of: yaml.finish().bytes.copiedToArray())
        let documents = try JSONDecoder().decode([Document].self, from: json)
        #expect(documents.count == texts.count)
        for (text, document) in zip(texts, documents) {
            let read = document.outer.flatMap { [$0.key] + $0.value } + document.after.flatMap(\.values)
            #expect(read.count == 4 && read.allSatisfy { $0.utf8.elementsEqual(text.utf8) }, "\(text.debugDescription)")
        }
    }

    @Test(arguments: try RecordedObject.all())
    func readsBackManifests(_ recorded: RecordedObject) throws {
        struct Manifest: Decodable {
            struct Metadata: Decodable {
                let name: String
                let namespace: String?
                let labels: [String: String]?
                let annotations: [String: String]?
            }
            let kind: String
            let metadata: Metadata
            let type: String?
        }
        let plaintext = try recorded.plaintext()
        let expected = try unpack(plaintext)
        let yaml = try ManifestWriterTests.manifest(plaintext, reveal: true)
        let manifests = try JSONDecoder().decode([Manifest].self, from: try PyYAML.json(of: Array(yaml.utf8)))
        let manifest = try #require(manifests.first)
        #expect(manifest.kind == expected.identity.kind.text && manifest.type == expected.type)
        #expect(manifest.metadata.name == expected.identity.name.text)
        #expect(manifest.metadata.namespace ?? "" == expected.identity.namespace.text)
        #expect(manifest.metadata.labels ?? [:] == expected.labels)
        #expect(manifest.metadata.annotations ?? [:] == expected.annotations)
    }
}

/// The YAML reader of Debian's package python3-yaml.
enum PyYAML {
    /// The documents of `yaml` as one JSON array.
    static func json(of yaml: [UInt8]) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        let script = """
            import json, sys, yaml
            text = sys.stdin.buffer.read().decode()
            sys.stdout.write(json.dumps(list(yaml.safe_load_all(text))))
            """
        process.arguments = ["-c", script]
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (input, output)
        process.standardError = FileHandle.nullDevice
        try process.run()
        // The script reads all of its input before it writes.
        try input.fileHandleForWriting.write(contentsOf: yaml)
        try input.fileHandleForWriting.close()
        return output.fileHandleForReading.readDataToEndOfFile()
    }
}
