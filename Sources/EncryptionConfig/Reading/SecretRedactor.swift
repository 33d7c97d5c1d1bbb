internal import SecretMemory
internal import ShownText
internal import Synchronization
internal import YAMLTree

/// Decides whether a text of the file may be shown. Whatever quotes the file, in the words of kube-apiserver or in
/// ours, asks it first.
///
/// A secret is the value of a field `secret`, in any mapping and any case. A text is hidden if it equals a secret, or
/// shares eight consecutive bytes with a secret, with its decoded base64, or with its base64; and if it looks like a
/// key, because a misplaced line can turn a key into something else, for example the name of a field.
///
/// Of a secret its first 4 KiB count, far more than any key has.
struct SecretRedactor: Sendable {
    /// The replacement of a text that must not be shown.
    static let mark = Redactor.mark

    /// Nil without secrets.
    private let secrets: KnownSecrets?

    /// Knows no secrets; only what looks like a key is kept back.
    init() { secrets = nil }

    /// Knows the secrets of a document.
    init(_ root: YAMLNode?) {
        var collector = SecretCollector()
        if let root { collector.search(root) }
        secrets = collector.secrets.isEmpty ? nil : KnownSecrets(collector.secrets)
    }

    /// Whether the document has a secret that is not empty.
    var knowsSecrets: Bool { secrets?.hasText ?? false }

    /// The text, or its replacement.
    func shown(_ text: String) -> String { mayShow(Array(text.utf8)) ? text : Self.mark }

    /// Whether the text may be shown.
    func mayShow(_ text: [UInt8]) -> Bool {
        if text.isEmpty { return true }
        return !KeyLikeness.holds(text) && secrets?.pieces.areFound(in: text.span.rawBytes) != true
    }
}

/// The secrets of a file. They are the file's own copies, in memory that is wiped; what it takes to compare texts with
/// them is made when the first text is to be shown, which for a file that is in order is never.
private final class KnownSecrets: Sendable, CustomReflectable {
    private let secrets: [SecretKey]
    private let made = Mutex<SecretPieces?>(nil)

    init(_ secrets: [SecretKey]) { self.secrets = secrets }

    var hasText: Bool { secrets.contains { $0.bytes.count > 0 } }

    var pieces: SecretPieces {
        made.withLock { made in
            if let made { return made }
            // The secret, its base64, and what it is the base64 of.
            let pieces = SecretPieces(secrets) { secret in
                [secret, SecretKey(SecretBase64.encode(secret.span))]
                    + [ProviderRules.decodedSecret(secret)].compactMap(\.self)
            }
            made = pieces
            return pieces
        }
    }

    /// Without children: `dump` shows nothing of them.
    var customMirror: Mirror { Mirror(self, children: []) }
}

/// Finds every scalar in the place of a secret.
private struct SecretCollector {
    private(set) var secrets: [SecretKey] = []
    /// Aliases make many ways to one node.
    private var collected: Set<ObjectIdentifier> = []

    mutating func search(_ node: YAMLNode) {
        switch node.content {
        // The target of an alias is searched in its own place.
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
