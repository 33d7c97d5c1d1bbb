/// Asks the processor for pages that a walk will read soon. Whatever the page is, this is only a hint, and costs no more
/// than a few of its bytes.
extension SnapshotFile {
    /// The bytes that a processor fetches at once.
    static let cacheLineLength = 64
    /// The elements of a page that are asked for. A page of 4 KiB has fewer, unless its records are very small.
    private static let elementCount = 16

    /// Asks for the header of a page and its first elements.
    func prefetchHeader(ofPage number: UInt64) {
        guard number < UInt64(pageCount) else { return }
        let start = Int(number) * meta.pageSize
        bytes.prefetch(start)
        bytes.prefetch(start + Self.cacheLineLength)
    }

    /// Asks for the keys and the beginnings of the values on a page whose header has been asked for before.
    func prefetchElements(ofPage number: UInt64) {
        guard number < UInt64(pageCount) else { return }
        let start = Int(number) * meta.pageSize
        guard let header = OldPageHeader(at: start, in: bytes), header.kind == .leaf else { return }
        for index in 0..<min(header.count, Self.elementCount) {
            let offset = start + BoltPage.headerLength + index * BoltPage.elementLength
            guard let element = BoltElement(leafAt: offset, in: bytes, page: number) else { return }
            bytes.prefetch(element.key.lowerBound)
            bytes.prefetch(element.key.lowerBound + Self.cacheLineLength)
        }
    }
}
