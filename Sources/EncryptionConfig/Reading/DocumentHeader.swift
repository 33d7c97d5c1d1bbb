internal import Diagnostics
internal import GoText
internal import KubernetesVersions
internal import SecretMemory
internal import YAMLTree

/// `apiVersion` and `kind`, which decide how the rest is read.
///
/// (k8s.io/apimachinery 1.36, pkg/runtime/serializer/json: `SimpleMetaFactory.Interpret` and `Serializer.Decode`.)
struct DocumentHeader {
    let apiVersion: String
    let kind: String
    /// The place of the kind, or else of the document.
    let position: SourcePosition
    /// Whether the document looks like a configuration apart from them.
    var hasEntries = false

    /// Finds the two, whatever else the document holds. As Go's encoding/json does it, names match in any case, the
    /// last one counts, and null changes nothing.
    static func read(_ document: YAMLValue) throws(ConfigurationRefusal) -> DocumentHeader {
        let members: [YAMLMember]
        switch document.kind {
        case .object(let found): members = found
        case .null: members = []
        default:
            throw refusal(
                parseError + "json: cannot unmarshal \(document.kind.goName) into Go "
                    + "value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; "
                    + "Kind string \"json:\\\"kind,omitempty\\\"\" }",
                at: document.node.start, message: "the document is not a mapping",
                hint: "write a mapping with apiVersion, kind and resources")
        }
        var texts = ["apiVersion": "", "kind": ""]
        var position = document.node.start
        for member in members {
            guard let field = field(named: member.key) else { continue }
            switch member.value.kind {
            case .null: break
            case .string(let text):
                texts[field] = text.revealedText()
                if field == "kind" { position = member.value.node.start }
            default:
                throw refusal(
                    parseError + "json: cannot unmarshal \(member.value.kind.goName) into Go struct field "
                        + ".\(field) of type string",
                    path: field, at: member.value.node.start, message: "\(field) is not text",
                    hint: Hint(.quote(path: field)))
            }
        }
        return DocumentHeader(
            apiVersion: texts["apiVersion", default: ""], kind: texts["kind", default: ""], position: position,
            hasEntries: members.contains { $0.key.isText("resources") && $0.value.isListOfEntries })
    }

    /// The prefix of kube-apiserver if the JSON is invalid, or its header has the wrong types.
    static let parseError = "couldn't get version/kind; json parse error: "

    /// Which of the two fields a key means (Go 1.24, src/encoding/json/fold.go, `foldName`): beside letters of the
    /// other case, the Kelvin sign is a k and the long s is an s.
    private static func field(named key: SecretKey) -> String? {
        guard key.bytes.count <= 16 else { return nil }
        let folded = String(
            String.UnicodeScalarView(
                key.revealedText().unicodeScalars.map { scalar in
                    switch scalar {
                    case "A"..."Z": Unicode.Scalar(UInt8(truncatingIfNeeded: scalar.value) | 0x20)
                    case "\u{212a}": "k"
                    case "\u{17f}": "s"
                    default: scalar
                    }
                }))
        return switch folded {
        case "apiversion": "apiVersion"
        case "kind": "kind"
        default: nil
        }
    }
}

// MARK: - What the header means

extension DocumentHeader {
    /// What the header says a document is.
    enum Meaning {
        case configuration(ConfigurationDocument.Form)
        /// Something else that kube-apiserver knows.
        case other(RegisteredKind)
    }

    /// `GROUP/VERSION, Kind=KIND`, as Go prints a `GroupVersionKind`.
    var description: String { "\(group)/\(version), Kind=\(kind)" }

    /// - Parameters:
    ///   - headerless: Whether a document that says nothing is welcome.
    ///   - kubernetes: The version whose decoder is asked.
    ///   - body: The replacement of the document, which kube-apiserver prints if a field is missing.
    func meaning(
        headerless: Bool, redactor: SecretRedactor, _ kubernetes: KubernetesVersion, body: String = SecretRedactor.mark
    ) throws(ConfigurationRefusal) -> Meaning {
        if headerless, apiVersion.isEmpty, kind.isEmpty { return .configuration(.headerless) }
        guard apiVersion.utf8.count(where: { $0 == UInt8(ascii: "/") }) <= 1 else {
            throw Self.refusal(
                "unexpected GroupVersion string: \(redactor.shown(apiVersion))",
                at: position,
                message: "apiVersion has more than one slash", hint: headerHint())
        }
        guard !kind.isEmpty else {
            throw Self.refusal(
                "Object 'Kind' is missing in '\(body)'", at: position, message: "kind is missing",
                hint: headerHint("; --headerless reads a file without them, as Talos keeps it"))
        }
        guard !version.isEmpty else {
            throw Self.refusal(
                "Object 'apiVersion' is missing in '\(body)'", at: position, message: "apiVersion is missing",
                hint: headerHint())
        }
        switch (group, version, kind) {
        case (RegisteredKind.configurationGroup, "v1", "EncryptionConfiguration"): return .configuration(.current)
        case ("", "v1", "EncryptionConfig"): return .configuration(.legacy)
        default:
            if let known = RegisteredKind.find(kind, group: group, version: version, in: kubernetes) {
                return .other(known)
            }
            throw notRegistered(redactor, kubernetes)
        }
    }

    /// The group in `apiVersion`; empty if it has none.
    private var group: String { parts.count > 1 ? String(parts[0]) : "" }
    private var version: String { parts.last.map { String($0) } ?? "" }
    private var parts: [Substring] {
        // The slash is looked for among bytes: a combining mark behind it would hide it from a String.
        guard let slash = apiVersion.utf8.firstIndex(of: UInt8(ascii: "/")) else { return [apiVersion[...]] }
        return [apiVersion[..<slash], apiVersion[apiVersion.utf8.index(after: slash)...]]
    }

    /// The refusal of a kind that the decoder does not have (k8s.io/apimachinery, pkg/runtime/error.go,
    /// `notRegisteredErr`).
    func notRegistered(_ redactor: SecretRedactor, _ kubernetes: KubernetesVersion) -> ConfigurationRefusal {
        let place =
            version == RegisteredKind.internalVersion
            ? "the internal version of group \(goQuoted(redactor.shown(group)))"
            : "version \(goQuoted(redactor.shown(group.isEmpty ? version : apiVersion)))"
        return Self.refusal(
            "no kind \(goQuoted(redactor.shown(kind))) is registered for \(place) in scheme "
                + "\"k8s.io/apiserver/pkg/server/options/encryptionconfig/config.go:\(kubernetes.schemeLine)\"",
            path: "kind", at: position,
            message: "apiVersion and kind do not name an encryption configuration", hint: headerHint())
    }

    /// The refusal of a type without an internal version.
    func notConvertible(_ redactor: SecretRedactor, _ kubernetes: KubernetesVersion) -> ConfigurationRefusal {
        DocumentHeader(apiVersion: "\(group)/\(RegisteredKind.internalVersion)", kind: kind, position: position)
            .notRegistered(redactor, kubernetes)
    }

    /// The refusal of a document of another kind that is in order.
    func unexpected(_ redactor: SecretRedactor) -> ConfigurationRefusal {
        Self.refusal(
            "got unexpected config type: \(redactor.shown(description))", namesFile: false, path: "kind", at: position,
            message: "apiVersion and kind do not name an encryption configuration", hint: headerHint())
    }

    /// Another document must stay what it is.
    private func headerHint(_ rest: String = "") -> Hint {
        hasEntries
            ? Hint(.writeHeader, after: rest)
            : "check that it is the right file: an EncryptionConfiguration has apiVersion, kind and resources\(rest)"
    }

    private static func refusal(
        _ apiserverText: String, namesFile: Bool = true, path: String? = nil, at position: SourcePosition,
        message: String, hint: Hint
    ) -> ConfigurationRefusal {
        ConfigurationRefusal(
            stage: .decode, apiserverText: apiserverText, namesFile: namesFile,
            diagnostics: [
                Diagnostic(
                    code: RefusalCode.kind, severity: .error, path: path, position: position, message: message,
                    hint: hint)
            ])
    }
}

extension YAMLValue {
    /// Whether it is a list whose first item has providers.
    fileprivate var isListOfEntries: Bool {
        guard case .array(let items) = kind, case .object(let fields)? = items.first?.kind else { return false }
        return fields.contains { $0.key.isText("providers") }
    }
}
