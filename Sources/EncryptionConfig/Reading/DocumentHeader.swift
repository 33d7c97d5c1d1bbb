internal import Diagnostics
internal import SecretMemory
internal import YAMLTree

/// `apiVersion` and `kind`, which decide how the rest is read.
///
/// (k8s.io/apimachinery 1.36, pkg/runtime/serializer/json: `SimpleMetaFactory.Interpret` and `Serializer.Decode`.)
struct DocumentHeader {
    let apiVersion: String
    let kind: String

    /// Finds the two, whatever else the document holds. As Go's encoding/json does it, names match in any case, the
    /// last one counts, and null changes nothing.
    static func read(_ document: YAMLValue) throws(ConfigurationRefusal) -> DocumentHeader {
        let members: [YAMLMember]
        switch document.kind {
        case .object(let found): members = found
        case .null: members = []
        default:
            throw refusal(
                "couldn't get version/kind; json parse error: json: cannot unmarshal \(document.kind.goName) into Go "
                    + "value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; "
                    + "Kind string \"json:\\\"kind,omitempty\\\"\" }",
                at: document.node.start, message: "the document is no mapping",
                hint: "an EncryptionConfiguration begins with apiVersion, kind and resources")
        }
        var texts = ["apiversion": "", "kind": ""]
        for member in members {
            let name = member.key.revealedText().lowercased()
            guard texts[name] != nil else { continue }
            switch member.value.kind {
            case .null: break
            case .string(let text): texts[name] = text.revealedText()
            default:
                let field = name == "kind" ? "kind" : "apiVersion"
                throw refusal(
                    "couldn't get version/kind; json parse error: json: cannot unmarshal "
                        + "\(member.value.kind.goName) into Go struct field .\(field) of type string",
                    at: member.value.node.start, message: "\(field) is no text",
                    hint: "put the value in quotes")
            }
        }
        return DocumentHeader(apiVersion: texts["apiversion", default: ""], kind: texts["kind", default: ""])
    }

    /// What the header says the document is.
    /// - Parameter headerless: Whether a document that says nothing is welcome.
    func form(headerless: Bool) throws(ConfigurationRefusal) -> ConfigurationDocument.Form {
        if headerless, apiVersion.isEmpty, kind.isEmpty { return .headerless }
        let parts = apiVersion.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2 else {
            throw Self.refusal(
                "unexpected GroupVersion string: \(apiVersion)", message: "apiVersion has more than one slash",
                hint: Self.headerHint)
        }
        guard !kind.isEmpty else {
            throw Self.refusal(
                "Object 'Kind' is missing in 'REDACTED'", message: "kind is missing", hint: Self.headerHint)
        }
        guard parts.last?.isEmpty == false else {
            throw Self.refusal(
                "Object 'apiVersion' is missing in 'REDACTED'", message: "apiVersion is missing",
                hint: Self.headerHint)
        }
        switch (apiVersion, kind) {
        case ("apiserver.config.k8s.io/v1", "EncryptionConfiguration"): return .current
        case ("v1", "EncryptionConfig"): return .legacy
        default:
            throw Self.refusal(
                "no kind \(quoted(kind)) is registered for version \(quoted(apiVersion)) in scheme "
                    + "\"k8s.io/apiserver/pkg/server/options/encryptionconfig/config.go:142\"",
                message: "apiVersion and kind do not name an encryption configuration", hint: Self.headerHint)
        }
    }

    private static let headerHint =
        "begin the file with `apiVersion: apiserver.config.k8s.io/v1` and `kind: EncryptionConfiguration`"

    private static func refusal(
        _ apiserverText: String, at position: SourcePosition? = nil, message: String, hint: String
    ) -> ConfigurationRefusal {
        ConfigurationRefusal(
            stage: .decode, apiserverText: apiserverText,
            diagnostics: [
                Diagnostic(
                    code: RefusalCode.kind, severity: .error, position: position, message: message, hint: hint)
            ])
    }

    private func quoted(_ text: String) -> String { "\"\(FieldDecoder.showable(text))\"" }
}
