/// Every byte of a database that etcd does not read, booked once.
///
/// These are the free pages, which keep what was last written to them, everything after the last page in use, and the
/// unused ends of pages in use. What was found shows presence. It shows absence only if ``unexplained`` is 0.
public struct RemnantLedger: Equatable, Sendable {
    /// Bytes of pages in use: they are not searched. All other numbers of bytes and this one come to the length of the
    /// database.
    public internal(set) var inUse = 0
    /// The number of free pages, and of pages after the last page in use.
    public internal(set) var pages = 0

    /// Bytes that are 0.
    public internal(set) var zero = 0
    /// Bytes around values: the headers of old pages, their tables, etcd keys and numbers of records,
    /// settings of etcd, lists of free pages.
    public internal(set) var structure = 0
    /// Bytes of encrypted values that were found with their beginning, and look encrypted throughout.
    public internal(set) var encrypted = 0
    /// Bytes of values that were found with their beginning and are objects in plaintext: protobuf, JSON, CBOR.
    public internal(set) var plaintext = 0
    /// Bytes of values of whole records that are neither.
    public internal(set) var otherValues = 0
    /// Bytes of values without a beginning that hold words of Kubernetes objects: plaintext for certain.
    public internal(set) var fragments = 0
    /// Bytes that nothing explains, and that look like text, protobuf or anything else that is not random.
    public internal(set) var likelyPlaintext = 0
    /// Bytes that nothing explains, and that look random. Ciphertext does, and so does whatever is compressed.
    public internal(set) var likelyCiphertext = 0

    /// The values that were found with their beginning.
    public internal(set) var values = RemnantValueCounts()

    public init() {}

    /// The bytes that were searched.
    public var searched: Int { zero + structure + encrypted + plaintext + otherValues + unexplained }
    /// The bytes that nothing explains: the rest of values whose beginning is gone.
    public var unexplained: Int { fragments + likelyPlaintext + likelyCiphertext }
}

/// How many values were found in the unused part of a database.
public struct RemnantValueCounts: Equatable, Sendable {
    /// Objects in plaintext.
    public internal(set) var plaintext = 0
    /// Encrypted values.
    public internal(set) var encrypted = 0
    /// Values of whole records that are neither.
    public internal(set) var other = 0
    /// Those of all of them that are not there to their end.
    public internal(set) var cut = 0
}

/// A value that was found in the unused part of a database. It holds no bytes, only where they are.
public struct RemnantValue: Equatable, Sendable {
    public enum Kind: Hashable, Sendable, CaseIterable {
        /// `k8s\0`: an object in plaintext, as protobuf.
        case protobuf
        /// `{`: an object in plaintext, as JSON.
        case json
        /// `d9 d9 f7`: an object in plaintext, as CBOR.
        case cbor
        /// `k8s:enc:`: a value that some provider wrote.
        case encrypted
        /// The value of a whole record of another kind.
        case other
    }

    public let kind: Kind
    /// What is there of it, as offsets in the file.
    public let range: Range<Int>
    /// The length that it had; nil if that is not there.
    public let length: Int?
    /// The etcd key of its record, if that is there.
    public let key: Range<Int>?
    /// The revision of its record, if that is there.
    public let revision: Int64?

    /// Whether it is there to its end.
    public var isWhole: Bool { length == range.count }
}
