internal import SecretMemory
internal import YAMLTree

/// Decides whether a text of the file may be shown. Whatever quotes the file, in the words of kube-apiserver or in
/// ours, asks it first.
///
/// A secret is what stands in a field `secret`, wherever a mapping has one, in whatever case. Not shown is what equals
/// a secret or has eight bytes in a row in common with one, with what it is the base64 of, or with its base64; and
/// what looks like a key, since a line that went astray can make anything of one, a field's name for instance.
struct SecretRedactor: Sendable {
    /// What stands in place of a text that may not be shown.
    static let mark = "REDACTED"

    /// What is known of the secrets: hashes of their pieces, keyed by the seed of the process. They tell no byte.
    private var pieces: Set<Int> = []

    /// The length of what a text and a secret may not have in common.
    private static let pieceByteCount = 8

    /// Knows no secrets; only what looks like a key is kept back.
    init() {}

    /// Knows the secrets of a document.
    init(_ root: YAMLNode?) {
        var collector = SecretCollector()
        if let root { collector.search(root) }
        for secret in collector.secrets { add(secret) }
    }

    /// The text, or what stands in its place.
    func shown(_ text: String) -> String { mayShow(Array(text.utf8)) ? text : Self.mark }

    /// Whether the text may be shown.
    func mayShow(_ text: [UInt8]) -> Bool {
        if KeyLikeness.holds(text) { return false }
        guard !pieces.isEmpty, !text.isEmpty else { return true }
        let bytes = text.span.rawBytes
        if pieces.contains(Self.hash(bytes)) { return false }
        for window in Self.windows(of: text.count) where pieces.contains(Self.hash(bytes.extracting(window))) {
            return false
        }
        return true
    }

    private mutating func add(_ secret: SecretKey) {
        addForm(secret.span)
        addForm(SecretBase64.encode(secret.span).bytes)
        if let decoded = ProviderRules.decodedSecret(secret) { addForm(decoded.span) }
    }

    private mutating func addForm(_ bytes: RawSpan) {
        guard bytes.byteCount > 0 else { return }
        pieces.insert(Self.hash(bytes))
        for window in Self.windows(of: bytes.byteCount) { pieces.insert(Self.hash(bytes.extracting(window))) }
    }

    private static func windows(of byteCount: Int) -> some Sequence<Range<Int>> {
        (0..<max(0, byteCount - pieceByteCount + 1)).lazy.map { $0..<$0 + pieceByteCount }
    }

    private static func hash(_ bytes: RawSpan) -> Int {
        var hasher = Hasher()
        unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        return hasher.finalize()
    }
}

/// Finds every scalar that stands where a secret stands.
private struct SecretCollector {
    private(set) var secrets: [SecretKey] = []
    /// Aliases make many ways to one node.
    private var collected: Set<ObjectIdentifier> = []

    mutating func search(_ node: YAMLNode) {
        switch node.content {
        // What an alias stands for is searched where it is written.
        case .scalar, .alias: break
        case .sequence(let elements): for element in elements { search(element) }
        case .mapping(let entries):
            for entry in entries {
                search(entry.key)
                if entry.key.isSecretField { collect(entry.value) } else { search(entry.value) }
            }
        }
    }

    private mutating func collect(_ node: YAMLNode) {
        guard collected.insert(ObjectIdentifier(node)).inserted else { return }
        switch node.content {
        case .scalar(let scalar): secrets.append(scalar.text)
        case .alias(let target): collect(target)
        case .sequence(let elements): for element in elements { collect(element) }
        case .mapping(let entries):
            for entry in entries {
                collect(entry.key)
                collect(entry.value)
            }
        }
    }
}

extension YAMLNode {
    fileprivate var isSecretField: Bool {
        guard case .scalar(let scalar) = resolved.content, scalar.text.bytes.count <= 8 else { return false }
        return scalar.text.revealedText().lowercased() == "secret"
    }
}

/// Tells what looks like the base64 of a key from words, names and paths.
enum KeyLikeness {
    /// 22 digits of base64 are 16 bytes, the shortest key.
    private static let shortest = 22

    /// Whether a part of the text looks like a key.
    static func holds(_ text: [UInt8]) -> Bool {
        text.split { CharacterClass($0) == nil }.contains { run in
            guard run.count >= shortest else { return false }
            // Among random digits two neighbours are of different classes in two cases of three; in `camelCaseWords`
            // and `/paths/of/words` in one of five.
            let classes = run.map { CharacterClass($0) }
            let changes = zip(classes, classes.dropFirst()).count { $0 != $1 }
            return changes * 3 >= run.count
        }
    }

    private enum CharacterClass {
        case lower, upper, digit, sign

        init?(_ byte: UInt8) {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): self = .lower
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): self = .upper
            case UInt8(ascii: "0")...UInt8(ascii: "9"): self = .digit
            case UInt8(ascii: "+"), UInt8(ascii: "/"): self = .sign
            default: return nil
            }
        }
    }
}
