/// A named value of an object, and where it stands in the plaintext. It holds no byte of the value.
public struct DataEntry: Sendable {
    /// The key, or the annotation's.
    public let key: String
    let value: StoredValue
}

/// How to get at the bytes of a value.
enum StoredValue {
    /// They stand in the plaintext as they are.
    case bytes(Range<Int>)
    /// What a string of JSON or CBOR holds.
    case string(ValueTree.Node)
    /// What the base64 in such a string stands for. It has been found to be base64.
    case base64(ValueTree.Node)
}

extension StoredValue {
    static let empty = StoredValue.bytes(0..<0)
}
