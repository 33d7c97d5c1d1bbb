internal import Diagnostics
internal import SecretMemory
internal import YAMLTree

/// A field of a Pod, with the path that an error names.
struct PodField {
    let value: YAMLValue
    let path: String

    var position: SourcePosition { value.node.start }

    /// The field of that name; nil if it is absent or null. Of several in a JSON file the last one counts.
    subscript(name: String) -> PodField? {
        get throws(APIServerFlagsError) {
            guard case .object(let members) = value.kind else { throw malformed }
            guard let member = members.last(where: { $0.key.isText(name) }) else { return nil }
            if case .null = member.value.kind { return nil }
            return PodField(value: member.value, path: path.isEmpty ? name : "\(path).\(name)")
        }
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

    func list() throws(APIServerFlagsError) -> [PodField] {
        guard case .array(let elements) = value.kind else { throw malformed }
        return elements.enumerated().map { PodField(value: $1, path: "\(path)[\($0)]") }
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

    private var malformed: APIServerFlagsError {
        APIServerFlagsError(.malformedField(path: path), at: position)
    }
}
