public import SecretMemory

/// The JSON value of a document, as kube-apiserver decodes it: typed, aliases followed, merge keys applied.
public struct YAMLValue: Sendable {
    public enum Kind: Sendable {
        case null
        case bool(Bool)
        /// The text of the number in JSON: for YAML as Go would print it, for JSON input as in the file.
        case number(SecretKey)
        /// UTF-8.
        case string(SecretKey)
        case array([YAMLValue])
        /// For YAML sorted by the bytes of the keys, as Go writes its maps; without a key twice; for JSON in file order, with all members of a key.
        case object([YAMLMember])
    }

    public let kind: Kind
    /// The place of the value; for an alias, the alias.
    public let node: YAMLNode

    public init(kind: Kind, node: YAMLNode) {
        self.kind = kind
        self.node = node
    }
}

/// One member of an object. For YAML the last one of those with the same key.
public struct YAMLMember: Sendable {
    /// The key as JSON has it: `yes:` in YAML is `true` here.
    public let key: SecretKey
    /// The place of the key; for a merged member, in the mapping that was merged.
    public let keyNode: YAMLNode
    public let value: YAMLValue
}

/// A key that a mapping has twice, which strict decoding refuses.
public struct YAMLDuplicate: Sendable {
    /// The key as JSON has it. It may be part of a secret, if a line of the file went astray.
    public let key: SecretKey
    /// Whether Go quotes the key when it reports it: not if it is a number or a boolean.
    public let isStringKey: Bool
    /// The later one of the two keys.
    public let keyNode: YAMLNode
    /// The earlier one, whose value is lost in YAML.
    public let overriddenNode: YAMLNode
    /// The mapping that has the key twice; for a key that came by a merge, the one that the merge is part of.
    public let mapping: YAMLNode
    /// The line that go-yaml reports: that of the later value.
    public let line: Int
}
