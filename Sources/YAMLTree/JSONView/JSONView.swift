internal import Diagnostics
internal import SecretMemory

/// Turns the tree of a YAML document into the JSON value that sigs.k8s.io/yaml makes of it: first what go-yaml v2
/// decodes (v2.4, decode.go, `decoder`), then what the conversion to JSON does to that.
struct JSONView {
    private(set) var duplicates: [YAMLDuplicate] = []
    private var ratio = AliasRatio()
    private var valueCount = 0
    /// What go-yaml decodes and only the conversion to JSON refuses; a later mistake of the first kind comes first.
    private var conversionError: YAMLError?

    /// The value of a whole document, and the keys that it has twice.
    static func value(of root: YAMLNode) throws(YAMLError) -> (YAMLValue, [YAMLDuplicate]) {
        var view = JSONView()
        // go-yaml counts the document too.
        _ = view.ratio.count()
        let value = try view.value(of: root, depth: 0)
        if let error = view.conversionError { throw error }
        if let error = numberError(in: value) { throw error }
        return (value, view.duplicates)
    }

    // MARK: Values

    private mutating func value(of node: YAMLNode, depth: Int) throws(YAMLError) -> YAMLValue {
        try enter(node, depth: depth)
        switch node.content {
        case .scalar(let scalar): return YAMLValue(kind: try type(of: scalar, node).value(scalar), node: node)
        case .alias(let target):
            ratio.enterAlias()
            let value = try value(of: target, depth: depth)
            ratio.leaveAlias()
            return YAMLValue(kind: value.kind, node: node)
        case .sequence(let elements):
            var values: [YAMLValue] = []
            values.reserveCapacity(elements.count)
            for element in elements { values.append(try value(of: element, depth: depth + 1)) }
            return YAMLValue(kind: .array(values), node: node)
        case .mapping(let entries):
            var object = Object(node: node)
            try add(entries, to: &object, depth: depth)
            return YAMLValue(kind: .object(object.members()), node: node)
        }
    }

    private mutating func enter(_ node: YAMLNode, depth: Int) throws(YAMLError) {
        guard ratio.count() else { throw YAMLError(.excessiveAliasing, at: node.start) }
        guard depth <= YAMLLimits.depth else { throw YAMLError(.tooDeep, at: node.start) }
        valueCount += 1
        guard valueCount <= YAMLLimits.valueCount else { throw YAMLError(.tooManyValues, at: node.start) }
    }

    private func type(of scalar: YAMLScalar, _ node: YAMLNode) throws(YAMLError) -> Typed {
        if node.tag == nil, !scalar.isPlainImplicit { return .text(scalar.text) }
        if node.tag?.isText("tag:yaml.org,2002:binary") == true { return .text(try decodeBinary(scalar, node)) }
        return .resolved(try ScalarType.resolve(scalar.text.span, tag: node.tag, at: node.start))
    }

    private func decodeBinary(_ scalar: YAMLScalar, _ node: YAMLNode) throws(YAMLError) -> SecretKey {
        let decoded: SecretBytes
        do {
            decoded = try SecretBase64.decode(scalar.text.span)
        } catch {
            throw YAMLError(.invalidBinary, at: node.start)
        }
        return SecretKey(UTF8Repair.repair(decoded.bytes))
    }

    // MARK: Mappings

    private mutating func add(
        _ entries: [YAMLEntry], to object: inout Object, depth: Int
    ) throws(YAMLError) {
        for entry in entries {
            if entry.key.isMergeKey {
                try merge(entry.value, into: &object, depth: depth)
                continue
            }
            let key = try key(entry, depth: depth)
            let value = try value(of: entry.value, depth: depth + 1)
            guard let key else { continue }
            let member = YAMLMember(key: key.text, keyNode: entry.key, value: value)
            if let overridden = object.set(member, as: key.identity) {
                duplicates.append(
                    YAMLDuplicate(
                        key: key.text, isStringKey: key.isString, keyNode: entry.key,
                        overriddenNode: overridden.keyNode, mapping: object.node, line: entry.value.start.line))
            }
        }
    }

    private mutating func merge(_ node: YAMLNode, into object: inout Object, depth: Int) throws(YAMLError) {
        if case .sequence(let elements) = node.content {
            // From the back, as earlier ones take precedence.
            for element in elements.reversed() { try mergeMapping(element, into: &object, depth: depth) }
        } else {
            try mergeMapping(node, into: &object, depth: depth)
        }
    }

    private mutating func mergeMapping(_ node: YAMLNode, into object: inout Object, depth: Int) throws(YAMLError) {
        guard case .mapping(let entries) = node.resolved.content else {
            throw YAMLError(.invalidMerge, at: node.start)
        }
        try enter(node, depth: depth)
        if case .alias = node.content {
            ratio.enterAlias()
            try enter(node.resolved, depth: depth)
            try add(entries, to: &object, depth: depth + 1)
            ratio.leaveAlias()
        } else {
            try add(entries, to: &object, depth: depth + 1)
        }
    }

    // MARK: Keys

    private struct Key {
        let identity: KeyIdentity
        let text: SecretKey
        var isString: Bool { if case .string = identity { true } else { false } }
    }

    /// The key of an entry; nil if JSON has none for it, which is an error once all has been decoded.
    private mutating func key(_ entry: YAMLEntry, depth: Int) throws(YAMLError) -> Key? {
        let node = entry.key
        guard case .scalar(let scalar) = node.resolved.content else {
            // Decoded first, as go-yaml does: it may hold a mistake of its own.
            _ = try value(of: node, depth: depth + 1)
            throw YAMLError(.collectionAsKey, at: node.start)
        }
        try enter(node, depth: depth + 1)
        if case .alias = node.content {
            ratio.enterAlias()
            try enter(node.resolved, depth: depth + 1)
            ratio.leaveAlias()
        }
        switch try type(of: scalar, node.resolved) {
        case .text(let text): return Key(identity: .string(KeyText(text)), text: text)
        case .resolved(.string), .resolved(.timestamp):
            return Key(identity: .string(KeyText(scalar.text)), text: scalar.text)
        case .resolved(.bool(let value)):
            return Key(identity: .bool(value), text: SecretKey(value ? "true" : "false"))
        case .resolved(.int(let value)): return Key(identity: .int(value), text: NumberText.decimal(value))
        case .resolved(.float(let value)): return Key(identity: .float(value), text: NumberText.key(value))
        case .resolved(.uint):
            return noteUnsupportedKey("uint64", node)
        case .resolved(.null):
            return noteUnsupportedKey("nil", node)
        }
    }

    private mutating func noteUnsupportedKey(_ type: String, _ node: YAMLNode) -> Key? {
        if conversionError == nil { conversionError = YAMLError(.unsupportedKey(type: type), at: node.start) }
        return nil
    }

    // MARK: Numbers that JSON does not have

    /// The first one, in the order in which Go writes the value.
    private static func numberError(in value: YAMLValue) -> YAMLError? {
        switch value.kind {
        case .number(let text):
            // "NaN", "+Inf" and "-Inf" are the only ones whose last character is a letter.
            let bytes = text.span
            guard bytes.byteCount > 0, bytes[bytes.byteCount - 1] >= UInt8(ascii: "A") else { return nil }
            let name = String(decoding: bytes.copiedToArray(), as: UTF8.self)
            return YAMLError(.unsupportedNumber(name), at: value.node.start)
        case .array(let elements):
            for element in elements { if let error = numberError(in: element) { return error } }
        case .object(let members):
            for member in members { if let error = numberError(in: member.value) { return error } }
        case .null, .bool, .string: break
        }
        return nil
    }
}

/// A mapping while it is being put together.
private struct Object {
    let node: YAMLNode
    private var entries: [YAMLMember] = []
    private var places: [KeyIdentity: Int] = [:]

    init(node: YAMLNode) { self.node = node }

    /// Sets a member; answers what had been there under the same key.
    mutating func set(_ member: YAMLMember, as identity: KeyIdentity) -> YAMLMember? {
        if let place = places[identity] {
            defer { entries[place] = member }
            return entries[place]
        }
        places[identity] = entries.count
        entries.append(member)
        return nil
    }

    /// Sorted by the bytes of the keys. Of keys that only now have the same text, the later one stays; in Go it is
    /// a matter of chance.
    func members() -> [YAMLMember] {
        let sorted = entries.enumerated().sorted { left, right in
            let (leftKey, rightKey) = (KeyText(left.element.key), KeyText(right.element.key))
            return leftKey == rightKey ? left.offset < right.offset : leftKey < rightKey
        }
        var members: [YAMLMember] = []
        for (_, member) in sorted {
            if let last = members.last, KeyText(last.key) == KeyText(member.key) { members.removeLast() }
            members.append(member)
        }
        return members
    }
}

/// A scalar as go-yaml takes it.
private enum Typed {
    case resolved(ScalarType)
    /// Surely a string.
    case text(SecretKey)

    func value(_ scalar: YAMLScalar) -> YAMLValue.Kind {
        switch self {
        case .text(let text): .string(text)
        case .resolved(let type):
            switch type {
            case .null: .null
            case .bool(let value): .bool(value)
            case .int(let value): .number(NumberText.decimal(value))
            case .uint(let value): .number(NumberText.decimal(value))
            case .float(let value): .number(value.isFinite ? NumberText.json(value) : SecretKey(Self.name(value)))
            case .string, .timestamp: .string(scalar.text)
            }
        }
    }

    private static func name(_ value: Double) -> String { value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf" }
}

extension YAMLNode {
    /// `<<`, unless it is quoted (go-yaml v2.4, decode.go, `isMerge`).
    fileprivate var isMergeKey: Bool {
        guard case .scalar(let scalar) = content,
            scalar.isPlainImplicit || tag?.isText("tag:yaml.org,2002:merge") == true
        else { return false }
        let bytes = scalar.text.span
        return bytes.byteCount == 2 && bytes[0] == UInt8(ascii: "<") && bytes[1] == UInt8(ascii: "<")
    }
}

extension SecretKey {
    /// A word that is no secret.
    fileprivate convenience init(_ word: String) {
        var buffer = SecretBuffer(capacity: word.utf8.count)
        buffer.append(word)
        self.init(buffer.finish())
    }
}
