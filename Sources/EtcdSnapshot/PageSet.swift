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

    /// The set, which is empty here afterwards and has no room.
    mutating func take() -> PageSet {
        defer { words = [] }
        return self
    }

    private func bit(_ page: Int) -> UInt64 { 1 << UInt64(page % 64) }
}
