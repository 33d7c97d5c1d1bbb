internal import Diagnostics
internal import JSONText
internal import SecretMemory

/// Builds the tree of a JSON file. Strings are scalars in double quotes; numbers and words are plain.
struct JSONReader: ~Escapable {
    private let text: SourceText
    private let map: SourceMap
    private let tree: JSONTree

    /// Reads `bytes`, which is one JSON value.
    static func read(_ bytes: RawSpan) throws(YAMLError) -> YAMLNode {
        let tree: JSONTree
        do {
            tree = try JSONTree(parsing: bytes)
        } catch {
            let text = SourceText(bytes)
            let place = SourceMap(text).position(ofByte: error.offset, in: text)
            // kube-apiserver has no such limit.
            if case .tooManyValues = error.reason { throw YAMLError(.tooManyNodes, at: place) }
            throw YAMLError(.json(problem: error.description), at: place)
        }
        return try JSONReader(bytes, tree).node(tree.root, depth: 0)
    }

    @_lifetime(copy bytes)
    private init(_ bytes: RawSpan, _ tree: JSONTree) {
        text = SourceText(bytes)
        map = SourceMap(text)
        self.tree = tree
    }

    private func node(_ value: JSONTree.Node, depth: Int) throws(YAMLError) -> YAMLNode {
        let start = map.position(ofByte: value.range.lowerBound, in: text)
        let end = map.position(ofByte: value.range.upperBound, in: text)
        guard depth <= YAMLLimits.depth else { throw YAMLError(.tooDeep, at: start) }
        let content: YAMLNode.Content
        switch value.kind {
        case .null, .bool, .number:
            content = scalar(SecretBytes(copying: text.bytes.extracting(value.range)), .plain, value)
        case .string: content = scalar(tree.string(value, in: text.bytes), .double, value)
        case .array:
            var elements: [YAMLNode] = []
            for element in tree.elements(of: value) { elements.append(try node(element, depth: depth + 1)) }
            content = .sequence(elements)
        case .object:
            var entries: [YAMLEntry] = []
            for (key, value) in tree.members(of: value) {
                let key = try node(key, depth: depth + 1)
                entries.append(YAMLEntry(key: key, value: try node(value, depth: depth + 1)))
            }
            content = .mapping(entries)
        }
        let isCollection = value.kind == .array || value.kind == .object
        return YAMLNode(content: content, start: start, end: end, collectionStyle: isCollection ? .flow : nil)
    }

    private func scalar(
        _ bytes: consuming SecretBytes, _ style: YAMLScalar.Style, _ value: JSONTree.Node
    ) -> YAMLNode.Content {
        .scalar(
            YAMLScalar(
                text: SecretKey(bytes), style: style, contentOffset: value.range.lowerBound, isPlainImplicit: false))
    }
}
