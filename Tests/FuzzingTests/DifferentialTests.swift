import EncryptionConfig
import Foundation
import KubernetesResources
import PatientTesting
import SecretMemory
import TestSupport
import Testing
import Transformers

/// The same answers as an implementation of its own: in Python, with another AES, written from the formats alone.
@Suite(.patient) struct DifferentialTests {
    /// What the other implementation says of each input.
    private func reference(_ inputs: [[UInt8]], _ arguments: String...) throws -> [Substring] {
        let folder = TestData.packageRoot.appendingPathComponent("Tests")
        let (input, output) = (scratchFile(), scratchFile())
        defer { for file in [input, output] { try? FileManager.default.removeItem(at: file) } }
        try Data(inputs.map { hexText($0) + "\n" }.joined().utf8).write(to: input)
        try Data().write(to: output)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments =
            [
                folder.appendingPathComponent("FuzzingTests/Reference/reference.py").path,
                folder.appendingPathComponent("TestSupport/FakeAPIServer").path,
            ] + arguments
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardOutput = try FileHandle(forWritingTo: output)
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return String(decoding: try Data(contentsOf: output), as: UTF8.self).split(separator: "\n")
    }

    private func scratchFile() -> URL {
        FileManager.default.temporaryDirectory.appendingPathComponent("differential-\(UUID().uuidString)")
    }

    private func hexText(_ bytes: [UInt8]) -> String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    /// Stored values: what opens, to which plaintext, and whether it is stale.
    @Test func values() throws {
        let variations = try Variations(of: .value)
        let first = Variations.first(of: Sample.seed)
        let inputs = (0..<UInt64(Sample.isWhole ? 500_000 : 4000)).map { variations.input(first + $0) }
        let file = scratchFile()
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(FuzzedStore.configurationText.utf8).write(to: file)
        let key = "/registry/secrets/default/foo"
        let answers = try reference(inputs, "values", file.path, key)
        try #require(answers.count == inputs.count)
        let transformer = try FuzzedStore.transformers().transformer(for: GroupResource(resource: "secrets"))
        var openedCount = 0
        for (input, answer) in zip(inputs, answers) {
            let ours = try Self.open(input, key, transformer)
            openedCount += ours == nil ? 0 : 1
            let theirs = answer.hasPrefix("ok ") ? answer : nil
            #expect(
                ours.map { "ok \($0.isStale ? 1 : 0) \(hexText($0.plaintext))" } == theirs.map(String.init),
                "\(hexText(input)): \(answer)")
        }
        #expect(openedCount > inputs.count / 20)
    }

    private static func open(
        _ value: [UInt8], _ key: String, _ transformer: ResourceTransformer
    ) throws -> (isStale: Bool, plaintext: [UInt8])? {
        var plaintext = SecretBuffer()
        do throws(TransformError) {
            let opened = try transformer.open(
                value.span.rawBytes, etcdKey: Array(key.utf8).span.rawBytes, appendingTo: &plaintext)
            return (opened.isStale, plaintext.bytes.copiedToArray())
        } catch {
            return nil
        }
    }

    // MARK: Configurations

    /// Files in every style, half of them with a word that another one takes the place of: which ones are accepted.
    @Test func files() throws {
        var random = SeededGenerator(seed: Sample.seed)
        let files = (0..<(Sample.isWhole ? 100_000 : 300)).map { _ in Self.file(&random) }
        let answers = try reference(files, "files")
        try #require(answers.count == files.count)
        var counts = (accepted: 0, refused: 0)
        for (file, answer) in zip(files, answers) {
            let refusal = Self.refusal(of: file)
            if refusal == nil { counts.accepted += 1 } else { counts.refused += 1 }
            #expect(
                (refusal == nil) == (answer == "ok"),
                "\(String(decoding: file, as: UTF8.self))\nours: \(refusal ?? "ok"); theirs: \(answer)")
        }
        #expect(counts.accepted > files.count / 10 && counts.refused > files.count / 10)
    }

    private static func refusal(of file: [UInt8]) -> String? {
        do throws(ConfigurationRefusal) {
            let document = try ConfigurationDocument.read(SecretBytes(copying: file.span.rawBytes))
            _ = try EncryptionConfiguration(checking: document, options: .lenient)
            return nil
        } catch {
            return error.diagnostics.first?.message ?? ""
        }
    }

    /// What takes the place of a word: the words of the format, and values at the ends of what is allowed.
    private static let words = [
        "apiserver.config.k8s.io/v1", "v1", "v2", "EncryptionConfiguration", "EncryptionConfig", "resources",
        "providers",
        "keys", "name", "secret", "aescbc", "aesgcm", "secretbox", "identity", "kms", "apiVersion", "kind", "endpoint",
        "timeout", "cachesize", "secrets", "configmaps", "Secrets", "*.*", "*.apps", "*.", "*", "deployments.apps",
        "events.events.k8s.io", "ingresses.extensions", "null", "true", "1", "0", "-1", "1.5", "3s", "0s", "-3s",
        "1h2m",
        "unix:///a", "tcp://a", "AAECAwQFBgcICQoLDA0ODw==", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "AAEC", "AAE", "a b", "~",
    ]

    private static func file(_ random: inout SeededGenerator) -> [UInt8] {
        let text = StyledConfiguration(seed: random.next()).text
        guard Bool.random(using: &random) else { return Array(text.utf8) }
        let places = text.ranges(of: /[A-Za-z0-9*.\/+=:_-]+/)
        guard let place = places.randomElement(using: &random), let word = words.randomElement(using: &random) else {
            return Array(text.utf8)
        }
        return Array(text.replacingCharacters(in: place, with: word).utf8)
    }
}
