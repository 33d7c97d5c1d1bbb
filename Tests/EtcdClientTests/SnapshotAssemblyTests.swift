import EnvelopeCrypto
import SecretMemory
import TestSupport
import Testing

@testable import EtcdClient

struct SnapshotAssemblyTests {
    /// Pieces of a snapshot: the bytes, and how many the peer says that follow.
    private typealias Pieces = [(blob: [UInt8], remaining: Int64)]

    private static func pieces(of database: [UInt8], cutAt cuts: [Int]) throws -> Pieces {
        var pieces: Pieces = []
        var start = 0
        for end in cuts + [database.count] {
            pieces.append((Array(database[start..<end]), Int64(database.count - end)))
            start = end
        }
        return pieces + [(try Digest.sha256(database.span.rawBytes), 0)]
    }

    private static func digest(_ pieces: Pieces) throws(SnapshotFault) -> [UInt8] {
        var assembly = try SnapshotAssembly()
        for (blob, remaining) in pieces { try assembly.add(blob.span.rawBytes, remaining: remaining) }
        return try assembly.finish()
    }

    @Test(arguments: [[], [1000], [1, 2, 1500]])
    func takesWhatAddsUp(_ cuts: [Int]) throws {
        let database = [UInt8](repeating: 7, count: 2048)
        let pieces = try Self.pieces(of: database, cutAt: cuts)
        #expect(try Self.digest(pieces) == Digest.sha256(database.span.rawBytes))
    }

    @Test func refusesWhatDoesNot() throws {
        let database = [UInt8](repeating: 7, count: 2048)
        let good = try Self.pieces(of: database, cutAt: [1000, 1500])
        let digest = try #require(good.last?.blob)
        let faults: [(SnapshotFault, (inout Pieces) -> Void)] = [
            (.missingEnd, { $0.removeAll() }), (.missingEnd, { $0.removeLast() }), (.missingEnd, { $0.removeLast(2) }),
            // A piece is missing, comes twice, or another one comes first.
            (.length, { $0.remove(at: 1) }), (.length, { $0.insert($0[1], at: 1) }), (.length, { $0.swapAt(0, 1) }),
            // Behind the end, and a digest of another length.
            (.length, { $0.append($0[3]) }), (.length, { $0[3].blob.removeLast() }),
            (.length, { $0[3].remaining = 32 }),
            // A piece of nothing would never end.
            (.length, { $0.insert(([], 1048), at: 1) }),
            // No whole number of blocks, nothing at all, and more than can be.
            (.length, { $0[0].remaining += 1 }), (.length, { $0[0] = ([], 0) }), (.length, { $0[0].remaining = .max }),
            (
                .digest(stored: [UInt8](repeating: 0, count: 32), computed: digest),
                { $0[3].blob = [UInt8](repeating: 0, count: 32) }
            ),
        ]
        for (number, (fault, damage)) in faults.enumerated() {
            var pieces = good
            damage(&pieces)
            #expect(throws: fault, "case \(number)") { try Self.digest(pieces) }
        }
    }

    /// One changed bit anywhere is noticed.
    @Test(arguments: 0..<100 as Range<UInt64>)
    func noticesEachBit(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var pieces = try Self.pieces(of: random.manyBytes(1024), cutAt: [300, 700])
        let piece = Int.random(in: pieces.indices, using: &random)
        let offset = Int.random(in: pieces[piece].blob.indices, using: &random)
        pieces[piece].blob[offset] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        #expect(throws: SnapshotFault.self) { try Self.digest(pieces) }
    }
}
