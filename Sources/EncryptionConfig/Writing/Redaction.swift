internal import SecretMemory
internal import YAMLTree

/// What of a configuration's text may not be shown.
///
/// - each value of a field `secret`, however it is written;
/// - the text of each such value of either file, in any other place;
/// - each run of 22 characters of base64 or more, and of 8 or more if it looks like part of a key, unless it belongs
///   to the value of another field or is a known word of such a file: the shortest key has 22 characters without its
///   padding, and a comment, a later document or a broken file may hold a key that no field holds.
struct Redaction: ~Copyable {
    private static let shortestKey = 22
    /// Of a key that is broken into lines; it has to look like one, unless the text is no configuration at all.
    private static let shortestPart = 8
    /// Longer words of the API.
    private static let words = ["EncryptionConfiguration", "apiserver", "config"]

    /// A text, and the root of its document; nil if it cannot be read.
    struct Parsed {
        let text: SecretKey
        let root: YAMLNode?

        init(_ text: SecretKey) {
            self.text = text
            do { root = try YAMLDocument(parsing: SecretBytes(copying: text.span)).root } catch { root = nil }
        }
    }

    private let secrets: SecretOccurrences

    init(_ texts: Parsed...) {
        let scalars = texts.flatMap { $0.root?.secretNodes ?? [] }.map(\.scalar.text)
        secrets = SecretOccurrences(of: scalars.filter { $0.bytes.count >= 4 }.map(Self.withoutLastBreak))
    }

    /// The text of a block scalar ends in a line break that a copy elsewhere may lack.
    private static func withoutLastBreak(_ secret: SecretKey) -> SecretKey {
        let last = secret.bytes.count - 1
        guard secret.span[last] == UInt8(ascii: "\n") else { return secret }
        return SecretKey(SecretBytes(copying: secret.span.extracting(0..<last)))
    }

    /// The text with a `*` for each byte that may not be shown. White space stays, so lines stay what they are.
    func redacted(_ parsed: Parsed) -> SecretKey {
        let (text, root) = (parsed.text, parsed.root)
        var hidden = Array(repeating: false, count: text.bytes.count)
        // What is known to be the value of another field.
        var open = hidden
        for node in root?.descendants ?? [] {
            if case .scalar(let scalar) = node.content {
                for offset in Self.textRange(of: scalar, node, in: text.span) { open[offset] = true }
            }
        }
        for (node, scalar) in root?.secretNodes ?? [] {
            for offset in Self.textRange(of: scalar, node, in: text.span) { hidden[offset] = true }
        }
        secrets.mark(in: text.span, &hidden)
        Self.markRuns(in: text.span, of: root == nil ? Self.shortestPart : Self.shortestKey, except: open, &hidden)
        return SecretKey(
            SecretBytes.filling(capacity: text.bytes.count) { output in
                for offset in hidden.indices {
                    let byte = text.span[offset]
                    output.append(hidden[offset] && byte > 0x20 ? UInt8(ascii: "*") : byte)
                }
            })
    }

    /// The text of a scalar without its quotes, or without the line of a block scalar's indicator.
    private static func textRange(of scalar: YAMLScalar, _ node: YAMLNode, in text: RawSpan) -> Range<Int> {
        let end = node.range.upperBound
        var start = scalar.contentOffset
        switch scalar.style {
        case .plain: return start..<max(start, end)
        case .single, .double: return start + 1..<max(start + 1, end - 1)
        case .literal, .folded:
            while start < end, text[start] != UInt8(ascii: "\n"), text[start] != UInt8(ascii: "\r") { start += 1 }
            return start..<max(start, end)
        }
    }

    private static func markRuns(in text: RawSpan, of length: Int, except open: [Bool], _ hidden: inout [Bool]) {
        var start = 0
        while start < text.byteCount {
            var end = start
            while end < text.byteCount, !open[end], isBase64(text[end]) { end += 1 }
            let run = text.extracting(start..<end)
            if run.byteCount >= length || run.byteCount >= shortestPart && isMixed(run), !isWord(run) {
                for offset in start..<end { hidden[offset] = true }
            }
            start = max(end, start + 1)
        }
    }

    private static func isWord(_ run: RawSpan) -> Bool {
        words.contains {
            $0.utf8.count == run.byteCount && $0.utf8.enumerated().allSatisfy { run[$0.offset] == $0.element }
        }
    }

    /// Whether small and capital letters and digits stand together, as they do in base64 and seldom in words.
    private static func isMixed(_ run: RawSpan) -> Bool {
        func has(_ characters: ClosedRange<UInt8>) -> Bool { run.byteOffsets.contains { characters.contains(run[$0]) } }
        return has(UInt8(ascii: "a")...UInt8(ascii: "z")) && has(UInt8(ascii: "A")...UInt8(ascii: "Z"))
            && has(UInt8(ascii: "0")...UInt8(ascii: "9"))
    }

    private static func isBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="),
            UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

extension YAMLNode {
    /// The values of keys `secret`, in any spelling, with their nodes.
    fileprivate var secretNodes: [(node: YAMLNode, scalar: YAMLScalar)] {
        var found: [(node: YAMLNode, scalar: YAMLScalar)] = []
        // Aliases make many ways to one node, and a secret can be in another one.
        var collected: Set<ObjectIdentifier> = []
        for node in descendants {
            // The entries of an alias are those of its target, which is a descendant of the root itself.
            guard case .mapping(let entries) = node.content else { continue }
            for entry in entries where entry.key.isSecretName {
                let value = entry.value.resolved
                guard !collected.contains(ObjectIdentifier(value)) else { continue }
                for node in value.descendants where collected.insert(ObjectIdentifier(node)).inserted {
                    if case .scalar(let scalar) = node.content { found.append((node, scalar)) }
                }
            }
        }
        return found
    }

    private var isSecretName: Bool {
        guard let name = scalar?.text, name.bytes.count <= 8 else { return false }
        return name.revealedText().lowercased() == "secret"
    }
}
