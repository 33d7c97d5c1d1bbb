/// A page of a tree with all below it, between the keys that the branch above names.
struct BoltSubtree: Sendable {
    let root: UInt64
    let lower: Range<Int>
    let upper: Range<Int>?
    /// The number of pages above it.
    let depth: Int
}

extension BoltSubtree {
    /// The whole of a tree.
    init(root: UInt64) { self.init(root: root, lower: 0..<0, upper: nil, depth: 0) }

    /// The subtrees one level below, and the pages of the branch that names them, which are added to `visited`.
    ///
    /// - Returns: Nil for a leaf, and for whatever is wrong with the page: a walk finds out what.
    func children(in file: SnapshotFile, visited: inout PageSet) -> [BoltSubtree]? {
        guard let (found, pages) = try? file.page(root, lower: lower, upper: upper), !found.isLeaf else { return nil }
        var page = found
        var children: [BoltSubtree] = []
        while !page.isAtEnd {
            guard let element = try? page.next(in: file.bytes) else { return nil }
            children.append(
                BoltSubtree(
                    root: element.child, lower: element.key, upper: page.upperBoundOfChild(in: file.bytes),
                    depth: depth + 1))
        }
        return visited.insert(pages) ? children : nil
    }
}
