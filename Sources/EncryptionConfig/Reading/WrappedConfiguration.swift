internal import GoText
internal import SecretMemory
internal import ShownText
internal import YAMLTree

/// A configuration within another document: a Secret or ConfigMap, `files[].content` of a KubeadmControlPlane,
/// `write_files` of cloud-init, the `config:` of Talos, a `cluster.yml` of RKE, values of Helm.
///
/// It is found by its shape, whatever the document is.
struct WrappedConfiguration {
    /// Its form in the document.
    enum Form {
        /// As a part of the document.
        case mapping
        /// As a text.
        case text
        /// As base64 of a text.
        case base64
    }

    let form: Form
    /// The way to it, such as `data."config.yaml"` or `files[2].content`.
    let path: String
    /// The same for yq and jq: `.data."config.yaml"`.
    let query: String

    /// What is wrong, and how to take the configuration out.
    func message(kind: String) -> String {
        let document = kind.isEmpty ? "this document" : "this is a \(kind), which"
        return "\(document) contains a configuration at \(path)" + (form == .base64 ? " (base64)" : "")
    }

    /// A command that takes the configuration out; `FILE` is the document.
    var extraction: String {
        // The names in it are foreign: as a word of the shell they run nothing.
        let query = ShellWord.quoted(query)
        return switch form {
        case .mapping: "yq \(query) FILE > enc.yaml"
        case .text: "yq -r \(query) FILE > enc.yaml"
        case .base64: "yq -r \(query) FILE | base64 -d > enc.yaml"
        }
    }

    /// The first configuration in a document that is not a configuration itself; nil if it contains none.
    ///
    /// - Parameter redactor: Decides over the names on the way.
    static func first(in document: YAMLValue, _ redactor: SecretRedactor) -> WrappedConfiguration? {
        var search = Search(redactor: redactor)
        return search.first(in: document, Way(path: "", query: ""))
    }

    /// The way from the root to a value.
    private struct Way {
        let path: String
        let query: String

        func member(_ name: String) -> Way {
            let isPlain = name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
            let quoted = isPlain ? name : goQuoted(name)
            // A dash needs no quotes for people, but for yq it does.
            let shown = name.utf8.contains(UInt8(ascii: ".")) || name.contains(" ") ? goQuoted(name) : name
            return Way(path: path.isEmpty ? shown : "\(path).\(shown)", query: "\(query).\(quoted)")
        }

        func item(_ index: Int) -> Way { Way(path: "\(path)[\(index)]", query: "\(query)[\(index)]") }
    }

    private struct Search {
        let redactor: SecretRedactor
        /// Aliases make many ways to one value.
        private var rest = 100_000

        init(redactor: SecretRedactor) { self.redactor = redactor }

        mutating func first(in value: YAMLValue, _ way: Way) -> WrappedConfiguration? {
            guard rest > 0 else { return nil }
            rest -= 1
            switch value.kind {
            case .null, .bool, .number: return nil
            case .string(let text):
                if Self.isConfiguration(text) {
                    return WrappedConfiguration(form: .text, path: way.path, query: way.query)
                }
                guard text.bytes.count >= 64, let decoded = ProviderRules.decodedSecret(text),
                    Self.isConfiguration(decoded)
                else { return nil }
                return WrappedConfiguration(form: .base64, path: way.path, query: way.query)
            case .array(let elements):
                for (index, element) in elements.enumerated() {
                    if let found = first(in: element, way.item(index)) { return found }
                }
                return nil
            case .object(let members):
                if !way.path.isEmpty, Self.isConfiguration(members) {
                    return WrappedConfiguration(form: .mapping, path: way.path, query: way.query)
                }
                for member in members {
                    let name = redactor.shown(member.key.revealedText())
                    if let found = first(in: member.value, way.member(name)) { return found }
                }
                return nil
            }
        }

        /// Whether a mapping has entries with providers.
        private static func isConfiguration(_ members: [YAMLMember]) -> Bool {
            guard case .array(let entries)? = value(named: "resources", in: members) else { return false }
            return entries.contains { entry in
                guard case .object(let members) = entry.kind else { return false }
                return value(named: "providers", in: members) != nil
            }
        }

        private static func value(named name: String, in members: [YAMLMember]) -> YAMLValue.Kind? {
            members.first { $0.key.bytes.count == name.utf8.count && $0.key.revealedText() == name }?.value.kind
        }

        /// Whether a text is a configuration: its kind and its providers are named in it.
        private static func isConfiguration(_ text: SecretKey) -> Bool {
            guard text.bytes.count >= 32 else { return false }
            return contains(text.span, "EncryptionConfig") && contains(text.span, "providers")
        }

        private static func contains(_ bytes: RawSpan, _ word: String) -> Bool {
            let word = Array(word.utf8)
            var start = 0
            while let found = bytes.firstOffset(of: word[0], from: start), found + word.count <= bytes.byteCount {
                if word.indices.allSatisfy({ bytes[found + $0] == word[$0] }) { return true }
                start = found + 1
            }
            return false
        }
    }
}
