public import ProtobufWire

/// Why a file cannot be read, or not in full.
public enum SnapshotError: Error, Equatable, Sendable {
    /// The file is longer than ``SnapshotFile/largestLength``.
    case tooLarge(byteCount: Int)
    /// Neither of the two meta pages has bbolt's magic, its version 2, a page size and the right checksum.
    case noMetaPage
    /// The same, of a file that is something else.
    case foreign(ForeignFile)
    /// The file ends before the pages that it says it has. Both numbers are bytes, without the digest at the end.
    case truncated(byteCount: Int, expected: Int)
    /// A bucket that every etcd database has is not there.
    case missingBucket(String)
    /// A page is not what its place in the tree says.
    case page(UInt64, PageFault)
}

/// What is wrong with a page. Elements are counted from 0.
public enum PageFault: Error, Equatable, Sendable {
    /// The page, or what its overflow announces, lies before page 2, behind the last page in use, or behind the end of
    /// the file.
    case outsideFile
    /// The page says that it is another one.
    case otherID(UInt64)
    /// The page is neither a branch nor a leaf.
    case flags(UInt16)
    /// The page has no room for so many elements, or is a branch without any.
    case elementCount(Int)
    /// The page belongs to another place of the tree already: a cycle, or pages that overlap.
    case visitedTwice
    /// The page is deeper than ``SnapshotFile/depthLimit``.
    case depth
    case element(Int, ElementFault)
}

/// What is wrong with one element of a page.
public enum ElementFault: Error, Equatable, Sendable {
    /// Key or value reaches beyond the page.
    case outsidePage
    /// Key or value shares bytes with another element.
    case overlap
    /// The key is not in ascending order, or not in the range of the branch pages above.
    case keyOrder
    /// A bucket where none can be, no bucket where one has to be, or one that is too short.
    case bucket
    /// The value of a setting of etcd has the wrong length.
    case settingLength(Int)
    /// The key is no revision: 8 bytes, `_`, 8 bytes and perhaps `t`, both numbers not negative.
    case revision
    /// The value is no protobuf message.
    case record(WireError)
    /// A field of `mvccpb.KeyValue` has another type than it should.
    case recordFieldType(Int)
    /// The value names no etcd key.
    case recordWithoutKey
    /// The numbers in the value contradict the revision in the key. A salvage still returns the record.
    case recordNumbers
}
