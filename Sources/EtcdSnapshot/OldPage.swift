/// The header of a page of which later pages may have been overwritten.
struct OldPageHeader {
    enum Kind: UInt16 {
        case branch = 0x01
        case leaf = 0x02
        case freeList = 0x10
    }

    let kind: Kind
    let count: Int
    let overflow: Int

    /// The header at the start of page `number`, or nil if no page begins there.
    init?(at number: Int, of file: SnapshotFile) {
        let start = number * file.meta.pageSize
        guard start + BoltPage.headerLength <= file.databaseLength else { return nil }
        guard file.bytes.uint64(start) == UInt64(number) else { return nil }
        self.init(at: start, in: file.bytes)
    }

    /// The header at `start`, whatever page it says that it is of.
    init?(at start: Int, in bytes: RawSpan) {
        guard let kind = Kind(rawValue: bytes.uint16(start + 8)) else { return nil }
        self.kind = kind
        count = Int(bytes.uint16(start + 10))
        overflow = Int(bytes.uint32(start + 12))
    }

    /// One element of the page at `start`.
    func element(_ index: Int, at start: Int, in bytes: RawSpan) -> BoltElement {
        let offset = start + BoltPage.headerLength + index * 16
        if kind == .leaf { return BoltElement(leafAt: offset, in: bytes, page: 0, index: index) }
        return BoltElement(branchAt: offset, in: bytes, page: 0, index: index)
    }
}

extension RemnantScan {
    /// An old page, of which `range` is left; it went on to `announcedEnd`.
    @_lifetime(self: copy self)
    mutating func search(
        _ header: OldPageHeader, in range: Range<Int>, announcedEnd: Int, _ onValue: (RemnantValue) -> Void
    ) {
        switch header.kind {
        case .freeList: searchFreeList(header, in: range, onValue)
        case .branch, .leaf: searchElements(header, in: range, announcedEnd: announcedEnd, onValue)
        }
    }

    /// The numbers of free pages, in their order (bbolt, internal/freelist). etcd writes none.
    @_lifetime(self: copy self)
    private mutating func searchFreeList(
        _ header: OldPageHeader, in range: Range<Int>, _ onValue: (RemnantValue) -> Void
    ) {
        var position = range.lowerBound + BoltPage.headerLength
        var count = header.count
        if count == 0xffff, position + 8 <= range.upperBound {
            count = Int(clamping: bytes.uint64(position))
            position += 8
        }
        var last: UInt64 = 1
        while count > 0, position + 8 <= range.upperBound {
            let number = bytes.uint64(position)
            guard number > last, number < 1 << 40 else { break }
            last = number
            position += 8
            count -= 1
        }
        ledger.structure += position - range.lowerBound
        search(raw: position..<range.upperBound, onValue)
    }

    /// The elements of a leaf or a branch, as long as each one directly follows the one before, as bbolt writes them.
    /// Also those of an inline bucket.
    @_lifetime(self: copy self)
    private mutating func searchElements(
        _ header: OldPageHeader, in range: Range<Int>, announcedEnd: Int, isInline: Bool = false,
        _ onValue: (RemnantValue) -> Void
    ) {
        let table = range.lowerBound + BoltPage.headerLength
        ledger.structure += BoltPage.headerLength
        var data = table + 16 * header.count
        guard data <= announcedEnd else { return search(raw: table..<range.upperBound, onValue) }
        var position = table
        for index in 0..<header.count {
            guard position + 16 <= range.upperBound else { break }
            let element = header.element(index, at: range.lowerBound, in: bytes)
            // No bucket within an element holds another (bbolt, bucket.go, inlineable).
            guard element.key.lowerBound == data, element.value.upperBound <= announcedEnd, element.hasKnownFlags,
                !(isInline && element.isBucket)
            else { break }
            ledger.structure += 16
            position += 16
            book(element, upTo: range.upperBound, isLeaf: header.kind == .leaf, onValue)
            data = element.value.upperBound
        }
        let tableEnd = min(table + 16 * header.count, range.upperBound)
        search(raw: position..<tableEnd, onValue)
        search(raw: min(max(data, tableEnd), range.upperBound)..<range.upperBound, onValue)
    }

    @_lifetime(self: copy self)
    private mutating func book(
        _ element: BoltElement, upTo end: Int, isLeaf: Bool, _ onValue: (RemnantValue) -> Void
    ) {
        guard element.key.lowerBound < end else { return }
        let isRecord =
            isLeaf && !element.isBucket
            && (element.key.count == StoredRevision.revisionLength
                || element.key.count == StoredRevision.revisionLength + 1)
        let revision =
            element.key.upperBound <= end
            ? StoredRevision.revision(at: element.key.prefix(StoredRevision.revisionLength), in: bytes) : nil
        if isRecord, let revision {
            ledger.structure += element.key.count
            book(recordIn: element.value, upTo: end, revision: revision.main, onValue)
        } else if element.isBucket {
            book(bucket: element, upTo: end, onValue)
        } else if element.value.count > Self.largestSetting {
            // No key of etcd: nothing says what the value is.
            ledger.structure += min(element.key.upperBound, end) - element.key.lowerBound
            search(raw: clipped(element.value, end), onValue)
        } else {
            // A setting, a lease, a member, a user, or the first key of a branch.
            ledger.structure += min(element.value.upperBound, end) - element.key.lowerBound
        }
    }

    /// The largest value of buckets other than `key`: users and roles hold the longest.
    private static var largestSetting: Int { 4096 }

    private func clipped(_ range: Range<Int>, _ end: Int) -> Range<Int> {
        min(range.lowerBound, end)..<min(range.upperBound, end)
    }

    /// A bucket that an element names: where its tree begins, or a page of elements within the element.
    @_lifetime(self: copy self)
    private mutating func book(bucket element: BoltElement, upTo end: Int, _ onValue: (RemnantValue) -> Void) {
        let value = clipped(element.value, end)
        let page = element.value.lowerBound + 16
        ledger.structure += min(element.key.upperBound, end) - element.key.lowerBound
        guard value.count >= 16 else { return search(raw: value, onValue) }
        ledger.structure += 16
        guard bytes.uint64(value.lowerBound) == 0, page + BoltPage.headerLength <= value.upperBound,
            let header = OldPageHeader(at: page, in: bytes), header.kind == .leaf
        else { return search(raw: page..<value.upperBound, onValue) }
        searchElements(
            header, in: page..<value.upperBound, announcedEnd: element.value.upperBound, isInline: true, onValue)
    }

    /// The `mvccpb.KeyValue` in `range`, of which what is before `end` is left.
    @_lifetime(self: copy self)
    private mutating func book(
        recordIn range: Range<Int>, upTo end: Int, revision: Int64, _ onValue: (RemnantValue) -> Void
    ) {
        let rest = clipped(range, end)
        if rest == range {
            guard !range.isEmpty else { return }
            guard let message = try? KeyValueMessage(in: range, of: bytes), !message.key.isEmpty else {
                return search(raw: range, onValue)
            }
            ledger.structure += range.count - message.value.count
            book(
                value: message.value, length: message.value.count, key: message.key, revision: revision, onValue)
        } else if let message = KeyValueMessage(beginningOf: rest, of: bytes),
            message.value.upperBound <= range.upperBound
        {
            let value = clipped(message.value, end)
            ledger.structure += rest.count - value.count
            book(value: value, length: message.value.count, key: message.key, revision: revision, onValue)
        } else {
            search(raw: rest, onValue)
        }
    }

    /// A value of which `range` is left, and which was `length` long.
    @_lifetime(self: copy self)
    mutating func book(
        value range: Range<Int>, length: Int, key: Range<Int>?, revision: Int64?, _ onValue: (RemnantValue) -> Void
    ) {
        guard !range.isEmpty else { return }
        let kind = RemnantValue.Kind(at: range.lowerBound, end: range.upperBound, in: bytes)
        let isWhole = range.count == length
        switch kind {
        case .encrypted:
            ledger.values.encrypted += 1
            if randomness.isMostlyRandom(payload(of: range), of: bytes) {
                ledger.encrypted += range.count
            } else {
                classify(range)
            }
        case .protobuf, .json, .cbor:
            ledger.values.plaintext += 1
            ledger.plaintext += range.count
        case .other:
            // Of a value that is cut, not even the beginning need be there.
            guard isWhole else { return classify(range) }
            ledger.values.other += 1
            ledger.otherValues += range.count
        }
        if !isWhole { ledger.values.cut += 1 }
        onValue(RemnantValue(kind: kind, range: range, length: length, key: key, revision: revision))
    }

    /// What follows the label of an encrypted value: `k8s:enc:`, the provider, its version and the name of the key.
    private func payload(of range: Range<Int>) -> Range<Int> {
        var offset = range.lowerBound + 8
        var colons = 0
        while offset < range.upperBound, colons < 3, offset < range.lowerBound + 512 {
            if bytes.uint8(offset) == UInt8(ascii: ":") { colons += 1 }
            offset += 1
        }
        return min(offset, range.upperBound)..<range.upperBound
    }
}
