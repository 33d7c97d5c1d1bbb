internal import Diagnostics
internal import GoText
public import KubernetesVersions
public import SecretMemory
internal import YAMLTree

extension ConfigurationDocument {
    /// Reads a file: YAML or JSON, then `apiVersion` and `kind`, then every field.
    ///
    /// - Parameters:
    ///   - source: The bytes of the file, at most 16 MiB.
    ///   - headerless: Whether a file without `apiVersion` and `kind` is welcome.
    ///   - kubernetes: The version of kube-apiserver that reads it.
    /// - Throws: ``ConfigurationRefusal`` of the stage `read` for no bytes, else of the stage `decode`, with every
    ///   finding of the kind that kube-apiserver reports first.
    public static func read(
        _ source: consuming SecretBytes, headerless: Bool = false, kubernetes: KubernetesVersion = .newest
    ) throws(ConfigurationRefusal) -> ConfigurationDocument {
        // What is refused is looked at once more, so that the refusal says what the file is.
        let text = SecretKey(source)
        do {
            return try decode(SecretBytes(copying: text.span), headerless: headerless, kubernetes)
        } catch {
            let refusal = error.attributed(to: kubernetes)
            if let content = FileContent(of: text.span) { throw refusal.explained(by: content) }
            throw refusal.explained(by: TemplateMarks(in: text.span))
        }
    }

    private static func decode(
        _ source: consuming SecretBytes, headerless: Bool, _ kubernetes: KubernetesVersion
    ) throws(ConfigurationRefusal) -> ConfigurationDocument {
        guard source.count > 0 else { throw .emptyFile }
        if ProtobufHeader.isPrefix(of: source.bytes) { throw protobufRefusal(of: source.bytes, kubernetes) }
        let document: YAMLDocument
        do { document = try YAMLDocument(parsing: source) } catch { throw refusal(of: error, error.upstreamText) }
        let redactor = SecretRedactor(document.root)
        var value: YAMLValue
        let duplicates: [YAMLDuplicate]
        do {
            (value, duplicates) = try document.view()
        } catch {
            throw refusal(
                of: error, QuotedYAML(root: document.root, redactor: redactor, kubernetes: kubernetes).text(of: error))
        }
        guard !ExpandedText.exceedsLimit(value) else {
            throw .limit(
                .decode, "aliases expand this file to more than \(ExpandedText.byteCountLimit >> 20) MiB of text",
                at: value.node.start, hint: "replace the aliases with copies")
        }
        let header = try DocumentHeader.read(value)
        let meaning: DocumentHeader.Meaning
        if headerless, let inner = value.innerConfiguration {
            (value, meaning) = (inner, .configuration(.headerless))
        } else {
            meaning = try header.meaning(headerless: headerless, redactor: redactor, kubernetes)
        }
        var decoder = FieldDecoder(redactor)
        // JSON reports the fields that are set twice as it decodes them.
        let yamlDuplicates = document.syntax == .yaml ? duplicates : []
        switch meaning {
        case .configuration(let form):
            let draft = ConfigurationDraft(decoding: value, &decoder)
            let ignored = try check(decoder, duplicates: yamlDuplicates, redactor, kubernetes)
            return ConfigurationDocument(
                form: form, resources: draft.finished, position: draft.position, redactor: redactor,
                kubernetes: kubernetes, ignored: ignored)
        case .other(.withoutInternalVersion): throw header.notConvertible(redactor, kubernetes)
        case .other(let kind):
            decoder.decode(value, as: kind)
            _ = try check(decoder, duplicates: yamlDuplicates, redactor, kubernetes)
            // The internal version of a configuration is one, though without fields that JSON could set.
            guard header.kind == "EncryptionConfiguration" else { throw header.unexpected(redactor) }
            return ConfigurationDocument(
                form: .current, resources: [], position: value.node.start, redactor: redactor, kubernetes: kubernetes,
                ignored: [])
        }
    }

    /// What the decoder noted, in the order in which Go would give up: some mistakes at once, a wrong type at the end,
    /// and only then the findings of strictness.
    ///
    /// - Returns: What a version that is not strict ignores.
    private static func check(
        _ decoder: FieldDecoder, duplicates: [YAMLDuplicate], _ redactor: SecretRedactor,
        _ kubernetes: KubernetesVersion
    ) throws(ConfigurationRefusal) -> [IgnoredField] {
        if let finding = decoder.fatalError ?? decoder.typeError {
            throw ConfigurationRefusal(
                stage: .decode, apiserverText: finding.apiserverText, diagnostics: [finding.diagnostic])
        }
        guard !duplicates.isEmpty || !decoder.strictErrors.isEmpty else { return [] }
        guard kubernetes.isDecodingStrict else {
            return duplicates.map { ignored($0, redactor) } + decoder.strictErrors.map(\.ignored)
        }
        // sigs.k8s.io/json keeps no more (internal/golang/encoding/json, `saveStrictError`).
        let texts = yamlText(of: duplicates, redactor) + decoder.strictErrors.prefix(100).map(\.apiserverText)
        throw ConfigurationRefusal(
            stage: .decode, apiserverText: "strict decoding error: \(texts.joined(separator: ", "))",
            diagnostics: duplicates.map { diagnostic(of: $0, redactor) } + decoder.strictErrors.map(\.diagnostic))
    }

    /// What go-yaml says of keys that are set twice: one text for all.
    private static func yamlText(of duplicates: [YAMLDuplicate], _ redactor: SecretRedactor) -> [String] {
        guard !duplicates.isEmpty else { return [] }
        let lines = duplicates.map { duplicate in
            let key = redactor.shown(duplicate.key.revealedText())
            return "\n  line \(duplicate.line): key \(duplicate.isStringKey ? goQuoted(key) : key) already set in map"
        }
        return ["yaml: unmarshal errors:" + lines.joined()]
    }

    private static func diagnostic(of duplicate: YAMLDuplicate, _ redactor: SecretRedactor) -> Diagnostic {
        FieldDecoder.duplicateDiagnostic(
            redactor.shown(duplicate.key.revealedText()), path: nil, at: duplicate.keyNode.start)
    }

    private static func ignored(_ duplicate: YAMLDuplicate, _ redactor: SecretRedactor) -> IgnoredField {
        IgnoredField(
            reason: .overridden(byLine: duplicate.keyNode.start.line),
            name: redactor.shown(duplicate.key.revealedText()), path: nil, position: duplicate.overriddenNode.start)
    }

    private static func refusal(of error: YAMLError, _ text: String?) -> ConfigurationRefusal {
        var prefix = ""
        if case .json = error.reason { prefix = DocumentHeader.parseError }
        return ConfigurationRefusal(
            stage: .decode, apiserverText: text.map { prefix + $0 },
            diagnostics: [
                Diagnostic(
                    code: RefusalCode.syntax, severity: .error, position: error.position, message: error.message)
            ])
    }

    /// Nothing that begins with `k8s\0` is ever accepted: the types of the configuration know no protobuf.
    private static func protobufRefusal(
        of bytes: RawSpan, _ kubernetes: KubernetesVersion
    ) -> ConfigurationRefusal {
        func refusal(_ text: String) -> ConfigurationRefusal {
            ConfigurationRefusal(
                stage: .decode, apiserverText: text,
                diagnostics: [
                    Diagnostic(
                        code: RefusalCode.syntax, severity: .error,
                        position: SourcePosition(line: 1, column: 1, offset: 0),
                        message: "the file begins as protobuf, not as YAML or JSON",
                        hint: "remove everything before apiVersion")
                ])
        }
        let header: DocumentHeader
        do { header = try ProtobufHeader.read(bytes) } catch { return refusal(error.text) }
        let redactor = SecretRedactor()
        let (apiVersion, kind) = (redactor.shown(header.apiVersion), redactor.shown(header.kind))
        let body = "runtime.TypeMeta{APIVersion:\(goQuoted(apiVersion)), Kind:\(goQuoted(kind))}"
        do {
            _ = try header.meaning(headerless: false, redactor: redactor, kubernetes, body: body)
        } catch {
            return error
        }
        return refusal(
            "object *v1.\(kind == "EncryptionConfig" ? "EncryptionConfiguration" : kind) does not implement the "
                + "protobuf marshalling interface and cannot be encoded to a protobuf message")
    }
}

extension ConfigurationRefusal {
    /// The same, with the remark that the line is a template.
    fileprivate func explained(by marks: TemplateMarks) -> ConfigurationRefusal {
        replacing { finding in
            guard [RefusalCode.syntax, RefusalCode.type].contains(finding.code), let line = finding.position?.line,
                marks.explain(line)
            else { return nil }
            return (finding.message, Hint(TemplateMarks.hint))
        }
    }

    /// The same, with the remark what the file is.
    fileprivate func explained(by content: FileContent) -> ConfigurationRefusal {
        let (remark, hint) = content.words
        return replacing { finding in (content.isCertain ? remark : "\(finding.message); \(remark)", hint) }
    }
}

extension YAMLValue {
    /// The content of `config:`, as Talos stores it (KubeEtcdEncryptionConfig); nil without it.
    fileprivate var innerConfiguration: YAMLValue? {
        guard case .object(let members) = kind else { return nil }
        func member(_ name: String, of members: [YAMLMember]) -> YAMLValue? {
            members.last { $0.key.bytes.count == name.utf8.count && $0.key.revealedText() == name }?.value
        }
        guard member("resources", of: members) == nil, let inner = member("config", of: members),
            case .object(let parts) = inner.kind, member("resources", of: parts) != nil
        else { return nil }
        return inner
    }
}
