internal import Diagnostics
internal import EncryptionConfig
internal import GoText

/// Fields that a kube-apiserver without strict decoding ignores silently (1.26 to 1.30).
extension LintRule {
    static let ignoredFields: [LintRule] = [
        LintRule(
            "ENC0270", .warning, "a field that does not exist is ignored",
            meaning:
                "Kubernetes 1.26 to 1.30 ignore unknown fields without a warning, so a misspelled field has no "
                + "effect. 1.31 and later do not start with such a file.",
            check: "Spelling, case and indentation.",
            remedy: "Write the name as in the documentation, or remove the field. Removing it changes nothing."
        ) { subject in
            subject.ignored.filter { $0.reason == .unknown }.enumerated().map { index, field in
                // Each is compared with every known field, so only for those that are listed.
                let likely = index < DiagnosticLimit.count ? FieldSpelling.likely(for: field.name) : nil
                let name = subject.shown(field.name)
                let isHeader = field.path == field.name && likely.map(FieldSpelling.header.contains) == true
                let isOtherCase = likely?.lowercased() == field.name.lowercased()
                return LintFinding(
                    path: subject.shownPath(field), position: field.position,
                    message: isHeader && isOtherCase
                        ? "Kubernetes \(subject.kubernetes) still accepts \(name) for \(likely ?? ""); 1.31 and "
                            + "later reject the file"
                        : "unknown field \(name): Kubernetes \(subject.kubernetes) ignores it, 1.31 and later "
                            + "reject the file",
                    hint: subject.correcting(field, to: likely, isHeader: isHeader && isOtherCase))
            }
        },
        LintRule(
            "ENC0271", .warning, "a field is set twice, and one of them is ignored",
            meaning:
                "If a YAML mapping sets a field twice, Kubernetes 1.26 to 1.30 use the last one without a warning. "
                + "In JSON the later value is merged into the earlier one: items of a list keep the fields that the "
                + "later list does not set. Objects can stay plaintext by mistake. 1.31 and later do not start with "
                + "such a file.",
            check: "The two lines; often a dash is missing before the second. `encconf show` prints the effective "
                + "table.",
            remedy:
                "Keep one, or begin a new item with a dash. The change may affect what is encrypted, so prove it "
                + "with `encconf diff`."
        ) { subject in
            subject.ignored.compactMap { field in
                let (message, hint): (String, Hint)
                switch field.reason {
                case .unknown: return nil
                case .overridden(let line):
                    hint = Hint(.keepLast, after: ", which is in effect now")
                    message =
                        "no effect: line \(line) sets \(subject.shown(field.name)) again, and Kubernetes "
                        + "\(subject.kubernetes) uses the last one"
                case .repeated:
                    hint = "write it once, as `encconf show` prints it, and prove the change with `encconf diff`"
                    message =
                        "\(subject.shown(field.name)) is set again: Kubernetes \(subject.kubernetes) merges it into "
                        + "the earlier one"
                }
                return LintFinding(
                    path: subject.shownPath(field), position: field.position, message: message, hint: hint)
            }
        },
    ]
}

extension LintSubject {
    /// The hint at a field that is ignored. Its right name would put it into effect, with whatever that changes.
    fileprivate func correcting(_ field: IgnoredField, to likely: String?, isHeader: Bool) -> Hint {
        let path = shownPath(field)
        if isHeader, let likely { return Hint(.rename(path: path, to: likely)) }
        let rest = likely.map { "; for \($0) prove the change with `encconf diff`" } ?? ""
        return Hint(.remove(path: path), after: ", which changes nothing\(rest)")
    }

    /// The way to a field, without a name that may not be shown.
    fileprivate func shownPath(_ field: IgnoredField) -> String {
        let name = shown(field.name)
        guard let path = field.path else { return name }
        return name == field.name ? path : "\(path.dropLast(field.name.count))\(name)"
    }
}

/// The fields of the configuration, and which of them a misspelled one is likely to mean.
private enum FieldSpelling {
    static let header = ["apiVersion", "kind"]
    private static let fields =
        header + [
            "resources", "providers", "aescbc", "aesgcm", "secretbox", "identity", "kms", "keys", "name", "secret",
            "cachesize", "endpoint", "timeout",
        ]

    /// The field that differs in case alone, or in a letter or two; nil for no idea.
    static func likely(for name: String) -> String? {
        if let same = fields.first(where: { $0.lowercased() == name.lowercased() }) { return same }
        let limit = name.utf8.count <= 5 ? 1 : 2
        return fields.map { ($0, ResourceSpelling.mistakes(between: ByteName(name), and: ByteName($0))) }
            .filter { $0.1 <= limit }
            .min { $0.1 < $1.1 }?.0
    }
}
