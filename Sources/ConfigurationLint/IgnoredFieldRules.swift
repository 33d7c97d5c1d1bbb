internal import Diagnostics
internal import EncryptionConfig
internal import GoText

/// What a kube-apiserver that is not strict reads over without a word (1.26 to 1.30).
extension LintRule {
    static let ignoredFields: [LintRule] = [
        LintRule(
            "ENC0270", .warning, "a field that does not exist is ignored",
            meaning:
                "Kubernetes 1.26 to 1.30 ignore fields that they do not know, without a word. A misspelled field has "
                + "no effect then. 1.31 and later do not start with such a file.",
            check: "Spelling, case, and whether the line is indented as far as its siblings.",
            remedy: "Write the name as the documentation has it, or remove the field. Removing it changes nothing."
        ) { subject in
            subject.ignored.filter { $0.reason == .unknown }.enumerated().map { index, field in
                // It is compared with every field there is, so not for more than are listed.
                let likely = index < DiagnosticLimit.count ? FieldSpelling.likely(for: field.name) : nil
                let name = subject.shown(field.name)
                let isHeader = field.path == field.name && likely.map(FieldSpelling.header.contains) == true
                let isOtherCase = likely?.lowercased() == field.name.lowercased()
                return LintFinding(
                    path: subject.shownPath(field), position: field.position,
                    message: isHeader && isOtherCase
                        ? "Kubernetes \(subject.kubernetes) still takes \(name) for \(likely ?? ""); 1.31 and later "
                            + "refuse the file"
                        : "there is no field \(name) here; Kubernetes \(subject.kubernetes) ignores it, 1.31 and later "
                            + "refuse the file",
                    hint: likely.map { "\($0) may be meant" } ?? "remove it, which changes nothing")
            }
        },
        LintRule(
            "ENC0271", .warning, "a field is set twice, and one of them is ignored",
            meaning:
                "Of a key that a YAML mapping has twice, Kubernetes 1.26 to 1.30 take the last one, without a word. In "
                + "JSON the later value is laid over the earlier one: items of a list keep the fields that the later list "
                + "does not set. What was meant to be encrypted can stay in plaintext. 1.31 and later do not start with "
                + "such a file.",
            check: "The two lines; often a dash is missing before the second. `encconf show` tells what is in effect.",
            remedy:
                "Keep one, or begin a new item with a dash. Prove the change with `encconf diff`, since it may change "
                + "what is encrypted."
        ) { subject in
            subject.ignored.compactMap { field in
                let message: String
                switch field.reason {
                case .unknown: return nil
                case .overridden(let line):
                    message =
                        "this has no effect: line \(line) sets \(subject.shown(field.name)) again, and Kubernetes "
                        + "\(subject.kubernetes) takes the last one"
                case .repeated:
                    message =
                        "\(subject.shown(field.name)) is set again here: Kubernetes \(subject.kubernetes) lays it over the earlier one"
                }
                return LintFinding(
                    path: subject.shownPath(field), position: field.position, message: message,
                    hint: "keep one of the two; `encconf show` tells what is in effect now")
            }
        },
    ]
}

extension LintSubject {
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
