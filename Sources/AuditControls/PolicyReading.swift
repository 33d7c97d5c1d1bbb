internal import Diagnostics
internal import EncryptionConfig
public import SecretMemory
internal import YAMLTree

extension AuditPolicy {
    /// Bytes of a file. A policy is a page of text.
    public static let byteCountLimit = 1 << 20
    /// Items of a list.
    static let itemCountLimit = 1000
    /// The longest cryptoperiod in days: a century.
    static let periodLimit: Int64 = 36_500

    /// Reads a file, in YAML or JSON.
    ///
    /// An unknown field is refused, because a misspelled limit would be no limit.
    ///
    /// - Parameters:
    ///   - path: How the person names it.
    ///   - hash: `sha256:` and the SHA-256 of its bytes.
    /// - Throws: ``PolicyRefusal``, with the place in the file.
    public init(reading content: consuming SecretBytes, path: String, hash: String) throws(PolicyRefusal) {
        guard content.count <= Self.byteCountLimit else {
            throw PolicyRefusal(reason: .tooLarge(byteCount: content.count), position: nil)
        }
        let fields = try PolicyFields(content)
        let preset = try fields.preset()
        var policy = preset?.policy ?? AuditPolicy(origin: .file(path: path, hash: hash, preset: nil))
        policy = policy.renamed(.file(path: path, hash: hash, preset: preset))
        if let periods = try fields.cryptoperiods() { policy.cryptoperiods = periods }
        if let providers = try fields.providers() { policy.allowedProviders = providers }
        if let resources = try fields.resources() {
            policy.mustEncrypt = resources
            policy.namesResources = true
        }
        if let limit = try fields.writeLimit() { policy.gcmWriteLimit = limit }
        self = policy
    }

    private func renamed(_ origin: Origin) -> AuditPolicy {
        var policy = AuditPolicy(origin: origin)
        policy.cryptoperiods = cryptoperiods
        policy.allowedProviders = allowedProviders
        policy.mustEncrypt = mustEncrypt
        policy.gcmWriteLimit = gcmWriteLimit
        return policy
    }
}

/// The members of a policy file, known to be fields, each once.
private struct PolicyFields {
    private let values: [PolicyField: YAMLValue]

    init(_ content: consuming SecretBytes) throws(PolicyRefusal) {
        let root: YAMLValue
        let duplicate: YAMLDuplicate?
        do throws(YAMLError) {
            let view = try YAMLDocument(parsing: content).view()
            (root, duplicate) = (view.value, view.duplicates.first)
        } catch {
            throw PolicyRefusal(reason: .yaml(error), position: error.position)
        }
        if case .null = root.kind { throw PolicyRefusal(reason: .empty, position: nil) }
        // Nothing of a document of another kind is quoted: it may be a file with keys that was named by mistake.
        guard case .object(let members) = root.kind, Self.text("apiVersion", in: members) == "encconf/v1",
            Self.text("kind", in: members) == "AuditPolicy"
        else { throw PolicyRefusal(reason: .otherKind, position: nil) }
        if let duplicate {
            throw PolicyRefusal(
                reason: .repeatedField(duplicate.key.revealedText()), position: duplicate.keyNode.start)
        }
        var values: [PolicyField: YAMLValue] = [:]
        for member in members {
            let name = member.key.revealedText()
            guard let field = PolicyField(rawValue: name) else {
                throw PolicyRefusal(reason: .unknownField(name), position: member.keyNode.start)
            }
            values[field] = member.value
        }
        self.values = values
    }

    private static func text(_ name: String, in members: [YAMLMember]) -> String? {
        guard let value = members.first(where: { $0.key.isText(name) })?.value, case .string(let text) = value.kind
        else { return nil }
        return text.revealedText()
    }

    func preset() throws(PolicyRefusal) -> PolicyPreset? {
        guard let value = values[.preset] else { return nil }
        let name = try text(value, of: .preset)
        guard let preset = PolicyPreset(rawValue: name) else { throw refusal(.unknownPreset(name), value) }
        return preset
    }

    func cryptoperiods() throws(PolicyRefusal) -> [ProviderName: Int64]? {
        guard let value = values[.cryptoperiods] else { return nil }
        guard case .object(let members) = value.kind else { throw refusal(.type(.cryptoperiods, .mapping), value) }
        var periods: [ProviderName: Int64] = [:]
        for member in members {
            let name = member.key.revealedText()
            let position = member.keyNode.start
            guard let provider = ProviderName(rawValue: name), provider != .identity else {
                throw PolicyRefusal(reason: .unknownProvider(.cryptoperiods, name), position: position)
            }
            guard ProviderName.withOwnKeys.contains(provider) else {
                throw PolicyRefusal(reason: .periodOfKMS(provider), position: position)
            }
            periods[provider] = try period(member.value)
        }
        return periods
    }

    /// `365d`, in seconds.
    private func period(_ value: YAMLValue) throws(PolicyRefusal) -> Int64 {
        let text = try text(value, of: .cryptoperiods)
        guard text.utf8.count <= 6, text.hasSuffix("d"), let days = Int64(text.dropLast()), !text.hasPrefix("+"),
            (1...AuditPolicy.periodLimit).contains(days)
        else { throw refusal(.period(text), value) }
        return days * 86_400
    }

    func providers() throws(PolicyRefusal) -> Set<ProviderName>? {
        guard let items = try items(of: .allowedProviders) else { return nil }
        var providers: Set<ProviderName> = []
        for (name, value) in items {
            guard let provider = ProviderName(rawValue: name) else {
                throw refusal(.unknownProvider(.allowedProviders, name), value)
            }
            guard provider != .identity else { throw refusal(.identityAllowed, value) }
            providers.insert(provider)
        }
        return providers
    }

    func resources() throws(PolicyRefusal) -> [ResourcePattern]? {
        guard let items = try items(of: .mustEncrypt) else { return nil }
        var patterns: [ResourcePattern] = []
        for (name, value) in items {
            guard Self.isResource(name) else { throw refusal(.resource(name), value) }
            patterns.append(ResourcePattern(parsing: name))
        }
        return patterns
    }

    /// `secrets`, `deployments.apps`, `*.`, `*.apps` or `*.*`
    private static func isResource(_ name: String) -> Bool {
        if name == "*." || name == "*.*" { return true }
        let text = name.hasPrefix("*.") ? name.dropFirst(2) : name[...]
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return name.utf8.count <= 317
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.allSatisfy {
                        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-")
                    }
            }
    }

    func writeLimit() throws(PolicyRefusal) -> Int64? {
        guard let value = values[.gcmWriteLimit] else { return nil }
        guard case .number(let text) = value.kind else { throw refusal(.type(.gcmWriteLimit, .number), value) }
        guard let limit = Int64(text.revealedText()), (1...AuditPolicy.nistWriteLimit).contains(limit) else {
            throw refusal(.writeLimit, value)
        }
        return limit
    }

    // MARK: Values

    /// The texts of a list, each once.
    private func items(of field: PolicyField) throws(PolicyRefusal) -> [(text: String, value: YAMLValue)]? {
        guard let value = values[field] else { return nil }
        guard case .array(let values) = value.kind else { throw refusal(.type(field, .list), value) }
        guard !values.isEmpty else { throw refusal(.emptyList(field), value) }
        guard values.count <= AuditPolicy.itemCountLimit else { throw refusal(.tooManyItems(field), value) }
        var seen: Set<[UInt8]> = []
        var items: [(text: String, value: YAMLValue)] = []
        for value in values {
            let text = try text(value, of: field)
            guard seen.insert(Array(text.utf8)).inserted else { throw refusal(.repeatedItem(field, text), value) }
            items.append((text, value))
        }
        return items
    }

    private func text(_ value: YAMLValue, of field: PolicyField) throws(PolicyRefusal) -> String {
        guard case .string(let text) = value.kind else { throw refusal(.type(field, .text), value) }
        return text.revealedText()
    }

    private func refusal(_ reason: PolicyRefusal.Reason, _ value: YAMLValue) -> PolicyRefusal {
        PolicyRefusal(reason: reason, position: value.node.start)
    }
}
