internal import SecretMemory

/// What makes two keys of a mapping the same to go-yaml, whose maps have keys of any type: `1` and `"1"` differ.
enum KeyIdentity: Hashable {
    case bool(Bool)
    case int(Int64)
    case float(Double)
    case string(KeyText)
}

/// The text of a key, to look it up and to sort it by. Not compared in constant time: a key is no secret.
struct KeyText: Hashable, Comparable {
    let key: SecretKey

    init(_ key: SecretKey) { self.key = key }

    static func == (left: Self, right: Self) -> Bool { left.key.span.elementsEqual(right.key.span) }

    static func < (left: Self, right: Self) -> Bool {
        let (left, right) = (left.key.span, right.key.span)
        for offset in 0..<min(left.byteCount, right.byteCount) where left[offset] != right[offset] {
            return left[offset] < right[offset]
        }
        return left.byteCount < right.byteCount
    }

    func hash(into hasher: inout Hasher) {
        let bytes = key.span
        unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
}
