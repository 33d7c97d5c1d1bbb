import Foundation
import TestSupport

/// Inputs for a target, made of its corpus by random changes. The number of an input decides it, so that a number is the
/// reproduction of a failure.
struct Variations {
    private static let lengthLimit = 4096

    private let seeds: [[UInt8]]
    /// The words of the target's dictionary.
    private let words: [[UInt8]]

    /// - Parameter folders: Further folders of inputs, such as those that libFuzzer has found.
    init(of target: FuzzTarget, besides folders: [String] = []) throws {
        let name = target.rawValue
        let further = try folders.flatMap { folder in
            try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { file in
                [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(file)")))
            }
        }
        seeds = (try target.corpus() + further).map { Array($0.prefix(Self.lengthLimit)) }
        let dictionary = try? TestData.bytes("fuzzing/\(name).dict")
        words = dictionary.map { Self.words(String(decoding: $0, as: UTF8.self)) } ?? [[0]]
    }

    /// The words between quotes, with `\xNN` for bytes (libFuzzer's form of a dictionary).
    private static func words(_ text: String) -> [[UInt8]] {
        text.split(separator: "\n").compactMap { line in
            guard line.hasSuffix("\""), let start = line.firstIndex(of: "\"") else { return nil }
            var word: [UInt8] = []
            var rest = line[line.index(after: start)...].dropLast().utf8
            while let byte = rest.popFirst() {
                if byte == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "x") {
                    word.append(UInt8(String(decoding: rest.dropFirst().prefix(2), as: UTF8.self), radix: 16) ?? 0)
                    rest = rest.dropFirst(3)
                } else {
                    word.append(byte)
                }
            }
            return word
        }
    }

    /// The number of the first input of a seed. Inputs of two seeds are the same only after 2^40 of them.
    static func first(of seed: UInt64) -> UInt64 { seed << 40 }

    /// One input.
    func input(_ number: UInt64) -> [UInt8] {
        var random = SeededGenerator(seed: number)
        var bytes = seeds[random.below(seeds.count)]
        for _ in 0...random.below(6) { change(&bytes, &random) }
        return bytes.count > Self.lengthLimit ? Array(bytes.prefix(Self.lengthLimit)) : bytes
    }

    private func change(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let place = random.below(bytes.count + 1)
        let end = min(bytes.count, place + random.below(1 + random.below(64)))
        switch random.below(10) {
        case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8(random.below(8))
        case 1 where place < bytes.count: bytes[place] = UInt8(random.below(256))
        // The ends of ranges, and what divides texts.
        case 2 where place < bytes.count: bytes[place] = Self.edges[random.below(Self.edges.count)]
        case 3: bytes.insert(Self.edges[random.below(Self.edges.count)], at: place)
        case 4, 5: bytes.insert(contentsOf: words[random.below(words.count)], at: place)
        case 6: bytes.removeSubrange(place..<end)
        case 7: bytes.insert(contentsOf: Array(bytes[place..<end]), at: random.below(bytes.count + 1))
        case 8:
            let other = seeds[random.below(seeds.count)]
            let start = random.below(other.count + 1)
            bytes.replaceSubrange(
                place..<end, with: other[start..<min(other.count, start + random.below(1 + random.below(256)))])
        // A length or a number.
        default:
            for offset in place..<end where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[offset]) {
                bytes[offset] = UInt8(ascii: "0") + UInt8(random.below(10))
            }
        }
    }

    private static let edges: [UInt8] = [
        0, 1, 7, 8, 0x0a, 0x0d, 0x1f, 0x20, 0x22, 0x27, 0x3a, 0x5c, 0x7f, 0x80, 0xc0, 0xff,
    ]
}

extension SeededGenerator {
    /// A number from 0 up to and without `limit`; a little more often a small one, which does not matter here.
    fileprivate mutating func below(_ limit: Int) -> Int { limit > 0 ? Int(next() % UInt64(limit)) : 0 }
}
