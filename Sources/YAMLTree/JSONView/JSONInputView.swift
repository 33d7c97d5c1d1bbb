internal import Diagnostics
internal import SecretMemory

/// The value of a JSON file. Nothing is converted or left out: `1e3` stays `1e3`, and an object has all its members,
/// those with the same key too, in file order.
struct JSONInputView {
    private(set) var duplicates: [YAMLDuplicate] = []

    static func value(of root: YAMLNode) -> (YAMLValue, [YAMLDuplicate]) {
        var view = JSONInputView()
        let value = view.value(of: root)
        return (value, view.duplicates)
    }

    private mutating func value(of node: YAMLNode) -> YAMLValue {
        let kind: YAMLValue.Kind =
            switch node.content {
            case .scalar(let scalar): Self.kind(of: scalar)
            case .sequence(let elements): .array(elements.map { value(of: $0) })
            case .mapping(let entries): .object(members(entries, of: node))
            case .alias: .null
            }
        return YAMLValue(kind: kind, node: node)
    }

    private static func kind(of scalar: YAMLScalar) -> YAMLValue.Kind {
        let bytes = scalar.text.span
        guard scalar.style == .plain, bytes.byteCount > 0 else { return .string(scalar.text) }
        return switch bytes[0] {
        case UInt8(ascii: "n"): .null
        case UInt8(ascii: "t"): .bool(true)
        case UInt8(ascii: "f"): .bool(false)
        default: .number(scalar.text)
        }
    }

    private mutating func members(_ entries: [YAMLEntry], of mapping: YAMLNode) -> [YAMLMember] {
        var members: [YAMLMember] = []
        var keys: [KeyText: YAMLNode] = [:]
        for entry in entries {
            guard case .scalar(let scalar) = entry.key.content else { continue }
            members.append(YAMLMember(key: scalar.text, keyNode: entry.key, value: value(of: entry.value)))
            if let earlier = keys.updateValue(entry.key, forKey: KeyText(scalar.text)) {
                duplicates.append(
                    YAMLDuplicate(
                        key: scalar.text, isStringKey: true, keyNode: entry.key, overriddenNode: earlier,
                        mapping: mapping, line: entry.value.start.line))
            }
        }
        return members
    }
}
