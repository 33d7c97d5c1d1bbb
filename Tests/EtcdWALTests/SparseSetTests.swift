import TestSupport
import Testing

@testable import EtcdWAL

struct SparseSetTests {
    /// Beside the standard library's set.
    @Test(arguments: [0, 1, 63, 64, 65, 4096, 5000, 300_000], 0..<2 as Range<UInt64>)
    func agreesWithASet(_ count: Int, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var (sparse, set) = (SparseSet(count: count), Set<Int>())
        #expect(sparse.first(from: 0) == nil)
        guard count > 0 else { return }
        for _ in 0..<600 {
            let number = Int.random(in: 0..<count, using: &random)
            if Int.random(in: 0..<3, using: &random) == 0, let member = set.randomElement(using: &random) {
                sparse.remove(member)
                set.remove(member)
            } else {
                sparse.insert(number)
                set.insert(number)
            }
            #expect(sparse.contains(number) == set.contains(number))
            #expect(sparse.first(from: number) == set.filter { $0 >= number }.min())
        }
        #expect(sparse.first(from: count) == nil)
    }
}
