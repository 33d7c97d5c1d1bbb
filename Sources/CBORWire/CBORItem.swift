/// What one step of a reader of CBOR comes to: a whole value without others in it, or the beginning or end of a larger
/// one (RFC 8949, section 3).
///
/// It holds no byte of a string, so it can be kept and copied where the text itself may not.
public enum CBORItem: Equatable, Sendable {
    /// Major type 0.
    case unsigned(UInt64)
    /// Major type 1: the number is -1 minus this.
    case negative(UInt64)
    /// A byte string, and where its content is within the span that was read.
    case bytes(Range<Int>)
    /// A text string. Whether it is UTF-8 is for the caller to find out.
    case text(Range<Int>)
    /// A byte string in chunks begins; ``breakCode`` ends it.
    case chunkedBytes
    /// A text string in chunks begins.
    case chunkedText
    /// An array of so many elements begins; without a count, ``breakCode`` ends it.
    case array(count: UInt64?)
    /// A map of so many pairs begins.
    case map(count: UInt64?)
    /// The next item has this tag.
    case tag(UInt64)
    case float(Double)
    case bool(Bool)
    case null
    case undefined
    case breakCode
}

/// Why bytes are no item of CBOR.
public enum CBORError: Error, Equatable {
    /// They end within an item.
    case truncated
    /// No item begins so: a reserved byte (RFC 8949, section 3), or a simple value other than false, true, null and
    /// undefined, none of which has a meaning.
    case malformed
}
