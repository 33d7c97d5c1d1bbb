internal import SecretMemory

/// A bucket: a tree of its own, or a page within the page that names it (bbolt, internal/common/bucket.go).
struct BoltBucket {
    enum Place {
        case tree(root: UInt64)
        case inline(Range<Int>)
        case nowhere
    }

    private static let headerLength = 16

    let place: Place
    /// The page that names the bucket.
    let holder: UInt64

    /// A bucket without elements.
    static var empty: Self { Self(place: .nowhere, holder: 0) }

    private init(place: Place, holder: UInt64) { (self.place, self.holder) = (place, holder) }

    init(root: UInt64) {
        place = .tree(root: root)
        holder = root
    }

    /// The bucket that `element` of a leaf names.
    init(_ element: BoltElement, in bytes: RawSpan) throws(SnapshotError) {
        guard element.isBucket, element.value.count >= Self.headerLength else { throw element.fault(.bucket) }
        let root = bytes.uint64(element.value.lowerBound)
        holder = element.page
        guard root == 0 else {
            place = .tree(root: root)
            return
        }
        let page = element.value.lowerBound + Self.headerLength..<element.value.upperBound
        guard page.count >= BoltPage.headerLength else { throw element.fault(.bucket) }
        place = .inline(page)
    }
}

/// Goes through the elements of a bucket in the order of their keys, and checks every page on the way.
///
/// Not recursive, and no page is entered twice: input decides neither the depth of the stack nor how long this takes.
struct BoltWalk: ~Escapable {
    private let file: SnapshotFile
    private var above: [BoltPage] = []
    private var page = BoltPage.empty
    /// The pages that belong to the tree, as far as it has been walked.
    private(set) var visited: PageSet

    /// A walk from the first key of `bucket` on. Pages in `visited` belong to other buckets.
    @_lifetime(copy file)
    init(
        _ bucket: BoltBucket, of file: SnapshotFile, visited: consuming PageSet? = nil,
        _ problems: inout SnapshotProblems
    ) throws(SnapshotError) {
        self.file = file
        self.visited = visited ?? PageSet(pageCount: file.pageCount)
        switch bucket.place {
        case .tree(let root): try enter(root, lower: 0..<0, upper: nil, &problems)
        case .nowhere: break
        case .inline(let range):
            do throws(PageFault) {
                let inline = try BoltPage(bucket.holder, in: range, of: file.bytes, lower: 0..<0, upper: nil)
                guard inline.isLeaf else { throw .flags(file.bytes.uint16(range.lowerBound + 8)) }
                page = inline
            } catch {
                try problems.note(.page(bucket.holder, error))
            }
        }
    }

    /// A walk through a part of a tree. Pages in `visited` belong to other parts.
    @_lifetime(copy file)
    init(
        _ subtree: BoltSubtree, of file: SnapshotFile, visited: consuming PageSet, _ problems: inout SnapshotProblems
    ) throws(SnapshotError) {
        self.file = file
        self.visited = visited
        // Pages that are at their end stand for those above, so that the tree is as deep as it is.
        above = Array(repeating: .empty, count: subtree.depth)
        try enter(subtree.root, lower: subtree.lower, upper: subtree.upper, &problems)
    }

    /// The next element, or nil after the last.
    @_lifetime(self: copy self)
    mutating func next(_ problems: inout SnapshotProblems) throws(SnapshotError) -> BoltElement? {
        while true {
            guard !page.isAtEnd else {
                guard let parent = above.popLast() else { return nil }
                page = parent
                continue
            }
            let element: BoltElement
            do throws(PageFault) {
                element = try page.next(in: file.bytes)
            } catch {
                try problems.note(.page(page.number, error))
                continue
            }
            if page.isLeaf { return element }
            if let next = page.child(behind: 0, in: file.bytes) { file.prefetchElements(ofPage: next) }
            if let next = page.child(behind: 1, in: file.bytes) { file.prefetchHeader(ofPage: next) }
            try enter(element.child, lower: element.key, upper: page.upperBoundOfChild(in: file.bytes), &problems)
        }
    }

    @_lifetime(self: copy self)
    private mutating func enter(
        _ number: UInt64, lower: Range<Int>, upper: Range<Int>?, _ problems: inout SnapshotProblems
    ) throws(SnapshotError) {
        do throws(PageFault) {
            guard above.count < SnapshotFile.depthLimit else { throw .depth }
            let (child, pages) = try file.page(number, lower: lower, upper: upper)
            guard visited.insert(pages) else { throw .visitedTwice }
            above.append(page)
            page = child
        } catch {
            try problems.note(.page(number, error))
        }
    }
}
