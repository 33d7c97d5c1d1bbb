public import SecretMemory

/// The first document of a file, which is all that kube-apiserver reads of it.
public final class YAMLDocument: Sendable {
    public enum Syntax: Sendable { case yaml, json }

    /// The bytes of the file. The tree's positions point into them.
    public let source: SecretBytes
    /// JSON if the first byte that is not white space is `{`, as kube-apiserver decides it
    /// (k8s.io/apimachinery, pkg/util/yaml, `hasPrefix`). A byte order mark in front makes it YAML.
    public let syntax: Syntax
    /// Nil if the document is empty.
    public let root: YAMLNode?

    /// Parses `source`, up to the end of its first document.
    ///
    /// - Parameter syntax: How to read it, whatever it begins with. kubectl reads a kubeconfig as YAML, and so finds the
    ///   JSON in it (k8s.io/apimachinery, pkg/runtime/serializer/json, `Decode`).
    /// - Throws: ``YAMLError`` for text that is neither YAML nor JSON, an alias without its anchor or inside it, and
    ///   for what is over ``YAMLLimits``.
    public init(parsing source: consuming SecretBytes, as syntax: Syntax? = nil) throws(YAMLError) {
        guard source.count <= YAMLLimits.byteCount else {
            throw YAMLError(.tooLarge(byteCount: source.count), at: nil)
        }
        self.syntax = syntax ?? Self.syntax(of: source.bytes)
        root =
            switch self.syntax {
            case .yaml: try TreeReader.read(source.bytes)
            case .json: try JSONReader.read(source.bytes)
            }
        self.source = source
    }

    private static func syntax(of bytes: RawSpan) -> Syntax {
        // White space is `unicode.IsSpace` of the bytes as Go trims them; in front of a `{` the others are no JSON.
        for offset in bytes.byteOffsets {
            switch bytes[offset] {
            case 0x09...0x0d, 0x20: continue
            case UInt8(ascii: "{"): return .json
            default: return .yaml
            }
        }
        return .yaml
    }
}

extension YAMLNode {
    /// What kube-apiserver makes of this part of a YAML document alone.
    ///
    /// - Throws: ``YAMLError`` as for the document.
    public func value() throws(YAMLError) -> YAMLValue { try JSONView.value(of: self).0 }
}

extension YAMLDocument {
    /// The JSON value that kube-apiserver decodes; null for an empty document.
    ///
    /// - Throws: ``YAMLError`` where kube-apiserver refuses to make JSON of the document, and for what is over
    ///   ``YAMLLimits`` once aliases are followed.
    public func value() throws(YAMLError) -> YAMLValue { try view().value }

    /// The keys that mappings have twice, in the order in which kube-apiserver reports them.
    ///
    /// - Throws: The same as ``value()``.
    public func duplicates() throws(YAMLError) -> [YAMLDuplicate] { try view().duplicates }

    /// Both at once.
    public func view() throws(YAMLError) -> (value: YAMLValue, duplicates: [YAMLDuplicate]) {
        guard let root else { return (YAMLValue(kind: .null, node: .nothing), []) }
        return switch syntax {
        case .yaml: try JSONView.value(of: root)
        case .json: JSONInputView.value(of: root)
        }
    }
}
