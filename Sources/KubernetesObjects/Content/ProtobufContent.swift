internal import ProtobufWire
internal import SecretMemory

/// Makes a tree of a message: under names as far as a schema has them, otherwise under the numbers of fields.
///
/// The work is linear. A message costs its tags and lengths, not the bytes within its fields; those are looked at when
/// it is their turn, and bytes that turn out to be no message are not looked into again.
struct ProtobufContent {
    /// Messages without a schema that are nested deeper are shown as bytes. The limit is ours: a Deployment has 10 levels.
    static let depthLimit = 32

    private var tree = ValueTree.Builder()
    private var parts: PartCount

    /// Makes a tree of the fields of an object, which `parts` has counted.
    static func tree(
        of fields: [Field], as schema: MessageSchema, in plaintext: RawSpan, counting parts: PartCount
    ) throws(StoredObjectError) -> ValueTree {
        var content = ProtobufContent(parts: parts)
        try content.append(fields, as: schema, in: plaintext)
        return content.tree.finish()
    }

    private init(parts: PartCount) { self.parts = parts }

    /// Appends a message as an object.
    private mutating func append(
        _ fields: [Field], as schema: MessageSchema, in plaintext: RawSpan
    ) throws(StoredObjectError) {
        tree.open(.object)
        for group in fields.groupedByNumber() {
            let number = group[group.startIndex].number
            if let field = schema.fields[number] {
                try append(group, as: field, in: plaintext)
            } else {
                tree.append(.fieldNumber(number))
                appendUnknown(group, in: plaintext)
            }
        }
        tree.close()
    }
}

// MARK: - Fields that are known

extension ProtobufContent {
    /// Appends all occurrences of one field. As protobuf has it, the last one counts, and messages are put together. A text,
    /// number or time that is empty is left out, as JSON leaves it out.
    private mutating func append(
        _ group: ArraySlice<Field>, as field: MessageSchema.Field, in plaintext: RawSpan
    ) throws(StoredObjectError) {
        guard let last = group.last else { return }
        switch field.content {
        case .text:
            let range = try last.range()
            if !range.isEmpty { append(field.name, .text(range)) }
        case .integer:
            let number = try last.integer()
            if number != 0 { append(field.name, .integer(number)) }
        case .flag: append(field.name, .bool(try last.bool()))
        case .time, .microTime:
            let isWhole = if case .time = field.content { true } else { false }
            try append(time: group, field.name, isWhole: isWhole, in: plaintext)
        case .message(let schema):
            tree.append(.name(field.name))
            try append(fields(of: group, in: plaintext), as: schema, in: plaintext)
        case .messages(let schema):
            tree.append(.name(field.name))
            tree.open(.array)
            for element in group { try append(fields(of: [element], in: plaintext), as: schema, in: plaintext) }
            tree.close()
        }
    }

    private mutating func append(_ name: String, _ value: ValueTree.Value) {
        tree.append(.name(name))
        tree.append(value)
    }

    /// Appends a `Time` or `MicroTime`; by its numbers if RFC 3339 cannot write it.
    private mutating func append(
        time group: ArraySlice<Field>, _ name: String, isWhole: Bool, in plaintext: RawSpan
    ) throws(StoredObjectError) {
        let fields = try fields(of: group, in: plaintext)
        guard !fields.isEmpty else { return }
        var (seconds, nanoseconds): (Int64, Int64) = (0, 0)
        for field in fields {
            switch field.number {
            case 1: seconds = try field.integer()
            case 2: nanoseconds = try field.integer()
            default: break
            }
        }
        tree.append(.name(name))
        if let moment = Moment(secondsSince1970: seconds, nanoseconds: isWhole ? nil : nanoseconds) {
            tree.append(.moment(moment))
        } else {
            try append(fields, as: .unknown, in: plaintext)
        }
    }

    /// The fields of messages, one after another.
    private mutating func fields(
        of messages: ArraySlice<Field>, in plaintext: RawSpan
    ) throws(StoredObjectError) -> [Field] {
        var result: [Field] = []
        for message in messages {
            var fields = Message(try message.range(), of: plaintext)
            while let field = try fields.next() {
                try parts.add()
                result.append(field)
            }
        }
        return result
    }
}

// MARK: - Fields that are not known

extension ProtobufContent {
    /// Appends all occurrences of one field, several as an array.
    private mutating func appendUnknown(_ group: ArraySlice<Field>, in plaintext: RawSpan) {
        if group.count > 1 { tree.open(.array) }
        for field in group { appendUnknown(field, in: plaintext) }
        if group.count > 1 { tree.close() }
    }

    private mutating func appendUnknown(_ field: Field, in plaintext: RawSpan) {
        let range = field.content
        switch field.wire.type {
        case .varint: tree.append(.integer(Int64(bitPattern: field.wire.varint)))
        case .fixed32: tree.append(.fixed32(UInt32(littleEndian: plaintext.extracting(range).unaligned())))
        case .fixed64: tree.append(.fixed64(UInt64(littleEndian: plaintext.extracting(range).unaligned())))
        case .bytes:
            if tree.depth < Self.depthLimit,
                let fields = MessageGuess.fields(at: range, of: plaintext, limit: parts.room)
            {
                // No more than there is room for.
                try? parts.add(fields.count)
                tree.open(.object)
                for group in fields.groupedByNumber() {
                    tree.append(.fieldNumber(group[group.startIndex].number))
                    appendUnknown(group, in: plaintext)
                }
                tree.close()
            } else {
                tree.append(plaintext.extracting(range).isValidUTF8 ? .text(range) : .bytes(range))
            }
        }
    }
}

extension RawSpan {
    fileprivate func unaligned<Number: FixedWidthInteger & BitwiseCopyable>() -> Number {
        unsafe unsafeLoadUnaligned(as: Number.self)
    }
}

extension Array<Field> {
    /// The fields in the order of their numbers, those with the same number together, in the order in which they stand.
    fileprivate func groupedByNumber() -> [ArraySlice<Field>] {
        var fields = self
        let isSorted = zip(fields, fields.dropFirst()).allSatisfy { $0.number <= $1.number }
        if !isSorted {
            fields = enumerated().sorted { ($0.element.number, $0.offset) < ($1.element.number, $1.offset) }
                .map(\.element)
        }
        var groups: [ArraySlice<Field>] = []
        var start = 0
        for index in fields.indices where index + 1 == fields.count || fields[index + 1].number != fields[index].number
        {
            groups.append(fields[start...index])
            start = index + 1
        }
        return groups
    }
}
