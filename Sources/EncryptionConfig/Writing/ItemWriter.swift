internal import GoText
internal import SecretMemory
internal import YAMLTree

/// Writes a new item in the style of its siblings: indentation, quotes, order of fields, one line or several.
///
/// Where a sibling says the same kind of thing, its text is copied with other values, without its comments.
struct ItemWriter {
    private let text: SourceLines
    private let layout: ListLayout

    init(_ text: SourceLines, layout: ListLayout) {
        self.text = text
        self.layout = layout
    }

    /// The text of the item: in block style whole lines without the last line break, in flow style the item alone.
    func text(of item: NewItem, at index: Int) -> SecretKey {
        var output = SecretBuffer()
        let siblings = [layout.items[max(index - 1, 0)]] + layout.items
        switch item {
        case .key(let key):
            if let sibling = siblings.first(where: { isTemplate($0.node) }) {
                copy(sibling.bodyStart..<sibling.bodyEnd, key: sibling.node, with: key, to: &output)
                return SecretKey(output.finish())
            }
        case .provider(.keys(let kind, let key)):
            if let sibling = siblings.first(where: { providerKeys(of: $0.node) != nil }) {
                copy(sibling, provider: kind, with: key, to: &output)
                return SecretKey(output.finish())
            }
        case .provider, .entry: break
        }
        writeFresh(item, like: siblings, to: &output)
        return SecretKey(output.finish())
    }

    /// Whether the siblings have no space after colons and commas.
    var isCompact: Bool {
        guard text.isJSON, let entry = layout.items.lazy.compactMap({ $0.node.entries.first }).first else {
            return false
        }
        return entry.value.range.lowerBound - entry.key.range.upperBound == 1
    }

    // MARK: Copies

    /// Whether a key has a name and a secret and nothing that must not be there twice.
    private func isTemplate(_ key: YAMLNode) -> Bool {
        guard key.anchor == nil, key.tag == nil, case .mapping(let entries) = key.content else { return false }
        return entries.count == 2 && entries.allSatisfy { isOwn($0.key) && $0.value.scalar != nil }
            && Set(entries.compactMap { $0.key.scalar?.text.revealedText() }) == ["name", "secret"]
    }

    private func isOwn(_ node: YAMLNode) -> Bool {
        if case .alias = node.content { return false }
        return node.anchor == nil && node.tag == nil
    }

    /// The field and its list of keys, if the provider can serve as a template.
    private func providerKeys(of provider: YAMLNode) -> (field: YAMLEntry, keys: [YAMLNode])? {
        guard isOwn(provider), case .mapping(let fields) = provider.content, fields.count == 1,
            let name = fields[0].key.scalar?.text.revealedText(), KeyedProvider(rawValue: name) != nil,
            isOwn(fields[0].key), isOwn(fields[0].value), case .mapping(let lists) = fields[0].value.content,
            lists.count == 1, isOwn(lists[0].key), isOwn(lists[0].value), let first = lists[0].value.items.first,
            isTemplate(first)
        else { return nil }
        return (fields[0], lists[0].value.items)
    }

    private func copy(_ range: Range<Int>, key: YAMLNode, with new: NewKey, to output: inout SecretBuffer) {
        var position = range.lowerBound
        for entry in key.entries {
            copyWithoutComments(position..<entry.value.range.lowerBound, to: &output)
            let isName = entry.key.scalar?.text.isText("name") ?? false
            ScalarText.write(
                isName ? .text(new.name.text) : .base64(new.secret), like: entry.value, in: text, to: &output)
            position = entry.value.contentEnd(in: text)
        }
        copyWithoutComments(position..<max(position, range.upperBound), to: &output)
    }

    private func copy(
        _ sibling: ListItem, provider kind: KeyedProvider, with new: NewKey, to output: inout SecretBuffer
    ) {
        guard let (field, keys) = providerKeys(of: sibling.node), let last = keys.last else { return }
        copyWithoutComments(sibling.bodyStart..<field.key.range.lowerBound, to: &output)
        ScalarText.write(.word(kind.rawValue), like: field.key, in: text, to: &output)
        copyWithoutComments(field.key.range.upperBound..<keys[0].range.lowerBound, to: &output)
        copy(keys[0].range.lowerBound..<keys[0].contentEnd(in: text), key: keys[0], with: new, to: &output)
        let end = last.contentEnd(in: text)
        copyWithoutComments(end..<max(end, sibling.bodyEnd), to: &output)
    }

    /// Text between scalars, in which each `#` begins a comment. Lines that were nothing but comment or blank go.
    private func copyWithoutComments(_ range: Range<Int>, to output: inout SecretBuffer) {
        var offset = range.lowerBound
        var lineStart: Int? = nil
        while offset < range.upperBound {
            if text.isCharacter("#", at: offset),
                offset == 0 || text.isBlank(at: offset - 1) || text.isBreak(at: offset - 1)
            {
                offset = min(text.lineEnd(of: offset), range.upperBound)
                trimBlanks(at: &output)
            } else if text.isBreak(at: offset) {
                let next = text.afterBreak(at: offset)
                trimBlanks(at: &output)
                if lineStart != output.count { for place in offset..<next { output.append(text[place]) } }
                lineStart = output.count
                offset = next
            } else {
                output.append(text[offset])
                offset += 1
            }
        }
    }

    private func trimBlanks(at output: inout SecretBuffer) {
        var count = output.count
        while count > 0, output.bytes[count - 1] == UInt8(ascii: " ") || output.bytes[count - 1] == UInt8(ascii: "\t") {
            count -= 1
        }
        output.truncate(to: count)
    }

    // MARK: Fresh text

    private func writeFresh(_ item: NewItem, like siblings: [ListItem], to output: inout SecretBuffer) {
        if case .provider(let provider) = item,
            let sibling = siblings.first(where: { singleField(of: $0.node) != nil }),
            let field = singleField(of: sibling.node)
        {
            copyWithoutComments(sibling.bodyStart..<field.key.range.lowerBound, to: &output)
            ScalarText.write(.word(provider.fieldName), like: field.key, in: text, to: &output)
            let isBlock = sibling.node.collectionStyle == .block
            if isBlock {
                output.append(":")
                blockStyle.write(field: provider.fieldValue, keyColumn: column(of: field.key), to: &output)
            } else {
                output.append(isCompact ? ":" : ": ")
                output.append(flowStyle(of: sibling, field: field).text(of: provider.fieldValue).span)
                let end = field.value.contentEnd(in: text)
                copyWithoutComments(end..<max(end, sibling.bodyEnd), to: &output)
            }
            return
        }
        guard !layout.isFlow else {
            return output.append(FlowStyle(isJSON: text.isJSON, isCompact: isCompact).text(of: item.node).span)
        }
        let dash = text.skipBlanks(from: layout.items[0].bodyStart)
        output.append(text.copy(layout.items[0].bodyStart..<dash).span)
        output.append("- ")
        blockStyle.write(item.node, column: dash - layout.items[0].bodyStart + 2, to: &output)
    }

    private func singleField(of provider: YAMLNode) -> YAMLEntry? {
        guard isOwn(provider), case .mapping(let fields) = provider.content, fields.count == 1, isOwn(fields[0].key)
        else { return nil }
        return fields[0]
    }

    private func column(of node: YAMLNode) -> Int { node.range.lowerBound - text.lineStart(of: node.range.lowerBound) }

    /// Lists are indented as this one is, fields as those of another provider of the list, if there is one.
    private var blockStyle: BlockStyle {
        let list = layout.items[0]
        let dash = text.skipBlanks(from: list.bodyStart) - list.bodyStart
        let inner = layout.items.lazy.compactMap { singleField(of: $0.node) }.first { field in
            isOwn(field.value) && field.value.collectionStyle == .block
        }
        let fieldOffset = inner.map { column(of: $0.value) - column(of: $0.key) }
        let listColumn = enclosingKeyColumn ?? max(dash - 2, 0)
        return BlockStyle(
            lineBreak: text.lineBreak(near: list.bodyStart), dashOffset: max(dash - listColumn, 0),
            fieldOffset: max(fieldOffset ?? 2, 1))
    }

    /// The column of the key whose value this list is.
    private var enclosingKeyColumn: Int? { text.keys.key(of: layout.list).map { column(of: $0) } }

    private func flowStyle(of sibling: ListItem, field: YAMLEntry) -> FlowStyle {
        var style = FlowStyle(isJSON: text.isJSON, isCompact: isCompact)
        let start = field.key.range.lowerBound
        guard text.isFirstInLine(start) else { return style }
        let line = text.lineStart(of: start)
        let closing = text.lineStart(of: sibling.bodyEnd)
        style.lineBreak = joined(text.lineBreak(near: start), text.copy(line..<start))
        let unit = (start - line) - (text.skipBlanks(from: closing) - closing)
        let usesTabs = text.isCharacter("\t", at: line)
        style.unit = String(repeating: usesTabs ? "\t" : " ", count: max(unit, 0))
        return style
    }
}

/// Texts one after the other.
func joined(_ parts: any TextPart...) -> SecretKey {
    var output = SecretBuffer()
    for part in parts { part.append(to: &output) }
    return SecretKey(output.finish())
}

/// What ``joined(_:)`` takes: secret text, and words of our own.
protocol TextPart {
    func append(to output: inout SecretBuffer)
}

extension SecretKey: TextPart {
    func append(to output: inout SecretBuffer) { output.append(span) }
}

extension String: TextPart {
    func append(to output: inout SecretBuffer) { output.append(self) }
}
