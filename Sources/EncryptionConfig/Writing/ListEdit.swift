internal import SecretMemory
internal import YAMLTree

/// An edit at one list of the text.
struct ListEdit {
    private let edit: ConfigurationEdit
    private let location: ListLocation
    private let text: SourceLines
    private let comments: KeyComments

    /// - Parameter comments: The comments of `text`.
    init(_ edit: ConfigurationEdit, at location: ListLocation, in text: SourceLines, keeping comments: KeyComments) {
        self.edit = edit
        self.comments = comments
        self.location = location
        self.text = text
    }

    func patches() throws(EditRefusal) -> [Patch] {
        switch edit {
        case .insertKey(let key, let index, _): return try insertion(of: .key(key), at: index)
        case .insertProvider(let provider, let index, _): return try insertion(of: .provider(provider), at: index)
        case .insertEntry(let resources, let provider, let index):
            return try insertion(of: .entry(resources, provider), at: index)
        case .removeKeys(let indices, _), .removeProviders(let indices, _):
            return try removal(of: indices, from: layout()).map { comments.kept(in: $0) }
        case .moveKeyToFront(let index, _), .moveProviderToFront(let index, _):
            return moveToFront(index, in: try layout())
        }
    }

    private func layout() throws(EditRefusal) -> ListLayout {
        guard let list = location.list else { throw .unsupportedShape }
        return try ListLayout(location, list: list, in: text)
    }

    // MARK: Move

    /// Each item up to `index` takes the place of the next one; separators and gaps stay.
    private func moveToFront(_ index: Int, in layout: ListLayout) -> [Patch] {
        guard index > 0 else { return [] }
        let items = layout.items[...index]
        // A comment can only go where a line ends; if one cannot, all stay.
        let movesTails = items.allSatisfy(\.tail.isEmpty) || items.allSatisfy { endsLine($0) }
        return items.indices.flatMap { place -> [Patch] in
            let (old, new) = (items[place], items[place == 0 ? index : place - 1])
            return [Patch(old.head, text.copy(new.head))]
                + (movesTails ? [Patch(old.tail, text.copy(new.tail))] : [])
        }
    }

    private func endsLine(_ item: ListItem) -> Bool {
        let end = text.skipBlanks(from: item.end)
        return end == text.count || text.isBreak(at: end)
    }

    // MARK: Remove

    private func removal(of indices: [Int], from layout: ListLayout) throws(EditRefusal) -> [Patch] {
        if let index = indices.first, indices.count == 1 { return try removal(of: index, from: layout) }
        let (items, removed) = (layout.items, Set(indices))
        guard let last = items.indices.last(where: { !removed.contains($0) }), !removed.contains(0) else {
            throw .unsupportedShape
        }
        var patches: [Patch] = []
        for index in removed.sorted() { patches += try removal(of: index, from: layout).suffix(1) }
        // Without a comma behind the last item before, none behind the last item after.
        if last < items.count - 1, items[items.count - 1].separator.isEmpty {
            patches.append(.removing(items[last].separator))
        }
        return patches
    }

    private func removal(of index: Int, from layout: ListLayout) throws(EditRefusal) -> [Patch] {
        let items = layout.items
        guard !isAnchorUsedOutside(items[index].node) else { throw .anchorInUse }
        guard items.count > 1 else { return try removalOfOnlyItem(layout) }
        let item = items[index]
        guard index > 0 else {
            let gap = item.end..<items[1].head.lowerBound
            return [
                .removing(text.isWhiteSpace(gap) ? item.head.lowerBound..<items[1].head.lowerBound : lines(of: item))
            ]
        }
        let previous = items[index - 1]
        let gap = previous.end..<item.head.lowerBound
        // Behind a comment nothing may move up into its line.
        let takesGap = text.isWhiteSpace(gap) && (previous.tail.isEmpty || endsLine(item))
        let removed = takesGap ? previous.end..<item.end : lines(of: item)
        // Without a comma behind the last item before, none behind the last item after.
        let isLast = index == items.count - 1 && item.separator.isEmpty
        return (isLast ? [.removing(previous.separator)] : []) + [.removing(removed)]
    }

    /// The item with the line break before it, so comments around it are unchanged.
    private func lines(of item: ListItem) -> Range<Int> {
        guard text.isFirstInLine(item.head.lowerBound), endsLine(item) else { return item.head.lowerBound..<item.end }
        return text.beforeBreak(at: text.lineStart(of: item.head.lowerBound))..<item.end
    }

    private func removalOfOnlyItem(_ layout: ListLayout) throws(EditRefusal) -> [Patch] {
        let (list, item) = (layout.list, layout.items[0])
        guard !layout.isFlow else {
            return [.removing(list.flowStart(in: text) + 1..<list.range.upperBound - 1)]
        }
        // The list may have been found by an alias, which is then not where the empty list belongs.
        guard list.anchor == nil, list.tag == nil, let key = location.field?.key else { throw .unsupportedShape }
        let colon = text.skipBlanks(from: key.range.upperBound)
        guard text.isCharacter(":", at: colon) else { throw .unsupportedShape }
        return [.inserting(" []", at: colon + 1), .removing(lines(of: item))]
    }

    private func isAnchorUsedOutside(_ node: YAMLNode) -> Bool {
        guard !text.aliases.isEmpty else { return false }
        return node.descendants.contains { anchored in
            guard let aliases = text.aliases[ObjectIdentifier(anchored)] else { return false }
            return !node.range.contains(aliases.lowerBound) || !node.range.contains(aliases.upperBound)
        }
    }

    // MARK: Insert

    private func insertion(of item: NewItem, at index: Int) throws(EditRefusal) -> [Patch] {
        guard let list = location.list, !list.items.isEmpty else { return try insertionOfOnlyItem(item) }
        let layout = try layout()
        let new = ItemWriter(text, layout: layout).text(of: item, at: index)
        guard index > 0 else {
            return [
                .inserting(joined(new, layout.isFlow ? "," : "", gap(in: layout)), at: layout.items[0].head.lowerBound)
            ]
        }
        let previous = layout.items[index - 1]
        // In flow style the last item may have no comma behind it; it gets one, and the new last item has none.
        let needsComma = layout.isFlow && previous.separator.isEmpty
        let hasComma = layout.isFlow && !needsComma
        return (needsComma ? [.inserting(",", at: previous.head.upperBound)] : [])
            + [.inserting(joined(gap(in: layout), new, hasComma ? "," : ""), at: previous.end)]
    }

    /// The separator between the new item and its neighbor: that of the first two, if it is white space.
    private func gap(in layout: ListLayout) -> SecretKey {
        let first = layout.items[0]
        if layout.items.count > 1 {
            let gap = first.end..<layout.items[1].head.lowerBound
            // A lead comment begins in its column, as an item does, so the gap fits both.
            if text.isWhiteSpace(gap) { return text.copy(gap) }
        }
        guard layout.isFlow else { return text.lineBreak(near: first.bodyStart) }
        guard text.isFirstInLine(first.bodyStart) || !first.tail.isEmpty else {
            return joined(ItemWriter(text, layout: layout).isCompact ? "" : " ")
        }
        let line = text.lineStart(of: first.bodyStart)
        return joined(text.lineBreak(near: first.bodyStart), text.copy(line..<text.skipBlanks(from: line)))
    }

    /// Into `[]`, in place of null, or as a field that was missing: in flow style, on one line.
    private func insertionOfOnlyItem(_ item: NewItem) throws(EditRefusal) -> [Patch] {
        let style = FlowStyle(isJSON: text.isJSON, isCompact: text.isJSON && isCompactDocument)
        if let list = location.list {
            let inside = list.flowStart(in: text) + 1..<list.range.upperBound - 1
            guard list.collectionStyle == .flow, inside.lowerBound <= inside.upperBound, text.isWhiteSpace(inside)
            else { throw .unsupportedShape }
            return [Patch(inside, style.text(of: item.node))]
        }
        let value = style.text(of: .list([item.node]))
        if let field = location.field {
            guard case .scalar(let null) = field.value.content, field.value.anchor == nil else {
                throw .unsupportedShape
            }
            if null.text.bytes.count > 0 { return [Patch(field.value.range, value)] }
            let colon = text.skipBlanks(from: field.key.range.upperBound)
            guard text.isCharacter(":", at: colon) else { throw .unsupportedShape }
            return [.inserting(joined(" ", value), at: colon + 1)]
        }
        return [newField(joined(style.text(of: .word(location.name)), style.colon, value), isCompact: style.isCompact)]
    }

    /// Behind the other fields of the mapping that lacks the list.
    private func newField(_ field: SecretKey, isCompact: Bool) -> Patch {
        let owner = location.owner
        guard let last = owner.entries.last else { return .inserting(field, at: owner.flowStart(in: text) + 1) }
        let end = last.value.contentEnd(in: text)
        guard owner.collectionStyle == .block else { return .inserting(joined(isCompact ? "," : ", ", field), at: end) }
        let first = owner.entries[0].key.range.lowerBound
        let indentation = String(repeating: " ", count: first - text.lineStart(of: first))
        return .inserting(joined(text.lineBreak(near: first), indentation, field), at: text.lineEnd(of: end))
    }

    private var isCompactDocument: Bool {
        guard let entry = text.document.root?.entries.first else { return true }
        return entry.value.range.lowerBound - entry.key.range.upperBound == 1
    }
}
