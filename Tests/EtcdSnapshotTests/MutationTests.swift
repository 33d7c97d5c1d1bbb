import TestSupport
import Testing

@testable import EtcdSnapshot

/// Damaged files never trap, end soon, and never answer with anything that lies outside of them.
struct MutationTests {
    /// Two recorded files, and one with several levels of branches.
    private static let files: [[UInt8]] = {
        var deep = BoltBuilder(pageSize: 1024)
        deep.leaf(2, [.bucket("key", root: 3), .bucket("meta", inline: [])])
        deep.branch(3, (0..<4).map { .child(2 + 16 * $0, 4 + UInt64($0)) })
        for branch in 0..<4 as Range<Int64> {
            let first = 2 + 16 * branch
            deep.branch(UInt64(4 + branch), (0..<4).map { .child(first + 4 * $0, UInt64(8 + 4 * branch + $0)) })
            for leaf in 0..<4 {
                let first = first + 4 * Int64(leaf)
                deep.leaf(
                    UInt64(8 + 4 * Int(branch) + leaf),
                    (first..<first + 4).map { .record($0, "key-\($0 % 9)", $0 % 5 == 0 ? nil : "value") })
            }
        }
        let recorded = (try? TestData.bytes("cluster/damaged.db")) ?? []
        return [recorded, deep.file]
    }()

    @Test(arguments: 0..<32 as Range<UInt64>)
    func damagedFilesNeverTrap(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for round in 0..<30 {
            var file = Self.files[round % 10 == 0 ? 0 : 1]
            for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&file, &random) }
            try judge(file)
        }
    }

    @Test(arguments: 0..<16 as Range<UInt64>)
    func arbitraryBytesNeverTrap(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        // With meta pages that are right, and without.
        try judge(random.bytes(20_000))
        for _ in 0..<20 {
            var builder = BoltBuilder(pageSize: 1024)
            for page in 2..<UInt64(8) { builder.put(page, random.bytes(1024)) }
            try judge(builder.file)
        }
    }

    /// What is refused can be salvaged; where nothing is wrong, both readings say the same.
    private func judge(_ file: [UInt8]) throws {
        let refusal: SnapshotError?
        var whole: Reading?
        do throws(SnapshotError) {
            whole = try Reading(file)
            refusal = nil
        } catch {
            refusal = error
        }
        do throws(SnapshotError) {
            let salvaged = try Reading(file, problems: .collected)
            #expect((salvaged.problems.count == 0) == (refusal == nil))
            #expect(salvaged.problems.first.count <= SnapshotProblems.limit)
            #expect(salvaged.live.count + salvaged.tombstoneCount <= salvaged.history.count)
            #expect(salvaged.history.count { $0.isLive } == salvaged.live.count)
            #expect(salvaged.history.count + salvaged.counts.markers == salvaged.counts.total)
            #expect(salvaged.counts.live == salvaged.live.count && salvaged.counts.superseded >= 0)
            if let whole { #expect(whole.live == salvaged.live && whole.history == salvaged.history) }
            // No memory but for what the file holds.
            #expect(salvaged.history.count * 33 <= file.count)
            #expect(salvaged.ledger.inUse + salvaged.ledger.searched == salvaged.databaseLength)
            #expect(salvaged.remnants.allSatisfy { $0.range.upperBound <= salvaged.databaseLength })
            #expect(salvaged.unreachable.allSatisfy { $0.bytes.upperBound <= file.count })
        } catch {
            // Only what no salvage can get over.
            #expect(error == refusal && error == .noMetaPage)
        }
    }

    private func mutate(_ file: inout [UInt8], _ random: inout SeededGenerator) {
        let pageSize = file.count > 100_000 ? 4096 : 1024
        let pageCount = file.count / pageSize
        guard pageCount > 3 else { return }
        let page = Int.random(in: 2..<pageCount, using: &random) * pageSize
        let extremes: [UInt32] = [0, 1, 2, 3, 16, 0x7fff_ffff, 0x8000_0000, .max, UInt32(pageCount), UInt32(pageSize)]
        let number = Bool.random(using: &random) ? extremes.randomElement(using: &random) ?? 0 : random.next32()
        switch Int.random(in: 0..<8, using: &random) {
        case 0: file[Int.random(in: 0..<file.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: file[page + Int.random(in: 0..<16, using: &random)] = UInt8(truncatingIfNeeded: number)
        case 2, 3:
            // A number of an element.
            let offset = page + 16 + 4 * Int.random(in: 0..<24, using: &random)
            file.replaceSubrange(offset..<offset + 4, with: little(number))
        case 4:
            // A reference to another page.
            let offset = page + 16 + 8 + 16 * Int.random(in: 0..<6, using: &random)
            file.replaceSubrange(
                offset..<offset + 8, with: little(UInt64.random(in: 0..<UInt64(pageCount), using: &random)))
        case 5:
            // A page in the place of another, with or without its number.
            let other = Int.random(in: 2..<pageCount, using: &random) * pageSize
            let skipped = Bool.random(using: &random) ? 8 : 0
            file.replaceSubrange(page + skipped..<page + pageSize, with: file[other + skipped..<other + pageSize])
        case 6:
            // A number of both meta pages, with a checksum that is right.
            let field = [8, 16, 40].randomElement(using: &random) ?? 8
            for meta in [16, pageSize + 16] {
                file.replaceSubrange(meta + field..<meta + field + 4, with: little(number))
                let checksum = fnv64a(file.span.bytes.extracting(meta..<meta + 56))
                file.replaceSubrange(meta + 56..<meta + 64, with: little(checksum))
            }
        default: file.removeLast(Int.random(in: 0..<file.count / 2, using: &random))
        }
    }
}

extension SeededGenerator {
    fileprivate mutating func next32() -> UInt32 { UInt32(truncatingIfNeeded: next()) }
}
