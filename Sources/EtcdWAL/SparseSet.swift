/// A set of the numbers below a count, that finds the next member in steps that do not grow with the gap before it.
///
/// One bit for each number, one for each word of those bits that is not 0, and so on.
struct SparseSet {
    private var levels: [[UInt64]]

    init(count: Int) {
        levels = []
        var size = count
        repeat {
            size = (size + 63) / 64
            levels.append(Array(repeating: 0, count: max(size, 1)))
        } while size > 1
    }

    func contains(_ number: Int) -> Bool { levels[0][number / 64] & 1 << UInt64(number % 64) != 0 }

    mutating func insert(_ number: Int) {
        var number = number
        for level in levels.indices {
            levels[level][number / 64] |= 1 << UInt64(number % 64)
            number /= 64
        }
    }

    mutating func remove(_ number: Int) {
        var number = number
        for level in levels.indices {
            levels[level][number / 64] &= ~(1 << UInt64(number % 64))
            guard levels[level][number / 64] == 0 else { return }
            number /= 64
        }
    }

    /// The first member from `number` on.
    func first(from number: Int) -> Int? {
        var (level, position) = (0, number)
        while level < levels.count {
            guard position / 64 < levels[level].count else { return nil }
            let rest = levels[level][position / 64] >> UInt64(position % 64)
            if rest != 0 {
                position += rest.trailingZeroBitCount
                while level > 0 {
                    level -= 1
                    position = position * 64 + levels[level][position].trailingZeroBitCount
                }
                return position
            }
            // The word is used up: the next one, found a level above.
            position = position / 64 + 1
            level += 1
        }
        return nil
    }
}
