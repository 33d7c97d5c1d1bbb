internal import Diagnostics
internal import SecretMemory

/// Builds the tree of the first document from libyaml's events, on a stack of its own.
///
/// kube-apiserver reads with go-yaml v2, a port of libyaml 0.1; where 0.2.5 has become more lenient since, this
/// refuses what go-yaml refuses.
struct TreeReader: ~Copyable, ~Escapable {
    private let text: SourceText
    private let map: SourceMap
    private let rules: StricterRules
    private var disguise: Disguise
    private var attempt = 1
    private var open: [Collection] = []
    private var root: YAMLNode?
    private var anchors: [SecretHash: Anchor] = [:]
    private var anchorCount = 0
    private var nodeCount = 0
    /// go-yaml finds these when it decodes, after all of the document has been parsed.
    private var decodeError: YAMLError?

    /// Reads `bytes` up to the end of their first document; nil if it is empty.
    static func read(_ bytes: RawSpan) throws(YAMLError) -> YAMLNode? {
        var reader = TreeReader(bytes)
        try reader.rules.refuseManyDirectives()
        try reader.rules.refuseSecondByteOrderMark()
        if try reader.readDocument(from: EventReader(text: bytes)) { return reader.root }
        while true {
            reader.restart()
            let disguised = reader.disguise.apply(to: reader.text)
            if try reader.readDocument(from: EventReader(text: disguised.bytes)) { return reader.root }
        }
    }

    @_lifetime(copy bytes)
    private init(_ bytes: RawSpan) {
        text = SourceText(bytes)
        map = SourceMap(text)
        rules = StricterRules(text: text, map: map)
        disguise = Disguise(text)
    }

    @_lifetime(self: copy self)
    private mutating func restart() {
        (open, root, anchors, nodeCount, decodeError) = ([], nil, [:], 0, nil)
        disguise.restart()
        attempt += 1
    }

    private enum Anchor {
        /// Marks a collection that has not ended; the number distinguishes anchors with the same name.
        case open(number: Int)
        case node(YAMLNode)
    }

    private struct Collection {
        enum Kind {
            case sequence
            case mapping
            /// The one pair of `[a: b]`, a mapping without braces.
            case pair
        }

        let kind: Kind
        let isFlow: Bool
        let start: Mark
        let properties: YAMLEvent.Properties
        let anchorNumber: Int?
        var children: [YAMLNode] = []
    }

    // MARK: Events

    /// Answers whether that was all: if not, it has to be read again in disguise.
    @_lifetime(self: copy self)
    private mutating func readDocument(from events: consuming EventReader) throws(YAMLError) -> Bool {
        var hasStarted = false
        while true {
            let event: YAMLEvent
            do {
                event = try events.next()
            } catch {
                if disguise(after: error) { return false }
                if !hasStarted { try rules.refuseVersion(before: offset(error.problemMark)) }
                throw self.error(error)
            }
            switch event.kind {
            case .streamStart: continue
            case .streamEnd: return true
            case .documentStart(let hasVersion):
                hasStarted = true
                if hasVersion { try rules.refuseVersion(before: offset(event.end)) }
            case .documentEnd:
                if disguise.addStrayMarks(before: offset(event.start)) {
                    guard attempt == Disguise.attempts else { return false }
                    throw YAMLError(.tooManyByteOrderMarks, at: nil)
                }
                if let decodeError { throw decodeError }
                return true
            default: try add(event)
            }
        }
    }

    @_lifetime(self: copy self)
    private mutating func disguise(after failure: EventReader.Failure) -> Bool {
        guard attempt < Disguise.attempts, failure.layer == .scanner || failure.layer == .parser else { return false }
        if disguise.addStrayMarks(before: offset(failure.contextMark)) { return true }
        return failure.problem == "found unexpected ':'" && disguise.addColon(at: offset(failure.problemMark))
    }

    @_lifetime(self: copy self)
    private mutating func add(_ event: YAMLEvent) throws(YAMLError) {
        switch event.kind {
        case .alias(let name): try add(alias(name, event))
        case .scalar(let scalar): try add(self.scalar(scalar, event))
        case .sequenceStart(let properties, let isFlow):
            try begin(.sequence, properties, isFlow: isFlow, event)
        case .mappingStart(let properties, let isFlow):
            let isPair = isFlow && properties.isEmpty && !startsWithBrace(event)
            try begin(isPair ? .pair : .mapping, properties, isFlow: isFlow, event)
        case .sequenceEnd, .mappingEnd: try end(event)
        case .streamStart, .streamEnd, .documentStart, .documentEnd: break
        }
    }

    @_lifetime(self: copy self)
    private mutating func begin(
        _ kind: Collection.Kind, _ properties: YAMLEvent.Properties, isFlow: Bool, _ event: YAMLEvent
    ) throws(YAMLError) {
        guard open.count < YAMLLimits.depth else { throw YAMLError(.tooDeep, at: position(event.start)) }
        if properties.tag != nil, isInFlow {
            try rules.refuseTagBeforeComma(PropertyScan(text, from: offset(event.start), to: offset(event.end)))
        }
        var number: Int?
        if let name = properties.anchor {
            anchorCount += 1
            number = anchorCount
            anchors[SecretHash(name)] = .open(number: anchorCount)
        }
        open.append(
            Collection(
                kind: kind, isFlow: isFlow, start: event.start, properties: properties, anchorNumber: number))
    }

    @_lifetime(self: copy self)
    private mutating func end(_ event: YAMLEvent) throws(YAMLError) {
        guard let ended = open.popLast() else { return }
        let start = position(ended.start)
        // The end of a block collection is only noticed at the next node, so the place of the event is there.
        let end =
            ended.isFlow && ended.kind != .pair
            ? position(event.end) : max(ended.children.last?.end ?? start, start)
        let node = YAMLNode(
            content: ended.kind == .sequence ? .sequence(ended.children) : .mapping(Self.pairs(ended.children)),
            start: start, end: end, tag: ended.properties.tag, anchor: ended.properties.anchor,
            collectionStyle: ended.isFlow ? .flow : .block)
        // An anchor of the same name inside takes the place of this one, as in go-yaml.
        if let name = node.anchor.map(SecretHash.init), case .open(let number)? = anchors[name],
            number == ended.anchorNumber
        {
            anchors[name] = .node(node)
        }
        try add(node)
    }

    @_lifetime(self: copy self)
    private mutating func add(_ node: YAMLNode) throws(YAMLError) {
        nodeCount += 1
        guard nodeCount <= YAMLLimits.nodeCount else { throw YAMLError(.tooManyNodes, at: node.start) }
        if open.isEmpty { root = node } else { open[open.count - 1].children.append(node) }
    }

    private static func pairs(_ nodes: [YAMLNode]) -> [YAMLEntry] {
        stride(from: 0, to: nodes.count - 1, by: 2).map { YAMLEntry(key: nodes[$0], value: nodes[$0 + 1]) }
    }

    // MARK: Leaves

    @_lifetime(self: copy self)
    private mutating func alias(_ name: SecretKey, _ event: YAMLEvent) throws(YAMLError) -> YAMLNode {
        let (start, end) = (position(event.start), position(event.end))
        let target: YAMLNode
        switch anchors[SecretHash(name)] {
        case .node(let node)?: target = node
        case .open?:
            decodeError = decodeError ?? YAMLError(.anchorContainsItself(name: YAMLError.showable(name)), at: start)
            // Never seen outside: the whole document is refused when it ends.
            target = YAMLNode(content: .sequence([]), start: start, end: end)
        case nil: throw YAMLError(.unknownAnchor(name: YAMLError.showable(name)), at: start)
        }
        return YAMLNode(content: .alias(target), start: start, end: end, anchor: name)
    }

    @_lifetime(self: copy self)
    private mutating func scalar(_ scalar: YAMLEvent.Scalar, _ event: YAMLEvent) throws(YAMLError) -> YAMLNode {
        let (start, end) = (position(event.start), position(event.end))
        let scan = PropertyScan(text, from: start.offset, to: end.offset)
        let range = scan.contentOffset..<max(scan.contentOffset, end.offset)
        if isInFlow { try rules.refuseTagBeforeComma(scan) }
        switch scalar.style {
        case .plain where isInFlow: try rules.refuseQuestionMark(in: range, closing: closingBracket)
        case .double: try rules.refuseEscapedSlash(in: range)
        case .plain, .single, .literal, .folded: break
        }
        disguise.markScalar(range)
        let isDisguised = scalar.style == .plain && !disguise.offsets.isEmpty
        let content = YAMLScalar(
            text: isDisguised ? disguise.restore(scalar.text, in: range, of: text) : scalar.text, style: scalar.style,
            contentOffset: scan.contentOffset,
            isPlainImplicit: scalar.isPlainImplicit)
        let node = YAMLNode(
            content: .scalar(content), start: start, end: end,
            tag: scalar.properties.tag
                ?? (scan.hasTag ? SecretKey(SecretBytes(copying: Array("!".utf8).span.rawBytes)) : nil),
            anchor: scalar.properties.anchor)
        if let name = node.anchor { anchors[SecretHash(name)] = .node(node) }
        return node
    }

    // MARK: Places

    private var isInFlow: Bool { open.last?.isFlow ?? false }

    /// Whether a flow mapping begins with its brace. In `[{a: b}: c]` there is one too, but it belongs to the key.
    private func startsWithBrace(_ event: YAMLEvent) -> Bool {
        event.start.index < event.end.index && text.character(at: offset(event.start))?.value == "{"
    }

    /// What ends the flow collection that is being read.
    private var closingBracket: Character { open.last { $0.kind != .pair }?.kind == .sequence ? "]" : "}" }

    private func offset(_ mark: Mark) -> Int { map.offset(ofCharacter: mark.index, in: text) }

    private func position(_ mark: Mark) -> SourcePosition {
        SourcePosition(line: mark.line + 1, column: mark.column + 1, offset: offset(mark))
    }

    private func error(_ failure: EventReader.Failure) -> YAMLError {
        switch failure.layer {
        case .memory: return YAMLError(.outOfMemory, at: nil)
        case .reader:
            return YAMLError(
                .syntax(problem: failure.problem, context: nil),
                at: map.position(ofByte: failure.problemOffset, in: text))
        case .scanner, .parser:
            return YAMLError(
                .syntax(problem: failure.problem, context: failure.context), at: position(failure.problemMark),
                goLine: YAMLError.goLine(
                    failure.problemMark.line, isScanner: failure.layer == .scanner, context: failure.contextMark.line))
        }
    }
}
