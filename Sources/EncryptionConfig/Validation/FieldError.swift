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

/// Joins error texts as Kubernetes does: one stands alone, several in brackets, equal ones once.
///
/// (k8s.io/apimachinery, pkg/util/errors, `aggregate.Error`.)
func aggregated(_ texts: [String]) -> String {
    var seen: Set<[UInt8]> = []
    let distinct = texts.filter { seen.insert(Array($0.utf8)).inserted }
    return distinct.count == 1 ? distinct[0] : "[\(distinct.joined(separator: ", "))]"
}
