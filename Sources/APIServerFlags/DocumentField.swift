internal import Diagnostics
internal import SecretMemory
internal import YAMLTree

/// A field of a document that a program wrote, with the path that an error names.
struct DocumentField {
    let value: YAMLValue
    let path: String

    var position: SourcePosition { value.node.start }

    /// The field of that name; nil if it is absent or null. Of several in a JSON file the last one counts.
    subscript(name: String) -> DocumentField? {
        get throws(APIServerFlagsError) {
            guard case .object(let members) = value.kind else { throw malformed }
            guard let member = members.last(where: { $0.key.isText(name) }) else { return nil }
            if case .null = member.value.kind { return nil }
            return DocumentField(value: member.value, path: path.isEmpty ? name : "\(path).\(name)")
        }
    }

    /// Whether it is an object with a field of that name, which may be null.
    func has(_ name: String) -> Bool {
        guard case .object(let members) = value.kind else { return false }
        return members.contains { $0.key.isText(name) }
    }

    /// The names of all fields.
    func names(_ budget: inout TextBudget) throws(APIServerFlagsError) -> [String] {
        guard case .object(let members) = value.kind else { throw malformed }
        var names: [String] = []
        for member in members {
            try budget.spend(member.key.bytes.count, at: position)
            names.append(member.key.revealedText())
        }
        return names
    }

    func list() throws(APIServerFlagsError) -> [DocumentField] {
        guard case .array(let elements) = value.kind else { throw malformed }
        return elements.enumerated().map { DocumentField(value: $1, path: "\(path)[\($0)]") }
    }

    func text(_ budget: inout TextBudget) throws(APIServerFlagsError) -> String {
        guard case .string(let text) = value.kind else { throw malformed }
        try budget.spend(text.bytes.count, at: position)
        return text.revealedText()
    }

    /// The text of a field that has to be there.
    func text(of name: String, _ budget: inout TextBudget) throws(APIServerFlagsError) -> String {
        guard let field = try self[name] else {
            throw APIServerFlagsError(.malformedField(path: "\(path).\(name)"), at: position)
        }
        return try field.text(&budget)
    }

    func bool() throws(APIServerFlagsError) -> Bool {
        guard case .bool(let value) = value.kind else { throw malformed }
        return value
    }

    /// The ID of a user or a group.
    func unsignedNumber() throws(APIServerFlagsError) -> UInt32 {
        guard case .number(let text) = value.kind, let number = UInt32(text.revealedText()) else { throw malformed }
        return number
    }

    /// The field `kind`; nil if it is missing, or not a name that can be shown.
    func kind(_ budget: inout TextBudget) throws(APIServerFlagsError) -> String? {
        guard let kind = try self["kind"]?.text(&budget), kind.utf8.count <= 63, VariableName.isName(kind.utf8) else {
            return nil
        }
        return kind
    }

    private var malformed: APIServerFlagsError {
        APIServerFlagsError(.malformedField(path: path), at: position)
    }
}
