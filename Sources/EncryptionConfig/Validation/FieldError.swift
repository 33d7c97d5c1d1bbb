internal import Diagnostics

/// One breach of a rule, in the words of kube-apiserver and in ours.
struct FieldError {
    /// `PATH: Invalid value: …` or `PATH: Required value: …`, secrets redacted.
    let apiserverText: String
    let diagnostic: Diagnostic

    /// A value that a field may not have.
    /// - Parameters:
    ///   - value: The value as kube-apiserver quotes it.
    ///   - detail: What kube-apiserver says against it.
    static func invalid(
        _ path: String, _ value: String, _ detail: String, code: String, at position: SourcePosition,
        message: String? = nil, hint: String? = nil
    ) -> FieldError {
        FieldError(
            apiserverText: "\(path): Invalid value: \(value): \(detail)",
            diagnostic: Diagnostic(
                code: code, severity: .error, path: path, position: position, message: message ?? detail, hint: hint))
    }

    /// A field that must be there.
    static func required(
        _ path: String, _ detail: String, code: String, at position: SourcePosition, hint: String? = nil
    ) -> FieldError {
        FieldError(
            apiserverText: "\(path): Required value: \(detail)",
            diagnostic: Diagnostic(
                code: code, severity: .error, path: path, position: position, message: detail, hint: hint))
    }
}

/// The text in double quotes, as Go's `%q` writes what can stand in a configuration.
func goQuoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": quoted += "\\\""
        case "\\": quoted += "\\\\"
        case "\u{7}": quoted += "\\a"
        case "\u{8}": quoted += "\\b"
        case "\u{b}": quoted += "\\v"
        case "\u{c}": quoted += "\\f"
        case "\n": quoted += "\\n"
        case "\r": quoted += "\\r"
        case "\t": quoted += "\\t"
        default: quoted.unicodeScalars.append(scalar)
        }
    }
    return quoted + "\""
}

/// Joins error texts as Kubernetes does: one stands alone, several in brackets, equal ones once.
///
/// (k8s.io/apimachinery, pkg/util/errors, `aggregate.Error`.)
func aggregated(_ texts: [String]) -> String {
    var distinct: [String] = []
    for text in texts where !distinct.contains(text) { distinct.append(text) }
    return distinct.count == 1 ? distinct[0] : "[\(distinct.joined(separator: ", "))]"
}
