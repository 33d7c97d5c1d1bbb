/// What is refused before it can cost much memory or time. A real configuration is far below all of it.
public enum YAMLLimits {
    /// Bytes of a file.
    public static let byteCount = 16 << 20
    /// Levels of nesting, in the file and in the value.
    public static let depth = 200
    /// Nodes in the tree.
    public static let nodeCount = 500_000
    /// Directives in front of the document. libyaml compares each `%TAG` with all before it.
    public static let directiveCount = 100
    /// Values in the JSON view, where each alias counts as its whole target.
    public static let valueCount = 1_000_000
}
