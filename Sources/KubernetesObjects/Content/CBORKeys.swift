internal import GoText
internal import ProtobufWire
internal import SecretMemory

/// No key is twice in a map: Kubernetes refuses such CBOR (decode.go, `DupMapKeyEnforcedAPF`), whatever the keys are
/// written as.
enum CBORKeys {
    /// Whether one key comes before another in the order in which Kubernetes writes them: the shorter first, then by bytes
    /// (encode.go, `SortBytewiseLexical`; RFC 8949, section 4.2.1).
    static func isOrdered(_ key: RawSpan, _ next: RawSpan) -> Bool {
        guard key.byteCount == next.byteCount else { return key.byteCount < next.byteCount }
        for offset in key.byteOffsets where key[offset] != next[offset] { return key[offset] < next[offset] }
        return false
    }

    /// Throws if two of the keys are the same.
    static func check(
        _ keys: [ValueTree.Value], in plaintext: RawSpan, orThrow error: StoredObjectError
    ) throws(StoredObjectError) {
        var names: [ByteName] = []
        for key in keys {
            guard let name = key.withText(in: plaintext, { String(validatingUTF8: $0) }) else { throw error }
            names.append(ByteName(name))
        }
        names.sort()
        for (name, next) in zip(names, names.dropFirst()) where name == next { throw error }
    }
}
