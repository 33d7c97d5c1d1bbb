/// A named value of an object, and its range in the plaintext. It contains no byte of the value.
public struct DataEntry: Sendable {
    /// The key, or the annotation's.
    public let key: String
    let value: StoredValue
}

/// How to get at the bytes of a value.
enum StoredValue {
    /// Its bytes are in the plaintext, not encoded.
    case bytes(Range<Int>)
    /// What a string of JSON or CBOR holds.
    case string(ValueTree.Node)
    /// The bytes that the base64 of the string encodes. It is known to be base64.
    case base64(ValueTree.Node)
}

extension StoredValue {
    static let empty = StoredValue.bytes(0..<0)
}
