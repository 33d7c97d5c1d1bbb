/// A set of page numbers, one bit each.
struct PageSet: Sendable {
    private var words: [UInt64]

    /// The empty set, with room for the pages below `pageCount`.
    init(pageCount: Int) { words = Array(repeating: 0, count: (pageCount + 63) / 64) }

    func contains(_ page: Int) -> Bool {
        page / 64 < words.count && words[page / 64] & bit(page) != 0
    }

    /// Adds all of `pages`; answers false, and adds none, if one of them is there already.
    mutating func insert(_ pages: Range<Int>) -> Bool {
        for page in pages where contains(page) { return false }
        for page in pages { words[page / 64] |= bit(page) }
        return true
    }

    /// Whether both sets have the same room, and no page is in both.
    func isDisjoint(with other: PageSet) -> Bool {
        words.count == other.words.count && zip(words, other.words).allSatisfy { $0 & $1 == 0 }
    }

    /// Adds the pages of a set with the same room.
    mutating func formUnion(_ other: PageSet) {
        for index in words.indices { words[index] |= other.words[index] }
    }

    /// The set, which is empty here afterwards and has no room.
    mutating func take() -> PageSet {
        defer { words = [] }
        return self
    }

    private func bit(_ page: Int) -> UInt64 { 1 << UInt64(page % 64) }
}
