internal import Diagnostics
internal import SecretMemory
internal import YAMLTree

/// How much text may still be copied out of a file: aliases can ask for gigabytes of it.
final class KubeconfigBudget {
    private var remaining = 64 << 20

    func spend(_ byteCount: Int) -> Bool {
        remaining -= byteCount
        return remaining >= 0
    }
}

/// A value of a kubeconfig, with the path that an error names.
///
/// Types are those of Go's decoder (sigs.k8s.io/json): null leaves a field unchanged, and any other type than that of
/// the field is an error, anywhere in the file.
struct KubeconfigField {
    let value: YAMLValue
    let path: String
    let file: String
    let budget: KubeconfigBudget

    /// Most that a text can have that is no secret.
    static let textByteCountLimit = 64 << 10

    /// The field of that name; nil if it is absent or null. Unknown ones are passed over.
    func field(_ name: String) throws(KubeconfigError) -> KubeconfigField? {
        guard case .object(let members) = value.kind else { throw malformed }
        guard let member = members.last(where: { $0.key.isText(name) }) else { return nil }
        if case .null = member.value.kind { return nil }
        return with(member.value, path.isEmpty ? name : "\(path).\(name)")
    }

    /// The elements of a list; none if it is absent.
    func list(_ name: String) throws(KubeconfigError) -> [KubeconfigField] {
        try field(name)?.elements() ?? []
    }

    /// The elements of a list; none if it is null.
    func elements() throws(KubeconfigError) -> [KubeconfigField] {
        if case .null = value.kind { return [] }
        guard case .array(let elements) = value.kind else { throw malformed }
        return elements.enumerated().map { with($1, "\(path)[\($0)]") }
    }

    /// The members of an object; none if it is absent.
    func members(_ name: String) throws(KubeconfigError) -> [(key: String, field: KubeconfigField)] {
        guard let object = try field(name) else { return [] }
        guard case .object(let members) = object.value.kind else { throw object.malformed }
        var found: [(String, KubeconfigField)] = []
        for member in members {
            found.append((try object.reveal(member.key), with(member.value, object.path)))
        }
        return found
    }

    /// A text that is no secret; nil if it is absent or empty, which is the same to kubectl.
    func text(_ name: String) throws(KubeconfigError) -> String? {
        guard let field = try field(name) else { return nil }
        let text = try field.text()
        return text.isEmpty ? nil : text
    }

    func text() throws(KubeconfigError) -> String {
        if case .null = value.kind { return "" }
        guard case .string(let text) = value.kind else { throw malformed }
        return try reveal(text)
    }

    /// A text that may be a secret; nil if it is absent or empty.
    func secret(_ name: String) throws(KubeconfigError) -> SecretKey? {
        guard let field = try field(name) else { return nil }
        guard case .string(let text) = field.value.kind else { throw field.malformed }
        return text.bytes.count == 0 ? nil : text
    }

    /// Bytes in base64; nil if they are absent or empty.
    func data(_ name: String) throws(KubeconfigError) -> SecretKey? {
        guard let field = try field(name), let text = try secret(name) else { return nil }
        guard budget.spend(text.bytes.count) else { throw field.error(.tooMuchText) }
        do {
            let bytes = try SecretBase64.decode(text.span)
            return bytes.count == 0 ? nil : SecretKey(bytes)
        } catch {
            throw field.error(.notBase64(field: field.path))
        }
    }

    /// False if it is absent.
    func bool(_ name: String) throws(KubeconfigError) -> Bool {
        guard let field = try field(name) else { return false }
        guard case .bool(let value) = field.value.kind else { throw field.malformed }
        return value
    }

    func error(_ reason: KubeconfigError.Reason) -> KubeconfigError {
        KubeconfigError(reason, file: file, at: value.node.start)
    }

    /// What an entry is that has no content.
    var empty: KubeconfigField { with(YAMLValue(kind: .object([]), node: value.node), path) }

    var malformed: KubeconfigError { error(.malformed(field: path)) }

    private func reveal(_ text: SecretKey) throws(KubeconfigError) -> String {
        let count = text.bytes.count
        guard count <= Self.textByteCountLimit, budget.spend(count) else { throw error(.tooMuchText) }
        return text.revealedText()
    }

    private func with(_ value: YAMLValue, _ path: String) -> KubeconfigField {
        KubeconfigField(value: value, path: path, file: file, budget: budget)
    }
}
