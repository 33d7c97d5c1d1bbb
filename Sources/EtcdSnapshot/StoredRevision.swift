/// The place of a record: enough to read it again, in eight bytes.
public struct RecordLocation: Hashable, Sendable {
    /// The offset in the file of the record's element in its leaf page. No element is at 0.
    let offset: Int
}

/// One change of one key, in bucket `key`: a revision and a `mvccpb.KeyValue`.
///
/// It holds no byte of the file, so it can be kept and handed to another thread.
public struct StoredRevision: Equatable, Sendable {
    public let location: RecordLocation
    /// The revision of the store that made the change.
    public let revision: Int64
    /// The index of the change among those of its transaction.
    public let subRevision: Int64
    /// Whether the change deletes the key. Only the key and the revision mean anything then.
    public let isTombstone: Bool
    /// The range of the etcd key in the file: 1 byte or more.
    public let key: Range<Int>
    /// The range of the value in the file.
    public let value: Range<Int>
    /// The revision that made the key: ``revision`` or an earlier one.
    public let createRevision: Int64
    /// The number of changes since then, 1 for the first.
    public let version: Int64
    /// The lease that the key lives by; 0 for none.
    public let lease: Int64
    /// Whether the numbers in the value agree with one another and with the revision.
    let isConsistent: Bool
}

extension StoredRevision {
    // etcd, server/storage/mvcc/revision.go: revBytesLen, markedRevBytesLen, markTombstone.
    static let revisionLength = 17
    private static let separator = UInt8(ascii: "_")
    private static let tombstoneMark = UInt8(ascii: "t")

    /// Reads the record that `element` of bucket `key` is.
    @inline(__always)
    init(_ element: BoltElement, in bytes: RawSpan) throws(ElementFault) {
        guard !element.isBucket else { throw .bucket }
        guard let (main, sub) = Self.revision(at: element.key.prefix(Self.revisionLength), in: bytes) else {
            throw .revision
        }
        let marks = element.key.dropFirst(Self.revisionLength)
        isTombstone = !marks.isEmpty
        guard marks.isEmpty || marks.count == 1 && bytes.uint8(marks.lowerBound) == Self.tombstoneMark else {
            throw .revision
        }
        let message = try KeyValueMessage(in: element.value, of: bytes)
        guard !message.key.isEmpty else { throw .recordWithoutKey }
        location = RecordLocation(offset: element.offset)
        (revision, subRevision) = (main, sub)
        (key, value) = (message.key, message.value)
        (createRevision, version, lease) = (message.createRevision, message.version, message.lease)
        isConsistent =
            isTombstone
            || message.modRevision == main && message.version > 0
                && message.createRevision > 0 && message.createRevision <= main
    }

    /// The revision that `element` of bucket `key` marks, or nil if it is not a revision marker.
    ///
    /// `etcdutl snapshot restore --bump-revision N --mark-compacted` puts the revision that it raises the store to into
    /// bucket `key`, with sub revision 0 and an empty value (etcd, etcdutl/snapshot/v3_snapshot.go,
    /// unsafeBumpBucketsRevision). Members keep it from then on.
    @inline(__always)
    static func marker(_ element: BoltElement, in bytes: RawSpan) -> Int64? {
        guard element.value.isEmpty, !element.isBucket else { return nil }
        guard let (main, sub) = revision(at: element.key, in: bytes), sub == 0 else { return nil }
        return main
    }

    /// The two numbers of a revision, or nil if `range` holds none.
    @inline(__always)
    static func revision(at range: Range<Int>, in bytes: RawSpan) -> (main: Int64, sub: Int64)? {
        guard range.count == revisionLength, bytes.uint8(range.lowerBound + 8) == separator else { return nil }
        let main = Int64(bitPattern: bytes.bigEndianUInt64(range.lowerBound))
        let sub = Int64(bitPattern: bytes.bigEndianUInt64(range.lowerBound + 9))
        return main >= 0 && sub >= 0 ? (main, sub) : nil
    }
}

extension SnapshotFile {
    /// The etcd key of a record.
    @_lifetime(copy self)
    public func key(of record: StoredRevision) -> RawSpan { bytes.extracting(record.key) }

    /// The value of a record.
    @_lifetime(copy self)
    public func value(of record: StoredRevision) -> RawSpan { bytes.extracting(record.value) }

    /// Reads a record again.
    ///
    /// - Throws: ``SnapshotError`` only if the file is not what it was when the location was found.
    public func record(at location: RecordLocation) throws(SnapshotError) -> StoredRevision {
        let page = UInt64(location.offset / meta.pageSize)
        guard let element = BoltElement(leafAt: location.offset, in: bytes, page: page) else {
            throw .page(page, .outsideFile)
        }
        do throws(ElementFault) {
            return try StoredRevision(element, in: bytes)
        } catch {
            throw element.fault(error)
        }
    }
}

extension SnapshotFile {
    /// The range of the etcd key of a record; nil if the file has changed since the location was found.
    func keyRange(at location: RecordLocation) -> Range<Int> {
        guard let element = BoltElement(leafAt: location.offset, in: bytes, page: 0) else { return 0..<0 }
        return KeyValueMessage.key(in: element.value, of: bytes) ?? 0..<0
    }
}
