internal import Diagnostics
public import SecretMemory
internal import YAMLTree

extension ConfigurationDocument {
    /// Reads a file: YAML or JSON, then `apiVersion` and `kind`, then strictly every field.
    ///
    /// - Parameters:
    ///   - source: The bytes of the file, at most 16 MiB.
    ///   - headerless: Whether a file without `apiVersion` and `kind` is welcome.
    /// - Throws: ``ConfigurationRefusal`` of the stage `decode`, with every finding of the kind that kube-apiserver
    ///   reports first.
    public static func read(
        _ source: consuming SecretBytes, headerless: Bool = false
    ) throws(ConfigurationRefusal) -> ConfigurationDocument {
        let value: YAMLValue
        let duplicates: [YAMLDuplicate]
        let syntax: YAMLDocument.Syntax
        do {
            let document = try YAMLDocument(parsing: source)
            syntax = document.syntax
            (value, duplicates) = try document.view()
        } catch {
            throw refusal(of: error)
        }
        let form = try DocumentHeader.read(value).form(headerless: headerless)
        var reader = DocumentReader()
        let configuration = reader.configuration(value, form: form)
        try check(reader.decoder, duplicates: duplicates, syntax: syntax)
        return configuration
    }

    /// What the decoder noted, in the order in which Go would give up: a bad duration at once, a wrong type at the
    /// end, and only then the findings of strictness.
    private static func check(
        _ decoder: FieldDecoder, duplicates: [YAMLDuplicate], syntax: YAMLDocument.Syntax
    ) throws(ConfigurationRefusal) {
        if let finding = decoder.durationError ?? decoder.typeError {
            throw ConfigurationRefusal(
                stage: .decode, apiserverText: finding.apiserverText, diagnostics: [finding.diagnostic])
        }
        guard !duplicates.isEmpty || !decoder.unknownFields.isEmpty else { return }
        let texts = duplicateTexts(duplicates, syntax: syntax) + decoder.unknownFields.map(\.apiserverText)
        let findings = duplicates.map(diagnostic) + decoder.unknownFields.map(\.diagnostic)
        throw ConfigurationRefusal(
            stage: .decode, apiserverText: "strict decoding error: \(texts.joined(separator: ", "))",
            diagnostics: findings)
    }

    private static func duplicateTexts(_ duplicates: [YAMLDuplicate], syntax: YAMLDocument.Syntax) -> [String] {
        guard !duplicates.isEmpty else { return [] }
        switch syntax {
        case .json:
            return duplicates.map { "duplicate field \"\(FieldDecoder.showable($0.key.revealedText()))\"" }
        case .yaml:
            let lines = duplicates.map { duplicate in
                let key = FieldDecoder.showable(duplicate.key.revealedText())
                return "  line \(duplicate.line): key \(duplicate.isStringKey ? "\"\(key)\"" : key) already set in map"
            }
            return ["yaml: unmarshal errors:\n" + lines.joined(separator: "\n")]
        }
    }

    private static func diagnostic(of duplicate: YAMLDuplicate) -> Diagnostic {
        Diagnostic(
            code: RefusalCode.duplicateField, severity: .error, position: duplicate.keyNode.start,
            message: "\(FieldDecoder.showable(duplicate.key.revealedText())) is set twice in one mapping",
            hint: "keep one of the two")
    }

    private static func refusal(of error: YAMLError) -> ConfigurationRefusal {
        ConfigurationRefusal(
            stage: .decode, apiserverText: error.upstreamText,
            diagnostics: [
                Diagnostic(
                    code: RefusalCode.syntax, severity: .error, position: error.position, message: error.message)
            ])
    }
}
