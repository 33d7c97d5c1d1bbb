internal import SecretMemory
internal import YAMLTree

/// One item of a list in the text, in up to three pieces: its comments and itself, the comma, a comment behind it.
struct ListItem {
    let node: YAMLNode
    /// The comment lines that belong to the item, and the item. In block style these are whole lines, without the
    /// last line break.
    let head: Range<Int>
    /// The comma with the white space before it; empty in block style and after a last item without a comma.
    let separator: Range<Int>
    /// A comment in the line of the item, behind the comma. Empty in block style, where it is part of the head.
    let tail: Range<Int>
    /// Where the item itself begins: in block style the line of the dash.
    let bodyStart: Int
    /// Where the item itself ends, comments left out.
    let bodyEnd: Int

    var end: Int { tail.upperBound }
}

/// The layout of the items of a list.
///
/// Between the end of an item and the head of the next one is a gap, which stays where it is when items move. So
/// blank lines, line breaks and a file's last line keep their places.
struct ListLayout {
    let items: [ListItem]
    let isFlow: Bool
    let list: YAMLNode

    init(_ location: ListLocation, list: YAMLNode, in text: SourceLines) throws(EditRefusal) {
        self.list = list
        isFlow = list.collectionStyle == .flow
        guard isFlow || !list.items.isEmpty else { throw .unsupportedShape }
        // An anchored list is found by its aliases too; its own field ends where it begins.
        let start = list.anchor == nil && list.tag == nil ? location.field?.key.range.upperBound : nil
        items =
            isFlow
            ? try Self.flowItems(of: list, in: text)
            : try Self.blockItems(of: list, after: start ?? list.range.lowerBound, in: text)
    }

    // MARK: Block style

    private static func blockItems(
        of list: YAMLNode, after start: Int, in text: SourceLines
    ) throws(EditRefusal) -> [ListItem] {
        var dashes: [Int] = []
        for node in list.items { dashes.append(try dash(of: node, notBefore: dashes.last ?? start, in: text)) }
        var items: [ListItem] = []
        var limit = text.afterBreak(at: text.lineEnd(of: start))
        for (index, node) in list.items.enumerated() {
            let dash = dashes[index]
            let line = text.lineStart(of: dash)
            let next = index + 1 < dashes.count ? text.lineStart(of: dashes[index + 1]) : text.count
            let bodyEnd = node.contentEnd(in: text)
            guard bodyEnd > dash, bodyEnd <= next else { throw .unsupportedShape }
            let headStart = text.startOfComments(above: dash, column: dash - line, notBefore: limit)
            let end = endOfInnerComments(from: bodyEnd, deeperThan: dash - line, before: next, in: text)
            items.append(
                ListItem(
                    node: node, head: headStart..<end, separator: end..<end, tail: end..<end, bodyStart: line,
                    bodyEnd: bodyEnd))
            limit = text.afterBreak(at: end)
        }
        return items
    }

    /// The dash of an item, which is the first thing in its line. The item may begin in a later line.
    private static func dash(
        of node: YAMLNode, notBefore limit: Int, in text: SourceLines
    ) throws(EditRefusal) -> Int {
        var end = text.skipBlanks(before: node.range.lowerBound)
        while end > limit {
            let line = text.lineStart(of: end)
            let first = text.skipBlanks(from: line)
            if text.isCharacter("-", at: first), first + 1 == end || text.isComment(after: first + 1, before: end) {
                return first
            }
            guard first >= end || text.isCharacter("#", at: first) else { throw .unsupportedShape }
            end = text.beforeBreak(at: line)
            guard end < line else { throw .unsupportedShape }
        }
        throw .unsupportedShape
    }

    /// The end of the item's last line, and of comment lines right below it that are deeper than its dash.
    private static func endOfInnerComments(
        from bodyEnd: Int, deeperThan column: Int, before next: Int, in text: SourceLines
    ) -> Int {
        var end = text.lineEnd(of: bodyEnd)
        while true {
            let line = text.afterBreak(at: end)
            let first = text.skipBlanks(from: line)
            guard line > end, line < next, text.isCharacter("#", at: first), first - line > column else { return end }
            end = text.lineEnd(of: first)
        }
    }

    // MARK: Flow style

    private static func flowItems(of list: YAMLNode, in text: SourceLines) throws(EditRefusal) -> [ListItem] {
        var items: [ListItem] = []
        // Nil in the line of the bracket, which can be all of the text: no comment of an item is in it.
        var limit: Int?
        for (index, node) in list.items.enumerated() {
            let body = node.range
            guard !body.isEmpty else { throw .unsupportedShape }
            let separator = text.separator(after: body.upperBound)
            guard !separator.isEmpty || index == list.items.count - 1 else { throw .unsupportedShape }
            let afterBlanks = text.skipBlanks(from: separator.upperBound)
            let tailEnd =
                !text.isJSON && afterBlanks > separator.upperBound && text.isCharacter("#", at: afterBlanks)
                ? text.lineEnd(of: afterBlanks) : separator.upperBound
            var headStart = body.lowerBound
            if !text.isJSON, text.isFirstInLine(body.lowerBound) {
                let column = body.lowerBound - text.lineStart(of: body.lowerBound)
                let line = text.startOfComments(
                    above: body.lowerBound, column: column,
                    notBefore: limit ?? text.lineEnd(of: list.flowStart(in: text)))
                headStart = text.skipBlanks(from: line)
            }
            items.append(
                ListItem(
                    node: node, head: headStart..<body.upperBound, separator: separator,
                    tail: separator.upperBound..<tailEnd, bodyStart: body.lowerBound, bodyEnd: body.upperBound))
            limit = tailEnd
        }
        return items
    }
}

extension YAMLNode {
    /// The bracket or brace of a flow collection, behind its tag and anchor.
    func flowStart(in text: SourceLines) -> Int {
        var offset = range.lowerBound
        while offset < range.upperBound, !text.isCharacter("[", at: offset), !text.isCharacter("{", at: offset) {
            offset += 1
        }
        return offset
    }

    /// Behind the last byte of the node that is neither blank nor line break.
    ///
    /// A block scalar goes on to the next text; the empty lines at its end are no part of it, unless it keeps them
    /// (`|+`): then only the last line break is left out.
    func contentEnd(in text: SourceLines) -> Int {
        if lastLeaf.keepsLineBreaks(in: text) { return text.beforeBreak(at: range.upperBound) }
        var end = range.upperBound
        while end > range.lowerBound, text.isBlank(at: end - 1) || text.isBreak(at: end - 1) { end -= 1 }
        return end
    }

    private var lastLeaf: YAMLNode {
        switch content {
        case .scalar, .alias: self
        case .sequence(let items): items.last?.lastLeaf ?? self
        case .mapping(let entries): entries.last?.value.lastLeaf ?? self
        }
    }

    private func keepsLineBreaks(in text: SourceLines) -> Bool {
        guard case .scalar(let scalar) = content, scalar.style == .literal || scalar.style == .folded else {
            return false
        }
        let header = scalar.contentOffset..<text.skipHeader(from: scalar.contentOffset)
        return header.contains { text.isCharacter("+", at: $0) }
    }
}

extension SourceLines {
    /// Behind the header of a block scalar: the indicator with up to two more characters.
    func skipHeader(from offset: Int) -> Int {
        var offset = offset
        while offset < count, !isBlank(at: offset), !isBreak(at: offset) { offset += 1 }
        return offset
    }

    /// Whether only blanks and a comment are between the two.
    fileprivate func isComment(after start: Int, before end: Int) -> Bool {
        let text = skipBlanks(from: start)
        return start < end && text > start && (text >= end || isCharacter("#", at: text))
    }

    /// The comma after an item with the white space before it; empty without a comma.
    fileprivate func separator(after end: Int) -> Range<Int> {
        var offset = end
        while isBlank(at: offset) || isBreak(at: offset) { offset += 1 }
        return end..<(isCharacter(",", at: offset) ? offset + 1 : end)
    }
}
