import EncryptionConfig
import SecretMemory
import TestSupport
import Testing

/// Files made by mutation of recorded ones: whatever comes of it, nothing traps, two answers are the same, what is
/// accepted resolves, and no key is shown.
struct MutationTests {
    @Test(arguments: 0..<6)
    func mutated(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let files = try RecordedCase.files().filter(\.kmsv1.ok).map { try $0.bytes() }
        var acceptedCount = 0
        for round in 0..<150 {
            guard var bytes = files.randomElement(using: &random) else { return }
            let other = files.randomElement(using: &random) ?? bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) { Self.mutate(&bytes, other, &random) }
            let material = KeyMaterial(bytes)
            let first = answer(to: bytes)
            #expect(first == answer(to: bytes), "seed \(seed), round \(round)")
            if first.isEmpty { acceptedCount += 1 }
            #expect(!material.isFound(in: first.joined(separator: "\n")), "seed \(seed), round \(round): \(first)")
        }
        // Otherwise the mutations are too rude to reach the later rules.
        #expect(acceptedCount > 3, "seed \(seed)")
    }

    /// All that is said against a file; nothing if it is accepted.
    private func answer(to bytes: [UInt8]) -> [String] {
        do {
            let document = try ConfigurationDocument.read(SecretBytes(copying: bytes.span.rawBytes))
            let configuration = try EncryptionConfiguration(checking: document, options: .lenient)
            let rules = ResourceResolution(configuration).rules
            #expect(!rules.isEmpty && rules.allSatisfy { !$0.providers.isEmpty })
            #expect(configuration.keys.allSatisfy { [16, 24, 32].contains($0.key.secret.bytes.count) })
            return []
        } catch {
            let texts = error.diagnostics.flatMap { [$0.message, $0.path ?? "", $0.hint ?? ""] }
            #expect(error.diagnostics.allSatisfy { (0...bytes.count).contains($0.position?.offset ?? 0) })
            return [error.stage.rawValue, error.apiserverError(path: "f") ?? ""] + texts
        }
    }

    private static func mutate(_ bytes: inout [UInt8], _ other: [UInt8], _ random: inout SeededGenerator) {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Array($0) }
        let line = Int.random(in: 0..<lines.count, using: &random)
        let offset = Int.random(in: 0...bytes.count, using: &random)
        switch Int.random(in: 0..<10, using: &random) {
        case 0: lines.remove(at: line)
        case 1: lines.insert(lines[line], at: line)
        case 2: lines.swapAt(line, Int.random(in: 0..<lines.count, using: &random))
        case 3: lines[line].insert(contentsOf: Array("  ".utf8), at: 0)
        case 4: lines[line] = Array(lines[line].drop { $0 == UInt8(ascii: " ") })
        case 5:
            let otherLines = other.split(separator: UInt8(ascii: "\n")).map { Array($0) }
            lines.insert(otherLines.randomElement(using: &random) ?? [], at: line)
        case 6:
            bytes.insert(UInt8.random(in: .min ... .max, using: &random), at: offset)
            return
        case 7:
            if offset < bytes.count { bytes.remove(at: offset) }
            return
        case 8:
            let words = [
                "null", "{}", "[]", "\"", "'", "\n", ": ", "- ", "&a ", "*a", "!!binary ", "*.*", "5", "k8s\0",
            ]
            bytes.insert(contentsOf: Array((words.randomElement(using: &random) ?? "").utf8), at: offset)
            return
        default:
            if Int.random(in: 0..<4, using: &random) == 0 { bytes.removeSubrange(offset...) }
            return
        }
        bytes = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
    }
}
