internal import SecretMemory

/// What an annotation must not be to be shown where values are not revealed.
///
/// Tools and users copy values into annotations: whole objects, settings, passwords. Only short texts that are not
/// JSON and contain none of the values of the object are shown. A secret that is only in an annotation, or is there
/// in another form than plain or base64, is not detected.
enum AnnotationScreen {
    /// What is longer is no note.
    static let longestByteCount = 256
    /// A shorter value occurs in many texts by chance.
    static let shortestValueByteCount = 4
    /// How many bytes of objects are looked through for the annotations of one object, each time all of it. The limit is
    /// ours; an object of 1.5 MiB is below it with 42 annotations.
    static let workLimit = 1 << 26

    /// Annotations that repeat a whole object, as a tool last applied it.
    private static let copies: Set<String> = [
        "kubectl.kubernetes.io/last-applied-configuration",  // kubectl apply
        "kapp.k14s.io/original",  // kapp
        "objectset.rio.cattle.io/applied",  // Rancher, Fleet, k3s
        "banzaicloud.com/last-applied",  // operators that use k8s-objectmatcher
    ]

    static func isHarmless(_ text: RawSpan, under name: String) -> Bool {
        guard text.byteCount <= longestByteCount, !copies.contains(name) else { return false }
        let first = text.trimmed.byteCount > 0 ? text.trimmed[0] : 0
        return first != UInt8(ascii: "{") && first != UInt8(ascii: "[")
    }

    /// Whether `text` contains `value`: unchanged, without white space at its ends, or in base64 without padding.
    static func isFound(_ value: RawSpan, in text: RawSpan) -> Bool {
        guard value.byteCount >= shortestValueByteCount else { return false }
        let core = value.trimmed
        if text.contains(core.byteCount >= shortestValueByteCount ? core : value) { return true }
        guard value.byteCount <= text.byteCount else { return false }
        let encoded = SecretBase64.encode(value)
        let padding = (3 - value.byteCount % 3) % 3
        return text.contains(encoded.bytes.extracting(droppingLast: padding))
    }
}

extension StoredObject {
    /// Whether an annotation is shown unredacted. Needs memory only for one value.
    ///
    /// - Precondition: `plaintext` is what this object was read from.
    func shows(_ annotation: DataEntry, in plaintext: RawSpan, _ disclosure: Disclosure) -> Bool {
        if disclosure.isRevealed { return true }
        let (work, overflow) = metadata.annotations.count.multipliedReportingOverflow(by: plaintext.byteCount)
        guard !overflow, work <= AnnotationScreen.workLimit else { return false }
        return withValue(of: annotation, in: plaintext) { text in
            AnnotationScreen.isHarmless(text, under: annotation.key) && !hasValue(within: text, in: plaintext)
        }
    }

    private func hasValue(within text: RawSpan, in plaintext: RawSpan) -> Bool {
        if let content { return Self.hasValue(of: content.root, in: content, within: text, in: plaintext, isTop: true) }
        for entries in [data, binaryData] {
            for entry in entries where entry.value.isInReach {
                if withValue(of: entry, in: plaintext, { AnnotationScreen.isFound($0, in: text) }) { return true }
            }
        }
        return false
    }

    /// Recursive; ``depthLimit`` keeps it from exhausting the stack. Booleans are no secrets.
    private static func hasValue(
        of node: ValueTree.Node, in tree: ValueTree, within text: RawSpan, in plaintext: RawSpan, isTop: Bool = false
    ) -> Bool {
        switch node.kind {
        case .null, .bool: return false
        case .number, .string:
            guard StoredValue.string(node).isInReach else { return false }
            return node.value.withText(in: plaintext) { AnnotationScreen.isFound($0, in: text) }
        case .array:
            for element in tree.elements(of: node)
            where hasValue(of: element, in: tree, within: text, in: plaintext) {
                return true
            }
        case .object:
            for (key, value) in tree.members(of: node)
            where !(isTop && isEnvelope(key, in: plaintext))
                && hasValue(of: value, in: tree, within: text, in: plaintext)
            {
                return true
            }
        }
        return false
    }

    private static func isEnvelope(_ key: ValueTree.Node, in plaintext: RawSpan) -> Bool {
        envelope.contains { key.value.isText($0, in: plaintext) }
    }
}

extension StoredValue {
    /// Whether it can be short enough to occur in an annotation that is shown, with as much white space around it.
    /// JSON takes up to six bytes for one.
    fileprivate var isInReach: Bool {
        switch self {
        case .bytes(let range): range.count <= AnnotationScreen.longestByteCount * 2
        case .string(let node), .base64(let node):
            node.value.greatestByteCount <= AnnotationScreen.longestByteCount * 12
        }
    }
}

extension RawSpan {
    /// The bytes without white space of ASCII at their ends.
    fileprivate var trimmed: RawSpan {
        @_lifetime(copy self)
        get {
            var (start, end) = (0, byteCount)
            while start < end, isWhiteSpace(self[start]) { start += 1 }
            while start < end, isWhiteSpace(self[end - 1]) { end -= 1 }
            return extracting(start..<end)
        }
    }
}

private func isWhiteSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
