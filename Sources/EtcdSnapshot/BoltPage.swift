internal import SecretMemory

/// A page of the tree that is being read: what its header says, and how far its elements have been read.
///
/// It holds no bytes, only offsets in the file (bbolt, internal/common/page.go).
struct BoltPage {
    static let headerLength = 16
    static let elementLength = 16
    private static let branchFlag: UInt16 = 0x01
    private static let leafFlag: UInt16 = 0x02
    /// So many keys may be out of order before the rest of the page is given up. To see that costs a comparison, and
    /// nothing else keeps a salvage from comparing the same long keys for every element.
    private static let disorderLimit = 64

    /// The number of the page; of an inline page, the number of the page that holds it.
    let number: UInt64
    let isLeaf: Bool
    private let start: Int
    private let end: Int
    private let count: Int
    private var index = 0
    /// Where the bytes of the next element may begin. bbolt writes them one behind the other (node.go, write).
    private var freeStart: Int
    /// The key before the next one, or the first key of the branch; and the upper bound of the last key.
    private var lower: Range<Int>
    private let upper: Range<Int>?
    private var hasKey = false
    private var disorder = 0

    /// The page whose header is at the start of `range`, between the keys `lower` and `upper` of the branch above.
    init(
        _ number: UInt64, in range: Range<Int>, of bytes: RawSpan, lower: Range<Int>, upper: Range<Int>?
    ) throws(PageFault) {
        let flags = bytes.uint16(range.lowerBound + 8)
        guard flags == Self.branchFlag || flags == Self.leafFlag else { throw .flags(flags) }
        self.number = number
        isLeaf = flags == Self.leafFlag
        (start, end) = (range.lowerBound, range.upperBound)
        count = Int(bytes.uint16(range.lowerBound + 10))
        freeStart = start + Self.headerLength + count * Self.elementLength
        guard freeStart <= end, isLeaf || count > 0 else { throw .elementCount(count) }
        (self.lower, self.upper) = (lower, upper)
    }

    /// A page without elements.
    static var empty: Self { Self() }

    private init() {
        (number, isLeaf, start, end, count, freeStart) = (0, true, 0, 0, 0, 0)
        (lower, upper) = (0..<0, nil)
    }

    var isAtEnd: Bool { index >= count }

    /// Reads the next element. It counts as read even if it is faulty.
    @inline(__always)
    mutating func next(in bytes: RawSpan) throws(PageFault) -> BoltElement {
        let current = index
        index += 1
        let element = element(current, in: bytes)
        guard element.value.upperBound <= end else { throw .element(current, .outsidePage) }
        guard element.key.lowerBound >= freeStart else { throw .element(current, .overlap) }
        guard isInOrder(element.key, in: bytes) else {
            disorder += 1
            if disorder == Self.disorderLimit { index = count }
            throw .element(current, .keyOrder)
        }
        freeStart = element.value.upperBound
        lower = element.key
        hasKey = true
        return element
    }

    /// The upper bound of the keys of the last child.
    func upperBoundOfChild(in bytes: RawSpan) -> Range<Int>? {
        guard !isAtEnd else { return upper }
        let next = element(index, in: bytes).key
        return next.upperBound <= end && bytes.isAscending(lower, next) ? next : upper
    }

    /// The number of the page below the element that is read after `count` others; nil behind the last one.
    func child(behind count: Int, in bytes: RawSpan) -> UInt64? {
        index + count < self.count ? element(index + count, in: bytes).child : nil
    }

    @inline(__always)
    private func isInOrder(_ key: Range<Int>, in bytes: RawSpan) -> Bool {
        let isAfter = hasKey ? bytes.isAscending(lower, key) : !bytes.isAscending(key, lower)
        guard isAfter, let upper else { return isAfter }
        return bytes.isAscending(key, upper)
    }

    /// The element at `index`, with no word about where its bytes lie.
    @inline(__always)
    private func element(_ index: Int, in bytes: RawSpan) -> BoltElement {
        let offset = start + Self.headerLength + index * Self.elementLength
        if isLeaf { return BoltElement(leafAt: offset, in: bytes, page: number, index: index) }
        return BoltElement(branchAt: offset, in: bytes, page: number, index: index)
    }
}

/// One element of a page. The ranges are offsets in the file.
struct BoltElement {
    let page: UInt64
    let index: Int
    let offset: Int
    let key: Range<Int>
    let value: Range<Int>
    let isBucket: Bool
    /// Whether the element has no other flag than that of a bucket.
    let hasKnownFlags: Bool
    /// The page below an element of a branch; else 0.
    let child: UInt64

    func fault(_ fault: ElementFault) -> SnapshotError { .page(page, .element(index, fault)) }
}

extension BoltElement {
    private static let bucketFlag: UInt32 = 0x01

    /// The element of a leaf with its 16 bytes at `offset`, or nil if it reaches beyond the end of the file.
    init?(leafAt offset: Int, in bytes: RawSpan, page: UInt64) {
        guard offset + 16 <= bytes.byteCount else { return nil }
        self.init(leafAt: offset, in: bytes, page: page, index: 0)
        guard value.upperBound <= bytes.byteCount else { return nil }
    }

    /// The element of a leaf with its 16 bytes at `offset`.
    @inline(__always)
    init(leafAt offset: Int, in bytes: RawSpan, page: UInt64, index: Int) {
        let keyStart = offset + Int(bytes.uint32(offset + 4))
        let keyEnd = keyStart + Int(bytes.uint32(offset + 8))
        let flags = bytes.uint32(offset)
        self.init(
            page: page, index: index, offset: offset, key: keyStart..<keyEnd,
            value: keyEnd..<keyEnd + Int(bytes.uint32(offset + 12)),
            isBucket: flags & Self.bucketFlag != 0, hasKnownFlags: flags & ~Self.bucketFlag == 0, child: 0)
    }

    /// The element of a branch with its 16 bytes at `offset`.
    @inline(__always)
    init(branchAt offset: Int, in bytes: RawSpan, page: UInt64, index: Int) {
        let key = offset + Int(bytes.uint32(offset))
        let end = key + Int(bytes.uint32(offset + 4))
        self.init(
            page: page, index: index, offset: offset, key: key..<end, value: end..<end, isBucket: false,
            hasKnownFlags: true, child: bytes.uint64(offset + 8))
    }
}
