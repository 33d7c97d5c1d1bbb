internal import SecretMemory
internal import YAMLTree

/// The size of the text of a document after each alias is replaced by its target.
///
/// YAMLTree bounds the number of values, not what they hold: a text of 8 MiB and a hundred thousand aliases to it are
/// a small file. Whatever looks at the texts one after another can rely on this bound.
struct ExpandedText {
    static let byteCountLimit = 64 << 20

    private var byteCount = 0

    /// Whether the value has more text than is read.
    static func exceedsLimit(_ value: YAMLValue) -> Bool {
        var text = ExpandedText()
        return !text.add(value)
    }

    /// Answers whether the limit still holds.
    private mutating func add(_ value: YAMLValue) -> Bool {
        switch value.kind {
        case .null, .bool: return true
        case .number(let text), .string(let text): return add(text.bytes.count)
        case .array(let elements): return elements.allSatisfy { add($0) }
        case .object(let members): return members.allSatisfy { add($0.key.bytes.count) && add($0.value) }
        }
    }

    private mutating func add(_ count: Int) -> Bool {
        byteCount += count
        return byteCount <= Self.byteCountLimit
    }
}
