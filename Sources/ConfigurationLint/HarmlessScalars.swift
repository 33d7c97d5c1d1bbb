internal import Diagnostics
internal import EncryptionConfig
internal import KubernetesResources
internal import SecretMemory
internal import ShownText
internal import YAMLTree

/// Which bytes of a file belong to scalars that cannot hold a secret, by their place in the document.
struct HarmlessScalars {
    /// The scalar at a place of an `EncryptionConfiguration`, if it is not a secret.
    enum Place: Hashable {
        case configuration, entries, entry, names, providers, provider, keyList, keys, key, kms, identity
        case resourceName, keyName, endpoint
        /// A word that the type allows there, or a short number.
        case word
    }

    private var candidates: [(range: Range<Int>, text: String)] = []
    /// All scalars in other places.
    private var secrets: [SecretKey] = []
    private var visited: Set<Visit> = []

    private struct Visit: Hashable {
        let node: ObjectIdentifier
        let place: Place?
    }

    /// Adds a node. Nil means a place with a secret or with unknown content.
    mutating func visit(_ node: YAMLNode, as place: Place?) {
        let node = node.resolved
        guard visited.insert(Visit(node: ObjectIdentifier(node), place: place)).inserted else { return }
        switch node.content {
        case .scalar(let scalar):
            if let place, place.isScalar {
                addCandidate(scalar, of: node, at: place)
            } else {
                addSecret(scalar.text)
            }
        case .sequence(let elements):
            for element in elements { visit(element, as: place?.element) }
        case .mapping(let entries):
            for entry in entries {
                let field = place.flatMap { place in place.fields.first { entry.key.isWord($0.key) } }
                visit(entry.key, as: field == nil ? nil : .word)
                visit(entry.value, as: field?.value ?? nil)
            }
        case .alias: break  // Resolved above.
        }
    }

    /// For each byte of the file, whether it belongs to a harmless scalar.
    public func map(byteCount: Int) -> [Bool] {
        let redactor = Redactor(secrets)
        var map = [Bool](repeating: false, count: byteCount)
        for candidate in candidates where redactor.sharesNothing(with: candidate.text) {
            for offset in candidate.range { map[offset] = true }
        }
        return map
    }

    private mutating func addCandidate(_ scalar: YAMLScalar, of node: YAMLNode, at place: Place) {
        let text = scalar.text.revealedText()
        guard place.fits(text) else {
            addSecret(scalar.text)
            return
        }
        candidates.append((scalar.contentOffset..<max(scalar.contentOffset, node.end.offset), text))
    }

    private mutating func addSecret(_ text: SecretKey) {
        secrets.append(text)
        if let decoded = try? SecretBase64.decode(text.span) { secrets.append(SecretKey(decoded)) }
    }
}

extension HarmlessScalars.Place {
    /// (k8s.io/apiserver 1.36, pkg/apis/apiserver/v1/types_encryption.go.) Nil for a field that holds a secret.
    fileprivate var fields: [(key: String, value: Self?)] {
        switch self {
        case .configuration: [("apiVersion", .word), ("kind", .word), ("resources", .entries)]
        case .entry: [("resources", .names), ("providers", .providers)]
        case .provider:
            [
                ("aescbc", .keyList), ("aesgcm", .keyList), ("secretbox", .keyList), ("identity", .identity),
                ("kms", .kms),
            ]
        case .keyList: [("keys", .keys)]
        case .key: [("name", .keyName), ("secret", nil)]
        case .kms:
            [
                ("apiVersion", .word), ("name", .keyName), ("cachesize", .word), ("endpoint", .endpoint),
                ("timeout", .word),
            ]
        default: []
        }
    }

    fileprivate var element: Self? {
        switch self {
        case .entries: .entry
        case .names: .resourceName
        case .providers: .provider
        case .keys: .key
        default: nil
        }
    }

    fileprivate var isScalar: Bool {
        switch self {
        case .resourceName, .keyName, .endpoint, .word: true
        default: false
        }
    }

    /// Whether a text looks like what belongs here, and not like a key that was put into the wrong field.
    fileprivate func fits(_ text: String) -> Bool {
        switch self {
        case .word: text.utf8.count < 12 || Self.longWords.contains(text)
        case .resourceName: KnownResource.named(GroupResource(parsing: text)) != nil || !text.looksLikeKey()
        case .keyName: !text.looksLikeKey()
        case .endpoint: text.lowercased().hasPrefix("unix:") && !text.looksLikeKey(apartFrom: "/")
        default: false
        }
    }

    private static let longWords: Set<String> = [
        "apiserver.config.k8s.io/v1", "EncryptionConfiguration", "EncryptionConfig",
    ]
}

extension String {
    /// Whether there are 22 characters of base64 in a row, the length of the shortest key without its padding, that are
    /// not all small letters: words run on as long, a key never does.
    fileprivate func looksLikeKey(apartFrom separator: Character? = nil) -> Bool {
        let runs = split { character in
            character == separator
                || !(character.isASCII && (character.isLetter || character.isNumber || "+/=".contains(character)))
        }
        return runs.contains { run in run.utf8.count >= 22 && !run.utf8.allSatisfy { $0 >= UInt8(ascii: "a") } }
    }
}

extension YAMLNode {
    fileprivate func isWord(_ word: String) -> Bool {
        guard case .scalar(let scalar) = content else { return false }
        return scalar.text.isText(word)
    }
}
