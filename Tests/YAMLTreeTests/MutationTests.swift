import Foundation
import Testing
import TestSupport

@testable import YAMLTree

/// Whatever the bytes are, the outcome is a value or an error, with places inside the file.
@Suite struct MutationTests {
    private static let alphabet = Array("-?:,[]{}#&*!|>'\"%@` \n\t\r\\/~<=+.0ayn_".utf8)

    @Test(arguments: 0..<64 as Range<UInt64>)
    func arbitraryBytesNeverTrap(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<40 {
            read(random.bytes(Int.random(in: 0...80, using: &random)))
            read((0..<60).map { _ in Self.alphabet.randomElement(using: &random) ?? 0 })
        }
    }

    @Test(arguments: 0..<64 as Range<UInt64>)
    func mutatedFilesNeverTrap(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let files = try FileManager.default.contentsOfDirectory(atPath: TestData.path("verdicts")).sorted()
        for _ in 0..<12 {
            guard let file = files.randomElement(using: &random), file != "index.json" else { continue }
            var bytes = try TestData.bytes("verdicts/" + file)
            for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&bytes, &random) }
            read(bytes)
        }
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        guard !bytes.isEmpty else { return }
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[place] = .random(in: .min ... .max, using: &random)
        case 1: bytes.insert(Self.alphabet.randomElement(using: &random) ?? 0, at: place)
        case 2: bytes.remove(at: place)
        case 3: bytes.insert(contentsOf: [0xef, 0xbb, 0xbf], at: place)
        default: bytes.removeSubrange(place...)
        }
    }

    private func read(_ bytes: [UInt8]) {
        do {
            let document = try YAMLDocument(bytes: bytes)
            for node in document.root?.all ?? [] {
                #expect(node.start.offset <= node.end.offset && node.end.offset <= bytes.count)
            }
            _ = try document.view()
        } catch let error as YAMLError {
            #expect(error.position?.offset ?? 0 <= bytes.count)
            #expect(!error.description.isEmpty)
        } catch {
            Issue.record("\(error)")
        }
    }
}
