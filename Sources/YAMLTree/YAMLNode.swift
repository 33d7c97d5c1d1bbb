public import Diagnostics
public import SecretMemory

/// One node of the tree. Immutable, and shared by the aliases that point to it.
public final class YAMLNode: Sendable {
    public enum Content: Sendable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        /// The pairs in file order, duplicates among them; merge keys are not applied.
        case mapping([YAMLEntry])
        /// `*name`, and its target.
        case alias(YAMLNode)
    }

    public enum CollectionStyle: Sendable { case block, flow }

    public let content: Content
    /// Where the node begins: at its tag or anchor, if it has one.
    public let start: SourcePosition
    /// Just behind the last byte. A block scalar ends behind its last line break, a block collection with its last
    /// node.
    public let end: SourcePosition
    /// The whole tag, such as `tag:yaml.org,2002:str`, or `!` alone. kube-apiserver ignores tags of collections.
    public let tag: SecretKey?
    /// The name behind `&`; for an alias the name behind `*`.
    public let anchor: SecretKey?
    /// Nil for scalars and aliases.
    public let collectionStyle: CollectionStyle?

    init(
        content: Content, start: SourcePosition, end: SourcePosition, tag: SecretKey? = nil, anchor: SecretKey? = nil,
        collectionStyle: CollectionStyle? = nil
    ) {
        self.content = content
        self.start = start
        self.end = end
        self.tag = tag
        self.anchor = anchor
        self.collectionStyle = collectionStyle
    }

    /// The bytes of the file that the node takes up, tag and anchor included.
    public var range: Range<Int> { start.offset..<end.offset }

    /// The node itself, or the target of an alias.
    public var resolved: YAMLNode {
        // An alias points to a collection or a scalar, never to another alias: `&a *b` is no YAML.
        if case .alias(let target) = content { target } else { self }
    }
}

/// One pair of a mapping.
public struct YAMLEntry: Sendable {
    public let key: YAMLNode
    public let value: YAMLNode
}

/// The text of a scalar, after quotes, escapes and folded lines have been resolved.
public struct YAMLScalar: Sendable {
    public enum Style: Sendable { case plain, single, double, literal, folded }

    /// UTF-8, whatever the file's encoding is.
    public let text: SecretKey
    public let style: Style
    /// Where the text itself begins, behind tag and anchor: at the quote, the `|` or `>`, or the first character.
    public let contentOffset: Int
    /// Whether YAML may take the text for something else than a string: plain without a tag, or with the tag `!`.
    let isPlainImplicit: Bool
}

extension YAMLNode {
    /// The node of an empty document: empty, at the start of the file.
    static var nothing: YAMLNode {
        let start = SourcePosition(line: 1, column: 1, offset: 0)
        let text = YAMLScalar(text: SecretKey(SecretBytes()), style: .plain, contentOffset: 0, isPlainImplicit: true)
        return YAMLNode(content: .scalar(text), start: start, end: start)
    }
}
