internal import GoText
internal import SecretMemory
internal import ShownText
internal import YAMLTree

/// Looks for a configuration in a document that is not a configuration itself.
struct WrappedSearch {
    /// Decides over the names on the way.
    private var redactor: SecretRedactor
    /// Aliases make many ways to one value.
    private var rest = 100_000
    /// The same for texts: the bytes that may still be looked at.
    private var restOfTexts = 64 << 20
    /// Found on the way, in case there is nothing better.
    private var likely: WrappedConfiguration?

    /// Documents in documents in a document.
    private static let depthLimit = 3

    /// The first configuration in a document; nil if it contains none.
    ///
    /// - Parameters:
    ///   - source: A command that prints the document, behind which the path of the file stands; nil if the document is
    ///     the file.
    static func first(
        in document: YAMLValue, _ redactor: SecretRedactor, source: String? = nil
    ) -> WrappedConfiguration? {
        var search = WrappedSearch(redactor: redactor)
        return search.first(in: document, Way(commands: source.map { [$0] } ?? [])) ?? search.likely
    }

    private init(redactor: SecretRedactor) { self.redactor = redactor }

    /// The way from the file to a value.
    private struct Way {
        /// For people.
        var path = ""
        /// For yq, within the innermost document.
        var query = ""
        /// What prints the innermost document; empty for the file. Nil if no command does.
        var commands: [String]? = []
        /// Whether they print the value itself, and not the document.
        var isDecoded = false
        var depth = 0

        func member(_ name: String) -> Way {
            let isPlain = name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
            // A dash needs no quotes for people, but for yq it does.
            let shown = name.utf8.contains(UInt8(ascii: ".")) || name.contains(" ") ? goQuoted(name) : name
            var way = self
            way.path += path.isEmpty || path.hasSuffix(" ") ? shown : ".\(shown)"
            way.query += ".\(isPlain ? name : goQuoted(name))"
            return way
        }

        func item(_ index: Int) -> Way {
            var way = self
            way.path += "[\(index)]"
            way.query += query.isEmpty ? ".[\(index)]" : "[\(index)]"
            return way
        }

        /// The text at this place, as `filter` decodes it; nil if no command does that.
        func text(_ words: String = "", through filter: [String]? = []) -> Way {
            var way = self
            way.path += words
            way.commands = commands.flatMap { commands in
                filter.map { commands + (isDecoded ? [] : [yq("-r")]) + $0 }
            }
            way.query = ""
            way.isDecoded = true
            return way
        }

        /// A document within that text.
        func document() -> Way {
            var way = self
            way.path += ", there "
            way.isDecoded = false
            way.depth += 1
            return way
        }

        /// The commands that print the part at this place.
        var part: [String]? { commands.map { $0 + [yq("")] } }

        private func yq(_ option: String) -> String {
            // The names in it are foreign: as a word of the shell they run nothing.
            let words = ["yq", option, ShellWord.quoted(query)].filter { !$0.isEmpty }.joined(separator: " ")
            return commands?.isEmpty == true ? words : "\(words) -"
        }
    }

    private mutating func first(in value: YAMLValue, _ way: Way) -> WrappedConfiguration? {
        guard rest > 0 else { return nil }
        rest -= 1
        switch value.kind {
        case .null, .bool, .number: return nil
        case .string(let text): return first(in: text, way)
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                if let found = first(in: element, way.item(index)) { return found }
            }
            return nil
        case .object(let members):
            if !way.query.isEmpty, Self.isConfiguration(members) {
                return WrappedConfiguration(finding: .configuration, path: way.path, commands: way.part)
            }
            for member in members {
                let name = redactor.shown(member.key.revealedText())
                if let found = first(in: member.value, way.member(name)) { return found }
            }
            return nil
        }
    }

    /// Looks into a text, and into what it encodes.
    private mutating func first(in text: SecretKey, _ way: Way) -> WrappedConfiguration? {
        guard text.bytes.count <= restOfTexts else { return nil }
        restOfTexts -= text.bytes.count
        if let url = DataURL(text.span) {
            guard let content = url.content, Self.namesConfiguration(content) else { return nil }
            let filter = url.isBase64 ? ["sed 's/^data:[^,]*,//'", "base64 -d"] : nil
            return first(
                within: content, way.text(url.isBase64 ? " (base64)" : " (percent-encoded)", through: filter))
        }
        if Self.namesConfiguration(text) { return first(within: text, way.text()) }
        if Self.isCompressed(text) {
            // What yq prints of a value that is `!!binary` differs.
            note(compressed: way.text(" (gzip)", through: nil))
            return nil
        }
        guard text.bytes.count >= 64, let decoded = ProviderRules.decodedSecret(text) else { return nil }
        if Self.namesConfiguration(decoded) {
            return first(within: decoded, way.text(" (base64)", through: ["base64 -d"]))
        }
        var inner = way.text(" (base64)", through: ["base64 -d"])
        if Self.isCompressed(decoded) {
            note(compressed: inner.text(" (gzip)", through: ["gunzip"]))
            return nil
        }
        inner.depth += 1
        return inner.depth < Self.depthLimit ? first(in: decoded, inner) : nil
    }

    private mutating func note(compressed way: Way) {
        guard likely == nil else { return }
        likely = WrappedConfiguration(finding: .compressed, path: way.path, commands: way.commands)
    }

    /// Whether it begins with the magic number of gzip (RFC 1952, 2.3.1), in a text with the replacement character for
    /// its second byte, which is no UTF-8.
    private static func isCompressed(_ bytes: SecretKey) -> Bool {
        [[0x1f, 0x8b], [0x1f, 0xef, 0xbf, 0xbd]].contains { (magic: [UInt8]) in
            bytes.bytes.count > 18 && bytes.span.starts(with: magic.span.rawBytes)
        }
    }

    /// Looks into a text that names a configuration: it is one, or a document that contains one, or another text.
    private mutating func first(within text: SecretKey, _ way: Way) -> WrappedConfiguration? {
        if way.depth < Self.depthLimit, let document = try? YAMLDocument(parsing: SecretBytes(copying: text.span)),
            let value = try? document.value()
        {
            switch value.kind {
            case .object(let members) where Self.isConfiguration(members):
                return WrappedConfiguration(finding: .configuration, path: way.path, commands: way.commands)
            case .object, .array:
                // The names of this document are judged by the secrets of this document.
                let outer = redactor
                defer { redactor = outer }
                redactor = SecretRedactor(document.root)
                if let found = first(in: value, way.document()) { return found }
            default: break
            }
        }
        return WrappedConfiguration(finding: .words, path: way.path, commands: nil)
    }

    /// Whether a mapping has entries with providers.
    static func isConfiguration(_ members: [YAMLMember]) -> Bool {
        guard case .array(let entries)? = value(named: "resources", in: members) else { return false }
        return entries.contains { entry in
            guard case .object(let members) = entry.kind else { return false }
            return value(named: "providers", in: members) != nil
        }
    }

    private static func value(named name: String, in members: [YAMLMember]) -> YAMLValue.Kind? {
        members.first { $0.key.isText(name) }?.value.kind
    }

    /// Whether the kind of a configuration and its providers are named in a text.
    private static func namesConfiguration(_ text: SecretKey) -> Bool {
        text.bytes.count >= 32 && text.span.holds("EncryptionConfig") && text.span.holds("providers")
    }
}

extension RawSpan {
    /// Whether the bytes of a word are in it.
    func holds(_ word: String) -> Bool {
        let word = Array(word.utf8)
        return contains(word.span.rawBytes)
    }
}
